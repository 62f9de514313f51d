"""The inbox: raw updates, committed before they are confirmed to the platform that sent them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, update
from sqlmodel import Session, col, func, select

from store.among import among
from store.tables import InboxRow
from store.upsert import insert_new

KEEP_DONE = timedelta(hours=48)  # update ids may start again at random after a quiet week: no older dedup than this


class Arrival(NamedTuple):
    """A raw update as it reached a door. `external_id` is unique per channel; a repeat is dropped."""

    channel: str
    external_id: str
    body: str


class Waiting(NamedTuple):
    """An update not yet dealt with; the fields are those of `InboxRow`."""

    id: int
    channel: str
    external_id: str
    body: str
    received_at: datetime


_INBOX: Any = InboxRow.__table__  # type: ignore[attr-defined]
_WAITING = (
    select(*(_INBOX.c[name] for name in Waiting._fields))
    .where(_INBOX.c.state == "waiting")
    .order_by(_INBOX.c.id)
    .limit(bindparam("most"))
)


_DONE = update(_INBOX).where(among(_INBOX.c.id, "ids")).values(state="done", body="")


def keep(session: Session, arrivals: Sequence[Arrival], now: datetime) -> int:
    """Write the updates that are new; returns how many were."""
    rows = [
        {
            "channel": arrival.channel,
            "external_id": arrival.external_id,
            "body": arrival.body,
            "received_at": now,
            "state": "waiting",
            "tries": 0,
            "reason": "",
        }
        for arrival in arrivals
    ]
    return insert_new(session, InboxRow, rows)


def waiting(session: Session, limit: int) -> list[Waiting]:
    """The oldest updates not yet dealt with, in order of arrival."""
    session.flush()
    return [Waiting(*row) for row in session.connection().execute(_WAITING, {"most": limit}).all()]


def done(session: Session, inbox_ids: Sequence[int]) -> None:
    """These updates have had their effect. The rows stay to recognise repeats; what was said in them goes."""
    session.connection().execute(_DONE, {"ids": inbox_ids})


def stumble(session: Session, inbox_id: int, reason: str, tries_allowed: int = 3) -> None:
    """An update failed to be handled. After the allowed tries it is parked, so that it never blocks the others."""
    row = session.get_one(InboxRow, inbox_id)
    row.tries += 1
    row.reason = reason
    if row.tries >= tries_allowed:
        row.state = "parked"
    session.add(row)


def count(session: Session, state: str) -> int:
    """How many updates are in a state."""
    return session.exec(select(func.count()).select_from(InboxRow).where(InboxRow.state == state)).one()


def newest_number(session: Session, channel: str) -> int | None:
    """The external id of the newest row, as a number: where polling goes on after a restart."""
    query = select(InboxRow.external_id).where(InboxRow.channel == channel).order_by(col(InboxRow.id).desc()).limit(1)
    newest = session.exec(query).first()
    return int(newest) if newest is not None else None


def forget_old(session: Session, now: datetime) -> int:
    """Delete handled updates older than `KEEP_DONE`."""
    gone = session.execute(
        delete(InboxRow).where(col(InboxRow.state) == "done", col(InboxRow.received_at) < now - KEEP_DONE)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
