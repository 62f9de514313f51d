"""Terms: on what conditions a door is open, written down so that every room and the command line know them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from store.tables import Door
from store.upsert import insert_new

PATIENCE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a platform allows, and what the office wants when it does not.

    `monthly_quota`: messages a month, 0 for no limit; `counts_received`: those that come in count as well.
    `open_for`: how long after somebody's last word the platform lets us write, None for ever; `free_for`: how long it
    costs nothing. `falls_back`: what this door cannot take may go through another one of the same person.
    `patience`: a door that fails for longer is taken out of service.
    """

    monthly_quota: int = 0
    counts_received: bool = True
    open_for: timedelta | None = None
    free_for: timedelta | None = None
    falls_back: bool = True
    patience: timedelta = PATIENCE


NO_LIMITS = Terms()


def register(session: Session, channel: str, bot: str, terms: Terms) -> None:
    """Write down a door as it opens. How it was keeps standing, unless another bot stands behind it now."""
    insert_new(session, Door, [{"channel": channel, "bot": bot, "trouble": ""} | _columns(terms)])
    door = session.get_one(Door, channel, populate_existing=True, with_for_update=True)
    if door.bot != bot:
        door.bot, door.trouble, door.deafness = bot, "", ""
        door.well_at = door.failing_since_at = door.deaf_since_at = door.halted_at = door.probed_at = (
            door.expires_at
        ) = None
    for name, value in _columns(terms).items():
        setattr(door, name, value)
    session.add(door)
    session.flush()


def _columns(terms: Terms) -> dict[str, Any]:
    return {
        "monthly_quota": terms.monthly_quota,
        "counts_received": terms.counts_received,
        "open_seconds": _seconds(terms.open_for),
        "free_seconds": _seconds(terms.free_for),
        "falls_back": terms.falls_back,
        "patience_seconds": _seconds(terms.patience),
    }


def _seconds(span: timedelta | None) -> int:
    return int(span.total_seconds()) if span is not None else 0
