"""`outbox`: what became of the messages, and sending one of unknown outcome again on the operator's word."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from app.commands.acting import ACTOR, Refused, carry_out, shown
from app.commands.roster import House
from scheduler import outbox, pace
from store.outbox import said
from store.tables import Delivery, Pace

MOST = 100


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The `outbox` group of the command line; on its own it shows."""
    group = typer.Typer(help="Messages by state, closed gates, unknown outcomes.", invoke_without_command=True)

    @group.callback()
    def show(context: typer.Context) -> None:
        """Messages by state, closed gates, and every message of unknown outcome."""
        if context.invoked_subcommand is None:
            raise typer.Exit(carry_out(open_house(), _show))

    @group.command("resend")
    def resend(delivery_id: Annotated[int, typer.Argument(metavar="ID", help="As `outbox` shows it.")]) -> None:
        """Send a message of unknown outcome once more; a second copy may arrive."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _resend(session, delivery_id, now)))

    return group


def _show(session: Session, now: datetime) -> list[str]:
    counts = outbox.counts(session)
    states = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "empty"
    unknown = outbox.unknowns(session)
    lines = [f"outbox: {states}", *_gates(session, now), *map(_line, unknown[:MOST])]
    return [*lines, f"… and {len(unknown) - MOST} more of unknown outcome"] if len(unknown) > MOST else lines


def _gates(session: Session, now: datetime) -> list[str]:
    bots = session.exec(select(Pace.bot).order_by(col(Pace.bot))).all()
    closed = [(bot, gate) for bot in bots if (gate := pace.gate(session, bot, now))]
    return [f"gate of {bot} closed until {shown(gate.until_at)}: {gate.reason}" for bot, gate in closed]


def _line(unsure: outbox.Unsure) -> str:
    tried = f"tried {shown(unsure.claimed_at)}" if unsure.claimed_at else "not known to be tried"
    return f"unknown {unsure.delivery_id}  {unsure.channel}  {unsure.kind}  {tried}  {unsure.reason}"


def _resend(session: Session, delivery_id: int, now: datetime) -> list[str]:
    row = session.get(Delivery, delivery_id)
    if row is None:
        raise Refused(f"there is no message {delivery_id}: see ./nep outbox")
    if row.state != "unknown":
        raise Refused(f"message {delivery_id} is {row.state}: only unknown outcomes are sent again")
    if '"text"' not in said(session, row):
        raise Refused(f"the text of message {delivery_id} was erased: it cannot be sent again")
    outbox.resend(session, delivery_id, ACTOR, now)
    return [f"message {delivery_id} goes out again, if it is still wanted; an answer to either copy counts once"]
