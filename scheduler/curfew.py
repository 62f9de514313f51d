"""Curfew: outside the send windows nothing scheduled stays due, however late a retry or a restart makes it."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from scheduler.calendar import Calendar
from scheduler.windows import in_window, next_slot
from store.outbox import BROADCAST
from store.tables import Delivery


def observe_curfew(session: Session, calendar: Calendar, now: datetime) -> int:
    """Outside the windows, move waiting broadcasts to the next window's start; replies are left alone."""
    if in_window(calendar, now):
        return 0
    slot = next_slot(calendar, now)
    moved = session.execute(
        update(Delivery)
        .where(col(Delivery.state) == "waiting", col(Delivery.lane) == BROADCAST, col(Delivery.due_at) < slot)
        .values(due_at=slot)
    )
    return int(moved.rowcount)  # type: ignore[attr-defined]
