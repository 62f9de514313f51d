"""`calendar`: the organisation's own working days and days off, beside the public ones that are built in."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from app.commands.acting import ACTOR, Refused, carry_out, day
from app.commands.roster import House
from scheduler.calendar import Calendar, office_day, public_days
from store import ledger
from store.tables import CalendarOverride

LATER = "openings not yet due move at the next tick; a round that is open keeps its dates"


class Work(StrEnum):
    """What a day is."""

    WORKING = "working"
    OFF = "off"


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The `calendar` group of the command line."""
    group = typer.Typer(help="Working days and days off.", no_args_is_help=True)

    @group.command("set")
    def set_(
        day_on: Annotated[str, typer.Argument(metavar="DAY", help="YYYY-MM-DD.")],
        work: Annotated[Work, typer.Argument(metavar="working|off", help="What the day is here.")],
        basis: Annotated[str, typer.Option("--basis", help="The decision or notice that says so.")],
    ) -> None:
        """Say what one day is; wins over the public calendar."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _set(session, day_on, work, basis, now)))

    @group.command("unset")
    def unset(day_on: Annotated[str, typer.Argument(metavar="DAY", help="YYYY-MM-DD.")]) -> None:
        """Take the organisation's own word on a day back."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _unset(session, day_on, now)))

    @group.command("list")
    def list_(
        year: Annotated[int | None, typer.Option("--year", min=2000, max=2100, help="Else this year.")] = None,
    ) -> None:
        """Every day of a year that is not what its weekday says."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _list(session, year or office_day(now).year)))

    return group


def _set(session: Session, written: str, work: Work, basis: str, now: datetime) -> list[str]:
    day_on = _ahead(written, now)
    if not basis.strip():
        raise Refused("give the basis: the decision or notice that makes the day so")
    session.merge(CalendarOverride(day_on=day_on, working=work == Work.WORKING, basis=basis.strip()))
    ledger.audit(session, ACTOR, "calendar_set", day_on.isoformat(), now, work=work.value, basis=basis.strip())
    return [_line(day_on, work == Work.WORKING, basis.strip()), LATER]


def _unset(session: Session, written: str, now: datetime) -> list[str]:
    day_on = _ahead(written, now)
    row = session.get(CalendarOverride, day_on)
    if row is None:
        raise Refused(f"{day_on} has no word of the organisation's own: see ./nep calendar list")
    session.delete(row)
    ledger.audit(session, ACTOR, "calendar_unset", day_on.isoformat(), now, basis=row.basis)
    return [_line(day_on, Calendar().is_working(day_on), "as built in"), LATER]


def _ahead(written: str, now: datetime) -> date:
    """A day that is not over: what is past moves nothing, so naming it is a slip."""
    day_on = day(written)
    if day_on < office_day(now):
        raise Refused(f"{day_on} is over: only today and days to come can be changed")
    return day_on


def _list(session: Session, year: int) -> list[str]:
    off, worked = public_days(year)
    lines = {day_on: _line(day_on, False, "public holiday, built in") for day_on in off}
    lines |= {day_on: _line(day_on, True, "worked in exchange, built in") for day_on in worked}
    overrides = select(CalendarOverride).where(
        CalendarOverride.day_on >= date(year, 1, 1), col(CalendarOverride.day_on) <= date(year, 12, 31)
    )
    lines |= {row.day_on: _line(row.day_on, row.working, row.basis) for row in session.exec(overrides)}
    return [lines[day_on] for day_on in sorted(lines)]


def _line(day_on: date, working: bool, basis: str) -> str:
    return f"{day_on}  {day_on:%a}  {'working' if working else 'off':7}  {basis}"
