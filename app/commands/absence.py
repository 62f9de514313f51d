"""`absence`: approved absence is entered, listed and taken back; which rounds feel it is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from app.commands import absence_requests
from app.commands.absence_effects import effects
from app.commands.acting import ACTOR, Refused, carry_out, day, person_at_work
from app.commands.roster import House
from participation import exemptions
from participation.units import office_day, subtree_ids, unit_by_code
from store import ledger
from store.tables import Exemption, Person

NO_ROUND = "no round so far; it counts for rounds that it covers from their first to their last day"
LISTED_AFTER = timedelta(days=30)  # an absence stays on the list this long after its last day


class Reason(StrEnum):
    """Why somebody is away."""

    LEAVE = "leave"
    TRAINING = "training"
    MISSION = "mission"
    OTHER = "other"


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The `absence` group of the command line."""
    group = typer.Typer(help="Absence: who counts in no round, and leave that people reported.", no_args_is_help=True)

    @group.command("add")
    def add(
        staff_code: Annotated[str, typer.Argument(help="Who is away.")],
        first: Annotated[str, typer.Argument(metavar="FROM", help="First day away, YYYY-MM-DD.")],
        last: Annotated[str, typer.Argument(metavar="UNTIL", help="Last day away, YYYY-MM-DD.")],
        reason: Annotated[Reason, typer.Option("--reason", help="Why.")],
        why: Annotated[str, typer.Option("--correct", help="Correct closed rounds too, for this reason.")] = "",
    ) -> None:
        """Enter an approved absence; tells which rounds it changes."""
        raise typer.Exit(
            carry_out(open_house(), lambda session, now: _add(session, staff_code, (first, last), reason, why, now))
        )

    @group.command("list")
    def list_(unit: Annotated[str, typer.Option("--unit", help="This unit and those below it.")] = "") -> None:
        """Absences to come, running, or over for at most 30 days."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _list(session, unit, now)))

    @group.command("revoke")
    def revoke(absence_id: Annotated[int, typer.Argument(metavar="ID", help="As `list` shows it.")]) -> None:
        """Take an absence back; rounds already open keep what was decided."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _revoke(session, absence_id, now)))

    absence_requests.add_to(group, open_house)
    return group


def _add(session: Session, code: str, days: tuple[str, str], reason: Reason, why: str, now: datetime) -> list[str]:
    person = person_at_work(session, code)
    from_on, until_on = map(day, days)
    if until_on < from_on:
        raise Refused(f"the absence would end on {until_on}, before it begins on {from_on}")
    wanted = Exemption(
        person_id=person.id or 0, from_on=from_on, until_on=until_on, reason=reason.value, entered_by=ACTOR
    )
    known = _entered(session, wanted)
    if known is not None and not why.strip():
        raise Refused(f"{person.staff_code} has this absence already, as absence {known.id}")
    absence = known or _enter(session, person, wanted, now)
    felt = effects(session, absence, why.strip(), now)
    if known is not None and not any(effect.is_correction for effect in felt):
        raise Refused(f"absence {known.id} is entered already and leaves no closed round to correct")
    told = "entered before" if known else "entered"
    return [
        f"absence {absence.id} of {person.staff_code}, {from_on} to {until_on}: {told}",
        *([effect.line for effect in felt] or [NO_ROUND]),
    ]


def _entered(session: Session, wanted: Exemption) -> Exemption | None:
    query = select(Exemption).where(
        Exemption.person_id == wanted.person_id,
        Exemption.from_on == wanted.from_on,
        Exemption.until_on == wanted.until_on,
        exemptions.is_approved(),
    )
    return session.exec(query).first()


def _enter(session: Session, person: Person, wanted: Exemption, now: datetime) -> Exemption:
    absence = exemptions.enter(
        session, wanted.person_id, wanted.from_on, wanted.until_on, wanted.reason, wanted.entered_by, now
    )
    days = {"from_on": wanted.from_on.isoformat(), "until_on": wanted.until_on.isoformat()}
    ledger.audit(session, ACTOR, "absence_entered", person.staff_code, now, absence=absence.id, **days)
    return absence


def _list(session: Session, unit: str, now: datetime) -> list[str]:
    today = office_day(now)
    query = (
        select(Exemption, Person.staff_code)
        .join(Person, col(Person.id) == col(Exemption.person_id))
        .where(exemptions.is_approved(), Exemption.until_on >= today - LISTED_AFTER)
        .order_by(col(Exemption.from_on), col(Exemption.id))
    )
    if unit:
        found = unit_by_code(session, unit, today)
        if found is None:
            raise Refused(f"unit {unit} is not in the office: see the roster")
        query = query.where(col(Person.unit_id).in_(subtree_ids(session, found.id, today)))
    lines = [
        f"{absence.id}  {code}  {absence.from_on} to {absence.until_on}  {absence.reason}, by {absence.entered_by}"
        for absence, code in session.exec(query).all()
    ]
    return lines or ["no absence"]


def _revoke(session: Session, absence_id: int, now: datetime) -> list[str]:
    absence = session.get(Exemption, absence_id)
    if absence is None:
        raise Refused(f"there is no absence {absence_id}: see ./nep absence list")
    if absence.revoked_at is not None:
        raise Refused(f"absence {absence_id} is revoked already")
    absence.revoked_at = now
    session.add(absence)
    code = session.get_one(Person, absence.person_id).staff_code
    ledger.audit(session, ACTOR, "absence_revoked", code, now, absence=absence_id)
    return [
        f"absence {absence_id} of {code} is revoked",
        "rounds already open or closed keep what was decided (who answers counts all the same);"
        " rounds opened from now on count this person",
    ]
