"""`restored`: say once that this database came from a backup, so that nothing is sent twice."""

from collections.abc import Callable
from datetime import datetime

import typer
from sqlmodel import Session

from app.commands.acting import ACTOR, carry_out
from app.commands.roster import House
from bot.web.channel import WebChannel
from scheduler.restoring import distrust
from store import ledger, zalo_tokens


def command(open_house: Callable[[], House]) -> Callable[[], None]:
    """The `restored` command, to be registered with ``application.command("restored")``."""

    def restored() -> None:
        """After a restore, before the start: what waited is listed as unknown, not sent."""
        raise typer.Exit(carry_out(open_house(), _distrust))

    return restored


def _distrust(session: Session, now: datetime) -> list[str]:
    done = distrust(session, (WebChannel.name,), now)
    zalo_tokens.doubt(session, now)
    ledger.audit(session, ACTOR, "restored", "database", now, messages=done.messages, occurrences=done.occurrences)
    return [
        f"{done.messages} messages are of unknown outcome now: ./nep outbox lists them",
        f"{done.occurrences} moments of plans that lie behind were written off",
    ]
