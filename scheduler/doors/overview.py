"""Overview: how every door is; one source for chat, command line and metrics."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from participation import interaction
from scheduler import pace
from scheduler.doors import health, quota
from scheduler.doors.quota import RECEIVED, SENT, Stage, Use
from scheduler.pace import Gate
from store.tables import Account, Delivery, Door, Traffic


class State(StrEnum):
    """The worst that can be said of a door, worst first."""

    HALTED = "halted"  # out of service for its outage; tried now and then
    FAILING = "failing"
    DEAF = "deaf"  # messages go out, as far as is known, and no news comes in
    EXPIRED = "expired"
    SPENT = "spent"
    CLOSED = "closed"  # the platform asked for a rest
    REPLIES = "replies"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Seen:
    """One door. `inside` and `outside` count active accounts by interaction window; without one all are inside."""

    door: Door
    use: Use
    gate: Gate | None
    inside: int
    outside: int
    received_at: datetime | None
    sent_at: datetime | None
    waiting: int
    held: int
    unknown: int
    now: datetime

    @property
    def state(self) -> State:
        """In one word."""
        if self.door.halted_at is not None:
            return State.HALTED
        if self.door.failing_since_at is not None:
            return State.FAILING
        if self.door.deaf_since_at is not None:
            return State.DEAF
        if self.door.expires_at is not None and self.door.expires_at <= self.now:
            return State.EXPIRED
        if self.use.stage is Stage.SPENT:
            return State.SPENT
        if self.gate is not None:
            return State.CLOSED
        return State.REPLIES if self.use.stage is Stage.REPLIES else State.GOOD

    @property
    def ill_since(self) -> datetime | None:
        """Since when it fails or is deaf; None while it is well."""
        return health.ill_since(self.door)

    @property
    def failing_seconds(self) -> float:
        """For how long it has failed or been deaf; 0 while it is well."""
        return (self.now - self.ill_since).total_seconds() if self.ill_since else 0.0


def overview(session: Session, now: datetime) -> list[Seen]:
    """Every door that was ever opened here, those that need somebody first."""
    doors = session.exec(select(Door).order_by(col(Door.channel)).execution_options(populate_existing=True)).all()
    people, posts, last = _people(session, now), _posts(session), _last(session)
    uses = quota.uses(session, now)
    order = list(State)
    seen = [
        Seen(
            door=door,
            use=uses[door.channel],
            gate=pace.gate(session, door.bot, now),
            inside=people.get(door.channel, (0, 0))[0],
            outside=people.get(door.channel, (0, 0))[1],
            received_at=last.get((door.channel, RECEIVED)),
            sent_at=last.get((door.channel, SENT)),
            waiting=posts.get((door.channel, "waiting"), 0),
            held=posts.get((door.channel, "held"), 0),
            unknown=posts.get((door.channel, "unknown"), 0),
            now=now,
        )
        for door in doors
    ]
    return sorted(seen, key=lambda one: order.index(one.state))


def _people(session: Session, now: datetime) -> dict[str, tuple[int, int]]:
    closed = func.sum(case((interaction.has_closed(interaction.windows(session), now), 1), else_=0))
    query = select(Account.channel, func.count(), closed).where(Account.state == "active").group_by(Account.channel)
    return {channel: (count - int(outside), int(outside)) for channel, count, outside in session.exec(query)}


def _posts(session: Session) -> dict[tuple[str, str], int]:
    query = (
        select(Delivery.channel, Delivery.state, func.count())
        .where(col(Delivery.state).in_(("waiting", "held", "unknown")))
        .group_by(Delivery.channel, Delivery.state)
    )
    return {(channel, state): count for channel, state, count in session.exec(query)}


def _last(session: Session) -> dict[tuple[str, str], datetime]:
    query = select(Traffic.channel, Traffic.way, func.max(Traffic.last_at)).group_by(Traffic.channel, Traffic.way)
    return {(channel, way): at for channel, way, at in session.exec(query)}
