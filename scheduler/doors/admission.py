"""Admission: what a door lets through right now. One look at the store for each claim, not for each message."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, bindparam, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from scheduler.doors.quota import RECEIVED, SENT, Use, month
from store.outbox import BROADCAST
from store.tables import Account, Door, Setting, Traffic

STOPPED = "scheduled_sending_stopped"  # the setting that says since when, and that no scheduled message goes out
PROBE_EVERY = timedelta(minutes=15)  # how often a halted door is tried with one message
NO_LIMIT = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Admission:
    """How many scheduled messages and replies may go out, and since when an account must have been heard.

    `heard_since` is None where there is no interaction window. A `probe` is one message through a halted door.
    """

    scheduled: int = NO_LIMIT
    replies: int = NO_LIMIT
    heard_since: datetime | None = None
    is_probe: bool = False

    def room(self, lane: int) -> int:
        """How many of a lane."""
        return self.scheduled if lane == BROADCAST else self.replies

    @property
    def given(self) -> dict[str, Any]:
        """The parameters of `has_written_lately`."""
        return {"windowless": self.heard_since is None, "heard_since": self.heard_since}

    def lets_in(self, account_heard_at: datetime | None, closed_at: datetime | None) -> bool:
        """Whether an account's interaction window is open."""
        if self.heard_since is None:
            return True
        return closed_at is None and account_heard_at is not None and account_heard_at >= self.heard_since


def _standing() -> Any:
    def counted(way: str) -> Any:
        this = (Traffic.channel == bindparam("channel"), Traffic.month == bindparam("month"), Traffic.way == way)
        return select(func.coalesce(func.sum(Traffic.count), 0)).where(*this).scalar_subquery()

    stopped = select(func.count()).select_from(Setting).where(col(Setting.name) == STOPPED).scalar_subquery()
    terms = map(
        col,
        (
            Door.monthly_quota,
            Door.counts_received,
            Door.open_seconds,
            Door.halted_at,
            Door.probed_at,
            Door.deaf_since_at,
        ),
    )
    return sql_select(*terms, stopped, counted(SENT), counted(RECEIVED)).where(
        col(Door.channel) == bindparam("channel")
    )


# Built once: it stands in every claim.
STANDING = _standing()


def admission(session: Session, channel: str, now: datetime) -> Admission:
    """What a door lets through at a moment; one that is not written down lets everything through."""
    found = session.connection().execute(STANDING, {"channel": channel, "month": month(now)}).first()
    if found is None:
        return Admission()
    limit, counts_received, open_seconds, halted_at, probed_at, deaf_since_at, stopped, sent, received = found
    use = Use(limit, int(sent), int(received), counts_received)
    scheduled, replies = use.room(scheduled=True), use.room(scheduled=False)
    most = NO_LIMIT if scheduled is None else scheduled
    if stopped:
        most = 0
    elif halted_at is not None:
        is_time = probed_at is None or probed_at + PROBE_EVERY <= now
        most = min(most, int(is_time and deaf_since_at is None))
    return Admission(
        scheduled=most,
        replies=NO_LIMIT if replies is None else replies,
        heard_since=now - timedelta(seconds=open_seconds) if open_seconds else None,
        is_probe=halted_at is not None,
    )


def probed(session: Session, channel: str, now: datetime) -> None:
    """A halted door is being tried: not again for a while."""
    session.execute(update(Door).where(col(Door.channel) == channel).values(probed_at=now))


def has_written_lately() -> Any:
    """Condition on `Account`, with parameters of `given`: the interaction window is open, or there is none."""
    return bindparam("windowless", type_=Boolean) | (
        col(Account.closed_at).is_(None) & (col(Account.last_heard_at) >= bindparam("heard_since"))
    )
