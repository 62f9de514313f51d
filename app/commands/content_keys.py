"""`content stats` and `content correct`: how questions do, and a wrong key put right after people have answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from app.commands.acting import Refused, carry_out, content_admin
from app.commands.roster import House
from content.phrases import Phrases
from participation.item_statistics import item_statistics, worth_a_look
from participation.key_changes import AllRight, LongReason, NoReason, NoSuchOption, SameKey, UnknownCode
from participation.option_keys import letters, read_key
from participation.refusals import Refusal
from reports import item_quality
from scheduler.calendar import NeverWorking, load_calendar
from scheduler.rekeying import Rekeyed, rekey

REFUSED: dict[type[Refusal], str] = {
    UnknownCode: "no question in use has the code {code}",
    SameKey: "question {code} has the key {right} already",
    NoSuchOption: "question {code} has the options A to {last} only",
    AllRight: "not every option of question {code} can be right",
    NoReason: "--reason must say why: it is kept with the correction",
    LongReason: "--reason is longer than {longest} characters",
}


def add(group: typer.Typer, open_house: Callable[[], House]) -> None:
    """Hang the commands onto the `content` group."""

    @group.command("stats")
    def stats(
        code: Annotated[str, typer.Argument(metavar="[CODE]", help="A question; without it those worth a look.")] = "",
    ) -> None:
        """Share right, discrimination and hasty answers of a question; never by person or unit."""
        house = open_house()
        raise typer.Exit(carry_out(house, lambda session, now: show_statistics(session, house.phrases, code, now)))

    @group.command("correct")
    def correct(
        code: Annotated[str, typer.Argument(help="The question's code.")],
        right: Annotated[str, typer.Option("--right", help="The right key: B, 2 or B,D.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; kept with the correction.")],
        by: Annotated[str, typer.Option("--by", help="Staff code of the content admin who answers for it.")],
    ) -> None:
        """Put a wrong key right: answers are scored again, none falls, who gains by it gets a note."""
        house = open_house()
        raise typer.Exit(
            carry_out(house, lambda session, now: correct_key(session, house.phrases, code, right, reason, by, now))
        )


def show_statistics(session: Session, phrases: Phrases, code: str, now: datetime) -> list[str]:
    """The lines `content stats` prints. Raises `Refused`."""
    if not code:
        return [item_quality.listing(phrases, worth_a_look(session, now))]
    try:
        found = item_statistics(session, code)
    except UnknownCode as refusal:
        raise _refused(refusal) from None
    return [item_quality.one(phrases, found) if found else phrases("quality.too_few", code=code)]


def correct_key(
    session: Session, phrases: Phrases, code: str, right: str, reason: str, by: str, now: datetime
) -> list[str]:
    """The lines `content correct` prints, once done. Raises `Refused`, and then nothing is written."""
    actor = f"person {content_admin(session, by, now)}"
    options, behind = read_key(right)
    if not options or behind:
        raise Refused(f"'{right}' is no key: write --right B, 2 or B,D")
    try:
        return _told(rekey(session, phrases, load_calendar(session), code, options, reason, actor, now))
    except Refusal as refusal:
        raise _refused(refusal) from None
    except NeverWorking as never:
        raise Refused(f"{never}: see ./nep calendar list") from None


def _told(done: Rekeyed) -> list[str]:
    scored = done.rescored
    return [
        f"question {scored.code}: {letters(scored.before)} corrected to {letters(scored.after)}",
        f"{scored.raised} answers in {scored.rounds} rounds became right, none became wrong",
        f"{len(scored.people)} people gained by it; {done.notes.sent} notes go out, {done.notes.held} held back",
        "participation and completion are unchanged; so is the explanation: load the question again to change it",
    ]


def _refused(refusal: Refusal) -> Refused:
    return Refused(REFUSED[type(refusal)].format(**refusal.values))
