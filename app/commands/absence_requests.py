"""`absence requests`, `approve` and `refuse`: leave that people reported, decided at the command line."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from app.commands.acting import ACTOR, Refused, carry_out
from app.commands.roster import House
from content.phrases import Phrases
from participation import leave_decisions
from participation.leave import AlreadyDecided
from scheduler.leave_notices import tell_decision
from store.tables import Exemption, Person

NUMBER = Annotated[int, typer.Argument(metavar="ID", help="As `requests` shows it.")]


def add_to(group: typer.Typer, open_house: Callable[[], House]) -> None:
    """Add the three commands to the `absence` group."""

    @group.command("requests")
    def requests() -> None:
        """Leave that people reported and nobody has decided on yet."""
        raise typer.Exit(carry_out(open_house(), _list))

    @group.command("approve")
    def approve(
        request_id: NUMBER,
        why: Annotated[str, typer.Option("--correct", help="Correct closed rounds, for this reason.")] = "",
    ) -> None:
        """Approve one: open rounds feel it at once, the person is told."""
        house = open_house()
        raise typer.Exit(
            carry_out(house, lambda session, now: _approve(session, house.phrases, request_id, why.strip(), now))
        )

    @group.command("refuse")
    def refuse(request_id: NUMBER) -> None:
        """Do not approve one: the person is told and goes on counting."""
        house = open_house()
        raise typer.Exit(carry_out(house, lambda session, now: _refuse(session, house.phrases, request_id, now)))


def _list(session: Session, now: datetime) -> list[str]:
    lines = [
        f"{one.id}  {_code(session, one)}  {one.from_on} to {one.until_on}  {one.reason}, waits"
        for one in leave_decisions.all_waiting(session)
    ]
    return lines or ["no request waits"]


def _approve(session: Session, phrases: Phrases, request_id: int, why: str, now: datetime) -> list[str]:
    asked = _waiting(session, request_id)
    _, closed = leave_decisions.prospect(session, asked.person_id, asked.from_on, asked.until_on, now)
    if closed and not why:
        numbers = ", ".join(map(str, closed))
        raise Refused(f'round {numbers} is closed already: give the same command again with --correct "why"')
    try:
        done = leave_decisions.approve(session, request_id, ACTOR, why, now)
    except AlreadyDecided:
        raise Refused(f"request {request_id} has been decided meanwhile") from None
    tell_decision(session, phrases, done.absence, now)
    return [
        f"absence {request_id} of {_code(session, done.absence)} is approved",
        *(f"round {number}: does not count" for number in done.exempted),
        *(f"round {number}: corrected; the published figure stays beside it" for number in done.corrected),
    ]


def _refuse(session: Session, phrases: Phrases, request_id: int, now: datetime) -> list[str]:
    _waiting(session, request_id)
    try:
        refused = leave_decisions.refuse(session, request_id, ACTOR, now)
    except AlreadyDecided:
        raise Refused(f"request {request_id} has been decided meanwhile") from None
    tell_decision(session, phrases, refused, now)
    return [f"request {request_id} of {_code(session, refused)} is not approved"]


def _waiting(session: Session, request_id: int) -> Exemption:
    found = next((one for one in leave_decisions.all_waiting(session) if one.id == request_id), None)
    if found is None:
        raise Refused(f"no request {request_id} waits: see ./nep absence requests")
    return found


def _code(session: Session, absence: Exemption) -> str:
    return session.get_one(Person, absence.person_id).staff_code
