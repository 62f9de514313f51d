"""Restoring: a database from a backup does not know what was sent since. Nothing of it may go out by itself.

The program cannot tell that it was restored: the operator says so once, before anything is started on it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from scheduler.firing import DUE, MISSED
from store.tables import Delivery, Occurrence

SENDING_KINDS = ("open", "remind", "review", "digest")  # closing and freezing are never too late


@dataclass(frozen=True, slots=True)
class Distrusted:
    """How many messages became of unknown outcome, and how many moments of a plan were written off."""

    messages: int
    occurrences: int


def distrust(session: Session, repeats_safely: tuple[str, ...], now: datetime) -> Distrusted:
    """What waited may have gone out since the backup: it is listed, not sent. What was due is written off.

    On channels that show a message once however often it is sent, what waits may go out: their lines were restored
    with it.
    """
    messages = session.execute(
        update(Delivery)
        .where(col(Delivery.state).in_(("waiting", "held", "sending")), col(Delivery.channel).not_in(repeats_safely))
        .values(state="unknown", reason="restored from a backup", settled_at=now, doubted=True)
    ).rowcount  # type: ignore[attr-defined]
    session.execute(
        update(Delivery).where(col(Delivery.state).in_(("waiting", "held", "sending"))).values(doubted=True)
    )
    occurrences = session.execute(
        update(Occurrence)
        .where(
            col(Occurrence.state).in_(DUE),
            col(Occurrence.fires_at) <= now,
            col(Occurrence.kind).in_(SENDING_KINDS),
        )
        .values(state="missed", note=MISSED, done_at=now)
    ).rowcount  # type: ignore[attr-defined]
    return Distrusted(int(messages), int(occurrences))
