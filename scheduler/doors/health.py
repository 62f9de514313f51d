"""Health: whether a door still gets messages out, learned from what became of those it was given."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, update
from sqlmodel import Session, col, select

from scheduler import pace
from scheduler.channel import Later, Refused, Sent, Unknown
from store.tables import Door

logger = logging.getLogger(__name__)

FRESH = timedelta(minutes=1)  # how exactly it is known when a door was last well
SEEN = select(Door.well_at, Door.failing_since_at).where(Door.channel == bindparam("channel"))


def works(outcome: object) -> bool:
    """Whether an outcome shows that the platform takes messages: it accepted one, or refused that very one."""
    return isinstance(outcome, Sent) or (isinstance(outcome, Refused) and not outcome.whole_bot)


def trouble(outcome: object) -> str:
    """Why an outcome makes one doubt the door; empty when it does not."""
    return (
        outcome.reason or "no answer" if isinstance(outcome, Later | Unknown | Refused) and not works(outcome) else ""
    )


def note(session: Session, channel: str, bot: str, rate: float, outcomes: Sequence[object], now: datetime) -> None:
    """Remember what these outcomes say of a door: well again, or failing since now unless it was already."""
    is_well, why = any(map(works, outcomes)), next(filter(None, map(trouble, outcomes)), "")
    if not (is_well or why):
        return
    seen = session.connection().execute(SEEN, {"channel": channel}).first()
    if seen is None:
        return
    well_at, failing_since_at = seen
    if is_well and (failing_since_at is not None or well_at is None or well_at + FRESH <= now):
        deaf = col(Door.deaf_since_at).is_not(None)
        halted = case((deaf, col(Door.halted_at)), else_=None)  # what goes out brings no answer back
        values: dict[str, Any] = {"well_at": now, "failing_since_at": None, "trouble": "", "halted_at": halted}
        if failing_since_at is not None:
            logger.info("door %s is well again; it failed since %s", channel, failing_since_at)
    elif not is_well and failing_since_at is None:
        values = {"failing_since_at": now, "trouble": why}
    else:
        return
    pace.lock(session, bot, rate, now)  # before the door's row, as in a claim: one order of locks
    session.execute(update(Door).where(col(Door.channel) == channel).values(**values))


def ill_since(door: Door) -> datetime | None:
    """Since when a door does not carry messages out, or news in; None while it does both."""
    return min(filter(None, (door.failing_since_at, door.deaf_since_at)), default=None)


def note_hearing(session: Session, hearing: Mapping[str, str], now: datetime) -> None:
    """Remember of these doors whether news comes in: why it does not, or nothing where it does.

    Where it comes in again the whole outage is over; if messages still do not go out, the next one says so.
    """
    for channel, why in hearing.items():
        door = session.get(Door, channel, populate_existing=True, with_for_update=True)
        if door is None or why == door.deafness:
            continue
        if why:
            door.deaf_since_at = door.deaf_since_at or now
        else:
            logger.info("door %s hears again; it was deaf since %s", channel, door.deaf_since_at)
            door.well_at, door.trouble = now, ""
            door.deaf_since_at = door.failing_since_at = door.halted_at = None
        door.deafness = why
        session.add(door)


def expires(session: Session, channel: str, at: datetime) -> None:
    """Until when the platform's token is good, as the channel says."""
    known = (col(Door.channel) == channel, col(Door.expires_at).is_distinct_from(at))
    session.execute(update(Door).where(*known).values(expires_at=at))
