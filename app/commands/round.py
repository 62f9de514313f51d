"""`round`: opening a round outside the plan's hour."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session, col, func, select

from app.commands.acting import ACTOR, Refused, carry_out, shown
from app.commands.roster import House
from scheduler.calendar import NeverWorking, load_calendar
from scheduler.choosing import NothingToAsk
from scheduler.firing import fire
from scheduler.planning import latest_round
from scheduler.portions import BEGUN
from scheduler.rounds import NoSuchPlan, RoundStillOpen, begin_now
from store import ledger
from store.tables import Delivery, Member, Occurrence, Plan


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
        if carry_out(house, lambda session, now: _open(session, plan, now)):
            raise typer.Exit(1)
        while _asks_on(house, plan):
            pass  # a transaction for each portion, so that people can answer meanwhile
        raise typer.Exit(carry_out(house, lambda session, _: _told(session, plan)))

    return group


def _open(session: Session, plan: str, now: datetime) -> list[str]:
    code = plan or only_plan(session)
    try:
        opened, _ = begin_now(session, load_calendar(session), code, now)
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
    lines = [f"round {opened.number} of {code} is open until {shown(opened.closes_at)}"]
    return [*lines, "questions had to be repeated: too few rested ones are left"] if opened.note else lines


def _asks_on(house: House, plan: str) -> bool:
    """Write the next portion of the opening messages; whether any may be left. After a crash the next tick goes on."""
    with house.database.transaction() as session:
        opening = select(Occurrence.id).join(Plan).where(Occurrence.state == BEGUN, Occurrence.kind == "open")
        begun = session.exec(opening.where(Plan.code == (plan or only_plan(session)))).first()
        if begun is None:
            return False
        return fire(session, house.phrases, load_calendar(session), begun, house.clock()) == BEGUN


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


def _told(session: Session, plan: str) -> list[str]:
    """Whom the newest round of the plan counts and asks."""
    code = plan or only_plan(session)
    round_ = latest_round(session, session.exec(select(Plan.id).where(Plan.code == code)).one() or 0)
    round_id = round_.id if round_ else 0
    members = session.exec(
        select(Member.exempt, func.count()).where(Member.round_id == round_id).group_by(Member.exempt)
    )
    people = dict(members.all())
    asked = select(Delivery.state, func.count()).where(Delivery.round_id == round_id, Delivery.kind == "open")
    sent = dict(session.exec(asked.group_by(Delivery.state)).all())
    held = sent.pop("held", 0)
    exempt = sum(people.values()) - people.get("", 0)
    return [f"{sum(people.values())} people, {exempt} exempt; {sum(sent.values())} messages go out, {held} held back"]
