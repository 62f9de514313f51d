"""Pausing: a person asks for no scheduled messages for a while. It excuses from nothing and hides nothing."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from participation import recalling
from participation.exemptions import OFFICE_ZONE
from store import ledger
from store.tables import Pause


def pause(session: Session, person_id: int, days: int | None, now: datetime) -> date | None:
    """Pause for so many days, today included, or until told otherwise; returns the last paused day."""
    resume(session, person_id, now)
    last = now.astimezone(OFFICE_ZONE).date() + timedelta(days=days - 1) if days else None
    session.add(Pause(person_id=person_id, from_at=now, until_on=last))
    if days:
        recalling.shift(session, person_id, days)
    ledger.record(session, "paused", now, person_id=person_id, until=str(last or ""))
    return last


def resume(session: Session, person_id: int, now: datetime) -> bool:
    """End the pause that is running; false when there was none. Review questions come back into their old rhythm."""
    current = running(session, person_id, now)
    if current is None:
        return False
    today = now.astimezone(OFFICE_ZONE).date()
    if current.until_on is not None:
        recalling.shift(session, person_id, (today - current.until_on).days - 1)
    else:
        recalling.shift(session, person_id, (now - current.from_at).days)
    current.ended_at = now
    session.add(current)
    ledger.record(session, "resumed", now, person_id=person_id)
    return True


def running(session: Session, person_id: int, now: datetime) -> Pause | None:
    """The pause in force for a person, or None."""
    query = select(Pause).where(Pause.person_id == person_id, *in_force(now))
    return session.exec(query.order_by(col(Pause.id).desc())).first()


def in_force(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions that pick the pauses in force at a moment."""
    today = now.astimezone(OFFICE_ZONE).date()
    return (
        col(Pause.ended_at).is_(None),
        col(Pause.from_at) <= now,
        or_(col(Pause.until_on).is_(None), col(Pause.until_on) >= today),
    )
