"""`report`: an official report of a unit as Word or Excel. A draft: number, date and signature are left blank."""

from pathlib import Path

import typer
from sqlmodel import Session

from app.commands.acting import ACTOR, Refused, carry_out, day
from app.opening import OpenHouse, read_library
from participation import units
from reports.gathering import Gathered, gather
from reports.letterhead import of_unit
from reports.report_docx import TemplateFault, write_docx
from reports.report_sheet import write_sheet
from reports.spans import KINDS, Span, span
from store import ledger

ENDINGS = (".docx", ".xlsx")


def write_report(house: OpenHouse, unit_code: str, kind: str, first: str, last: str, out: Path) -> int:
    """Write the file and the audit entry in one transaction; returns the exit code."""
    if out.suffix.lower() not in ENDINGS:
        typer.echo(f"{out.name}: the ending says the format: .docx or .xlsx", err=True)
        return 1
    topics = {code: topic.name for code, topic in read_library().topics.items()}
    today = units.office_day(house.clock())

    def act(session: Session, now: object) -> list[str]:
        unit = units.unit_by_code(session, unit_code, today)
        if unit is None:
            raise Refused(f"unit {unit_code} is not in the office: see the roster")
        wanted = _span(session, unit.id, kind, first, last, house)
        found = gather(session, unit.id, wanted, topics, house.clock()) if wanted else None
        if found is None:
            raise Refused("no round of the unit closes in this period")
        out.write_bytes(_body(session, house, unit.id, found, out.suffix.lower()))
        ledger.audit(session, ACTOR, "report", f"unit {unit.id}", house.clock(), kind=found.span.kind, file=out.suffix)
        return [f"{out} written: {len(found.rounds)} rounds, {'final' if found.is_final else 'provisional'}"]

    return carry_out(house, act)


def _span(session: Session, unit_id: int, kind: str, first: str, last: str, house: OpenHouse) -> Span | None:
    on = day(first) if first else units.office_day(house.clock())
    if last:
        if not first or day(last) < on:
            raise Refused("--until needs --from, a day not after it")
        return Span("days", on, day(last))
    if kind not in KINDS:
        raise Refused(f"'{kind}' is no period: one of {', '.join(KINDS)}")
    return span(session, unit_id, kind, on)


def _body(session: Session, house: OpenHouse, unit_id: int, found: Gathered, ending: str) -> bytes:
    if ending == ".xlsx":
        return write_sheet(house.phrases, found)
    letterhead = of_unit(session, house.settings.letterhead, unit_id, units.office_day(house.clock()))
    try:
        return write_docx(house.phrases, found, letterhead)
    except TemplateFault as fault:
        raise Refused(str(fault)) from None
