"""Quota: how many messages a door has sent and received in a month of the office, and what that leaves room for.

Counted is what may have counted with the platform, in the very transactions that claim, settle and receive.
"""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, select

from scheduler.calendar import OFFICE_ZONE, at_office
from store.tables import Door, Traffic
from store.upsert import insert_new

SENT, RECEIVED = "sent", "received"
WARN_PERCENT, STOP_PERCENT = 80, 90


class Stage(StrEnum):
    """How far a month's quota is used up."""

    FREE = "free"
    WARNED = "warned"  # from 80 %: the operator is told
    REPLIES = "replies"  # from 90 %: what is left is for answers to people
    SPENT = "spent"  # nothing more goes out before the month ends


@dataclass(frozen=True, slots=True)
class Use:
    """What a month has seen so far; `limit` 0 means there is none."""

    limit: int
    sent: int = 0
    received: int = 0
    counts_received: bool = True

    @property
    def used(self) -> int:
        """What counts against the quota."""
        return self.sent + (self.received if self.counts_received else 0)

    @property
    def stage(self) -> Stage:
        """How far it is used up."""
        if not self.limit or self.used * 100 < self.limit * WARN_PERCENT:
            return Stage.FREE
        if self.used * 100 < self.limit * STOP_PERCENT:
            return Stage.WARNED
        return Stage.REPLIES if self.used < self.limit else Stage.SPENT

    def room(self, *, scheduled: bool) -> int | None:
        """How many more may go out: scheduled ones up to 90 %, replies up to the whole; None for any number."""
        if not self.limit:
            return None
        until = -(-self.limit * STOP_PERCENT // 100) if scheduled else self.limit
        return max(0, until - self.used)


def month(moment: datetime) -> str:
    """The month of a moment at the office, e.g. ``2026-11``."""
    return moment.astimezone(OFFICE_ZONE).strftime("%Y-%m")


def month_ends_at(moment: datetime) -> datetime:
    """When the quota of a moment's month is over and the next one begins."""
    local = moment.astimezone(OFFICE_ZONE)
    year, number = divmod(local.year * 12 + local.month, 12)
    return at_office(local.date().replace(year=year, month=number + 1, day=1), time())


def _count_more() -> Any:
    table: Any = Traffic.__table__  # type: ignore[attr-defined]
    here = [table.c[name] == bindparam(f"this_{name}") for name in ("channel", "month", "way")]
    count = table.c["count"] + bindparam("more")
    return update(table).where(*here).values({"count": count, "last_at": bindparam("at")})


# Built once: it stands in every claim and every batch of updates.
COUNT_MORE = _count_more()


def count(session: Session, channel: str, way: str, more: int, at: datetime) -> None:
    """So many more went through a door at a moment."""
    key = {"channel": channel, "month": month(at), "way": way}
    given = {f"this_{name}": value for name, value in key.items()} | {"more": more, "at": at}
    if not session.connection().execute(COUNT_MORE, given).rowcount:
        insert_new(session, Traffic, [key | {"count": 0, "last_at": at}])
        session.connection().execute(COUNT_MORE, given)


def give_back(session: Session, channel: str, number: int, claimed_at: datetime) -> None:
    """So many that were counted when they were claimed have not been sent after all."""
    table: Any = Traffic.__table__  # type: ignore[attr-defined]
    session.execute(
        update(table)
        .where(table.c.channel == channel, table.c.month == month(claimed_at), table.c.way == SENT)
        .values({"count": table.c["count"] - number})
    )


def uses(session: Session, now: datetime) -> dict[str, Use]:
    """By door what this month has seen so far."""
    rows = session.exec(select(Traffic).where(Traffic.month == month(now)).execution_options(populate_existing=True))
    counts = {(row.channel, row.way): row.count for row in rows}
    doors = session.exec(select(Door.channel, Door.monthly_quota, Door.counts_received))
    return {
        channel: Use(limit, counts.get((channel, SENT), 0), counts.get((channel, RECEIVED), 0), counts_received)
        for channel, limit, counts_received in doors
    }
