"""`content year`: the coming rounds of a plan with what each would ask, drawn from the content as it stands."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session, select

from app.commands.acting import Refused, carry_out, shown
from app.commands.roster import House
from app.commands.round import only_plan
from scheduler.calendar import NeverWorking, load_calendar
from scheduler.outlook import Foreseen, outlook, shortest_rest
from store.tables import Plan


def add(group: typer.Typer, open_house: Callable[[], House]) -> None:
    """Hang the command onto the `content` group."""

    @group.command("year")
    def year(
        plan: Annotated[str, typer.Option("--plan", help="Its code; not needed when there is one plan.")] = "",
        rounds: Annotated[int, typer.Option("--rounds", min=1, max=200, help="How many rounds ahead.")] = 48,
    ) -> None:
        """The coming rounds with their days, cards and questions, and whether anything is asked again too soon."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _year(session, plan, rounds, now)))


def _year(session: Session, code: str, rounds: int, now: datetime) -> list[str]:
    code = code or only_plan(session)
    plan = session.exec(select(Plan).where(Plan.code == code)).first()
    if plan is None:
        raise Refused(f"there is no plan {code}")
    try:
        foreseen = outlook(session, load_calendar(session), plan, now, rounds)
    except NeverWorking as never:
        raise Refused(f"{never}: see ./nep calendar list") from None
    return [*map(_line, foreseen), "", *_summary(foreseen, code)]


def _line(each: Foreseen) -> str:
    when = f"{each.number:>4}  {shown(each.opens_at)} – {shown(each.closes_at)}"
    if each.chosen is None:
        return f"{when}  nothing to ask"
    topics = ", ".join(dict.fromkeys(question.topic for question in each.chosen.questions))
    card = each.chosen.card.code if each.chosen.card else "no card"
    asked = ", ".join(question.code for question in each.chosen.questions)
    return f"{when}  {topics:<24} {card:<10} {asked}{'  (asked again too soon)' if each.repeats else ''}"


def _summary(foreseen: Sequence[Foreseen], code: str) -> list[str]:
    asked = [question.code for each in foreseen if each.chosen for question in each.chosen.questions]
    rest = shortest_rest(foreseen)
    again = f"asked again after {rest.days} days at the earliest" if rest else "none asked twice"
    lines = [f"{code}: {len(foreseen)} rounds, {len(asked)} questions, {len(set(asked))} different, {again}"]
    short = [each.number for each in foreseen if each.repeats or each.chosen is None]
    if short:
        lines.append(f"from round {short[0]} on there is too little content: load and approve more questions")
    return lines
