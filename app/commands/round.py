"""`round`: opening a round outside the plan's hour."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from app.commands.acting import ACTOR, Refused, carry_out, shown
from app.commands.roster import House
from content.phrases import Phrases
from scheduler.calendar import NeverWorking, load_calendar
from scheduler.choosing import NothingToAsk
from scheduler.rounds import NoSuchPlan, Opened, RoundStillOpen, open_now
from store import ledger
from store.tables import Plan


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The `round` group of the command line."""
    group = typer.Typer(help="Rounds.", no_args_is_help=True)

    @group.callback()
    def rounds() -> None:
        """Rounds."""  # a group of one command stays a group

    @group.command("open")
    def open_(
        plan: Annotated[str, typer.Option("--plan", help="Its code; not needed when there is one plan.")] = "",
    ) -> None:
        """Open the next round of a plan now instead of waiting for its hour."""
        house = open_house()
        raise typer.Exit(carry_out(house, lambda session, now: _open(session, house.phrases, plan, now)))

    return group


def _open(session: Session, phrases: Phrases, plan: str, now: datetime) -> list[str]:
    code = plan or only_plan(session)
    try:
        opened = open_now(session, phrases, load_calendar(session), code, now)
    except NoSuchPlan:
        raise Refused(f"there is no active plan {code}; active: {', '.join(_plans(session)) or 'none'}") from None
    except RoundStillOpen as running:
        number, closes_at = running.values["number"], running.values["closes_at"]
        raise Refused(f"round {number} of {code} is open until {shown(closes_at)} and its grace: wait for it") from None
    except NothingToAsk:
        raise Refused(f"plan {code} has nothing to ask: no question in force and verified on its topics") from None
    except NeverWorking as never:
        raise Refused(f"{never}: see ./nep calendar list") from None
    ledger.audit(session, ACTOR, "round_opened", f"round {opened.round_id}", now, plan=code, number=opened.number)
    return _told(opened, code)


def only_plan(session: Session) -> str:
    """The code of the one active plan. Refused when there is none, or several to choose from."""
    codes = _plans(session)
    if not codes:
        raise Refused("there is no active plan: ./nep run loads them from content/plans")
    if len(codes) > 1:
        raise Refused(f"there are several plans: give --plan {' | '.join(codes)}")
    return codes[0]


def _plans(session: Session) -> list[str]:
    return list(session.exec(select(Plan.code).where(col(Plan.active)).order_by(col(Plan.code))))


def _told(opened: Opened, code: str) -> list[str]:
    lines = [
        f"round {opened.number} of {code} is open until {shown(opened.closes_at)}",
        f"{opened.members} people, {opened.exempt} exempt; {opened.sent} messages go out, {opened.held} held back",
    ]
    return [*lines, "questions had to be repeated: too few rested ones are left"] if opened.note else lines
