"""`doctor`: how each channel is by the books, a few lines each. `check` tells whether the settings can work at all."""

from collections.abc import Collection, Iterator
from datetime import datetime

import typer

from app.commands.acting import shown
from app.commands.roster import House
from scheduler.doors import stopping
from scheduler.doors.overview import Seen, State, overview

FINE = (State.GOOD, State.CLOSED)  # a gate opens by itself


def examine(house: House, configured: Collection[str]) -> int:
    """Print every channel, those in use first; returns 1 when one of them needs the operator."""
    with house.database.transaction() as session:
        stopped_at, doors = stopping.stopped_since(session), overview(session, house.clock())
    if stopped_at:
        typer.echo(
            f"scheduled messages: stopped by an operator since {shown(stopped_at)}; /tamngung in chat resumes them"
        )
    here = [one for one in doors if one.door.channel in configured]
    for one in here:
        typer.echo("\n  ".join(_lines(one)))
    for one in doors:
        if one not in here:
            typer.echo(f"{one.door.channel}: not in the settings any more\n  {_posts(one)}")
    if not doors:
        typer.echo("no channel was opened yet: ./nep run opens them")
    return int(any(one.state not in FINE for one in here))


def _lines(one: Seen) -> Iterator[str]:
    yield f"{one.door.channel}: {_state(one)}"
    yield f"last in {_moment(one.received_at)}, last out {_moment(one.sent_at)}, last well {_moment(one.door.well_at)}"
    yield _posts(one)
    month = f"this month {one.use.sent} sent, {one.use.received} received"
    yield f"{month}; {one.use.used} of {one.use.limit} used" if one.use.limit else month
    if one.door.open_seconds:
        yield f"interaction window: {one.inside} people inside, {one.outside} outside"
    if one.door.expires_at:
        yield f"token good until {shown(one.door.expires_at)}"


def _posts(one: Seen) -> str:
    return f"{one.waiting} waiting, {one.held} held, {one.unknown} of unknown outcome"


def _state(one: Seen) -> str:
    since, why = _moment(one.ill_since), one.door.deafness or one.door.trouble
    again = "is listened at" if one.door.deafness else "tried every 15 minutes"
    said = {
        State.HALTED: f"HALTED: fails since {since} ({why}); {again}, comes back by itself",
        State.FAILING: f"FAILING since {since}: {why}",
        State.DEAF: f"DEAF since {since}: {why}",
        State.EXPIRED: "TOKEN EXPIRED: give it a new one",
        State.SPENT: "QUOTA SPENT: nothing goes out before the month ends",
        State.REPLIES: "QUOTA: 90 % used, replies alone go out",
        State.CLOSED: f"good, but resting until {_moment(one.gate.until_at if one.gate else None)}",
        State.GOOD: "good",
    }
    return said[one.state]


def _moment(at: datetime | None) -> str:
    return shown(at) if at else "never"
