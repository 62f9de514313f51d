"""The outbox as the drain and the operator use it: claim, settle, recover, and what became of it all."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, and_, col, func, or_, select

from scheduler.claiming import Claimed, Line, Wanted, claim, expire, is_empty, soonest
from scheduler.doors import quota
from scheduler.settling import NotStarted, Result, settle, settle_all
from store import ledger
from store.tables import Delivery

RECENT = timedelta(days=7)

__all__ = [
    "Claimed",
    "Failure",
    "Line",
    "NotStarted",
    "Result",
    "Unsure",
    "Wanted",
    "claim",
    "counts",
    "expire",
    "failures",
    "is_empty",
    "put_back",
    "recover",
    "resend",
    "settle",
    "settle_all",
    "soonest",
    "unknowns",
]


@dataclass(frozen=True, slots=True)
class Unsure:
    """A delivery nobody can say about whether it arrived; only an explicit `resend` sends it again."""

    delivery_id: int
    channel: str
    kind: str
    account_id: int
    person_id: int | None
    round_id: int | None
    claimed_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """So many deliveries that came to nothing or to nobody knows what, for one reason."""

    channel: str
    state: str
    reason: str
    count: int


def recover(
    session: Session, channel_name: str, repeats_safely: bool, live_holders: Collection[str], now: datetime
) -> int:
    """What dead holders had under way becomes unknown, or waits again where repeating is harmless; how many."""
    change: dict[str, Any]
    if repeats_safely:
        change = {"state": "waiting", "holder": "", "reason": "sender died, goes out again", "doubted": True}
    else:
        change = {"state": "unknown", "reason": "sender died", "settled_at": now, "doubted": True}
    left = session.execute(
        update(Delivery)
        .where(
            col(Delivery.state) == "sending",
            col(Delivery.channel) == channel_name,
            col(Delivery.holder).not_in(live_holders),
        )
        .values(**change)
    )
    return int(left.rowcount)  # type: ignore[attr-defined]


def put_back(session: Session, line: Line, in_hand: Collection[int], now: datetime) -> int:
    """Rows this holder claimed without ever learning of it (the commit's answer got lost) wait again; how many.

    `in_hand` are the deliveries the holder does know of: those stay under way.
    """
    lost = session.execute(
        update(Delivery)
        .where(
            col(Delivery.state) == "sending",
            col(Delivery.channel) == line.channel,
            col(Delivery.holder) == line.holder,
            col(Delivery.id).not_in(in_hand),
        )
        .values(state="waiting", holder="", tries=col(Delivery.tries) - 1)
    ).rowcount  # type: ignore[attr-defined]
    if lost:
        quota.give_back(session, line.channel, lost, now)
    return int(lost)


def unknowns(session: Session) -> list[Unsure]:
    """Every delivery of unknown outcome, the oldest first."""
    query = select(Delivery).where(Delivery.state == "unknown").order_by(col(Delivery.id))
    return [
        Unsure(
            row.id or 0,
            row.channel,
            row.kind,
            row.account_id,
            row.person_id,
            row.round_id,
            row.claimed_at,
            row.reason,
        )
        for row in session.exec(query)
    ]


def resend(session: Session, delivery_id: int, actor: str, now: datetime) -> bool:
    """Send a delivery of unknown outcome once more, on somebody's word; False when it is not of unknown outcome.

    A second copy may arrive. It carries the same token, so its answer cannot count twice.
    """
    changed = session.execute(
        update(Delivery)
        .where(col(Delivery.id) == delivery_id, col(Delivery.state) == "unknown")
        .values(state="waiting", holder="", due_at=now, expires_at=None, settled_at=None, reason=f"resent by {actor}")
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        return False
    ledger.audit(session, actor, "resend", f"delivery {delivery_id}", now)
    return True


def failures(session: Session, now: datetime) -> list[Failure]:
    """What was refused within a week, and everything of unknown outcome, most first."""
    count = func.count()
    query = (
        select(Delivery.channel, Delivery.state, Delivery.reason, count)
        .where(
            or_(
                col(Delivery.state) == "unknown",
                and_(col(Delivery.state) == "refused", col(Delivery.settled_at) >= now - RECENT),
            )
        )
        .group_by(Delivery.channel, Delivery.state, Delivery.reason)
        .order_by(count.desc(), col(Delivery.channel), col(Delivery.reason))
    )
    return [Failure(*row) for row in session.exec(query)]


def counts(session: Session) -> dict[str, int]:
    """How many deliveries are in each state."""
    query = select(Delivery.state, func.count()).group_by(Delivery.state)
    return dict(session.exec(query).all())
