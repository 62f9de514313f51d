"""`delegate`: who stands in for whom in heading a unit, for a while."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from app.commands.acting import ACTOR, Refused, carry_out, day, person_at_work
from app.commands.roster import House
from content.phrases import Phrases
from participation import delegating
from participation.refusals import Refusal
from participation.units import office_day, unit_by_code
from scheduler.leave_notices import tell_delegation, tell_revoked
from store.tables import Person

WHY = {
    delegating.NotYours: "{by} is neither head nor deputy of {unit}: the roster says who is",
    delegating.NoSuchPerson: "{code} does not work in {unit} or below it",
    delegating.HeadsAlready: "{code} heads {unit} or stands in on these days already",
    delegating.BadPeriod: "a delegation begins today or later and lasts at most {longest} days",
}


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The `delegate` group of the command line."""
    group = typer.Typer(help="Delegates: who stands in for a head for a while.", no_args_is_help=True)

    @group.command("add")
    def add(
        unit: Annotated[str, typer.Argument(help="Code of the unit.")],
        staff_code: Annotated[str, typer.Argument(help="Who stands in.")],
        first: Annotated[str, typer.Argument(metavar="FROM", help="First day, YYYY-MM-DD.")],
        last: Annotated[str, typer.Argument(metavar="UNTIL", help="Last day, YYYY-MM-DD.")],
        by: Annotated[str, typer.Option("--by", help="Staff code of the head or deputy who is stood in for.")],
    ) -> None:
        """Name a delegate, who sees what the head sees on these days; both are told."""
        house = open_house()
        given = (unit, staff_code, first, last, by)
        raise typer.Exit(carry_out(house, lambda session, now: _add(session, house.phrases, given, now)))

    @group.command("list")
    def list_(unit: Annotated[str, typer.Option("--unit", help="This unit alone.")] = "") -> None:
        """Delegations that run or will run."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _list(session, unit, now)))

    @group.command("revoke")
    def revoke(duty_id: Annotated[int, typer.Argument(metavar="ID", help="As `list` shows it.")]) -> None:
        """End one: rights stop at once, the delegate and the heads are told."""
        house = open_house()
        raise typer.Exit(carry_out(house, lambda session, now: _revoke(session, house.phrases, duty_id, now)))

    return group


def _add(session: Session, phrases: Phrases, given: tuple[str, str, str, str, str], now: datetime) -> list[str]:
    code, staff_code, first, last, by = given
    unit_id = _unit(session, code, now)
    person, head = person_at_work(session, staff_code), person_at_work(session, by)
    days = day(first), day(last)
    try:
        made = delegating.name(session, unit_id, head.id or 0, person.id or 0, *days, ACTOR, now)
    except Refusal as refusal:
        told = {"by": head.staff_code, "unit": code, "code": person.staff_code, "longest": delegating.LONGEST}
        raise Refused(WHY[type(refusal)].format(**told)) from None
    tell_delegation(session, phrases, made, None, now)
    return [f"delegation {made.id}: {person.staff_code} stands in at {code}, {made.first} to {made.last}"]


def _list(session: Session, unit: str, now: datetime) -> list[str]:
    unit_id = _unit(session, unit, now) if unit else None
    lines = [
        f"{one.id}  {one.unit}  {session.get_one(Person, one.person_id).staff_code}  {one.first} to {one.last}"
        for one in delegating.standing(session, unit_id, office_day(now))
    ]
    return lines or ["no delegation"]


def _revoke(session: Session, phrases: Phrases, duty_id: int, now: datetime) -> list[str]:
    found = delegating.revoke(session, duty_id, ACTOR, now)
    if found is None:
        raise Refused(f"no delegation {duty_id} runs or will run: see ./nep delegate list")
    tell_revoked(session, phrases, found, None, now)
    return [f"delegation {duty_id} is revoked"]


def _unit(session: Session, code: str, now: datetime) -> int:
    found = unit_by_code(session, code, office_day(now))
    if found is None:
        raise Refused(f"unit {code} is not in the office: see the roster")
    return found.id
