"""Curfew: outside the send windows nothing scheduled stays due, however late a retry or a restart makes it."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from scheduler import portions
from scheduler.calendar import Calendar
from scheduler.windows import in_window, next_slot
from store.outbox import BROADCAST
from store.tables import Delivery


def observe_curfew(session: Session, calendar: Calendar, now: datetime) -> int:
    """Outside the windows, move waiting broadcasts to the next window's start; replies are left alone."""
    total = moved = put_off_next(session, calendar, now)
    while moved == portions.PUT_OFF:
        moved = put_off_next(session, calendar, now)
        total += moved
    return total


def put_off_next(session: Session, calendar: Calendar, now: datetime) -> int:
    """The same for the next of them; returns how many: as many as one portion holds, and there may be more."""
    if in_window(calendar, now):
        return 0
    slot = next_slot(calendar, now)
    # Said twice: on PostgreSQL one that is claimed meanwhile is looked at again, but not what chose it.
    early = (col(Delivery.state) == "waiting", col(Delivery.lane) == BROADCAST, col(Delivery.due_at) < slot)
    some = select(Delivery.id).where(*early).limit(portions.PUT_OFF)
    moved = session.execute(update(Delivery).where(*early, col(Delivery.id).in_(some)).values(due_at=slot))
    return int(moved.rowcount)  # type: ignore[attr-defined]
