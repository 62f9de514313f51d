"""`inbox`: updates that wait or were given up, and another try for those."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from app.commands.acting import ACTOR, Refused, carry_out, shown
from app.commands.roster import House
from store import inbox, ledger
from store.tables import InboxRow

MOST = 100


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The `inbox` group of the command line; on its own it shows."""
    group = typer.Typer(help="Updates that wait or were given up.", invoke_without_command=True)

    @group.callback()
    def show(context: typer.Context) -> None:
        """How many updates wait, and which were given up, why."""
        if context.invoked_subcommand is None:
            raise typer.Exit(carry_out(open_house(), _show))

    @group.command("retry")
    def retry(inbox_ids: Annotated[list[int], typer.Argument(metavar="ID...", help="As `inbox` shows them.")]) -> None:
        """Give parked updates another three tries, once the cause is mended."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _retry(session, inbox_ids, now)))

    return group


def _show(session: Session, _now: datetime) -> list[str]:
    waiting, parked = inbox.count(session, "waiting"), inbox.count(session, "parked")
    oldest = select(InboxRow).where(InboxRow.state == "parked").order_by(col(InboxRow.id)).limit(MOST)
    lines = [f"inbox: {waiting} waiting, {parked} parked", *map(_line, session.exec(oldest))]
    return [*lines, f"… and {parked - MOST} more parked"] if parked > MOST else lines


def _line(row: InboxRow) -> str:
    return f"parked {row.id}  {row.channel}  received {shown(row.received_at)}  {row.reason}"


def _retry(session: Session, inbox_ids: list[int], now: datetime) -> list[str]:
    for inbox_id in inbox_ids:
        row = session.get(InboxRow, inbox_id)
        if row is None:
            raise Refused(f"there is no update {inbox_id}: see ./nep inbox")
        if row.state != "parked":
            raise Refused(f"update {inbox_id} is {row.state}: only parked ones are tried again")
        row.state, row.tries, row.reason = "waiting", 0, ""
        session.add(row)
        ledger.audit(session, ACTOR, "inbox_retry", f"update {inbox_id}", now)
    return [f"update {inbox_id} is tried again; deadlines go by when it was received" for inbox_id in inbox_ids]
