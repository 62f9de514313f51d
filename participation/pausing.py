"""Pausing: a person asks for no scheduled messages for a while. It excuses from nothing and hides nothing."""

from datetime import date, datetime, time, timedelta
from typing import Any

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


def pause_between(session: Session, person_id: int, first: date, last: date, now: datetime) -> None:
    """Pause for the days of an absence: at once when it has begun, else from the first moment of its first day."""
    today = now.astimezone(OFFICE_ZONE).date()
    current = running(session, person_id, now)
    if last < today or (first <= today and current and (current.until_on is None or current.until_on >= last)):
        return
    if first <= today:
        pause(session, person_id, (last - today).days + 1, now)
        return
    cancel_between(session, person_id, first, last, now)
    begins_at = _beginning(first)
    session.add(Pause(person_id=person_id, from_at=begins_at, until_on=last))
    recalling.shift(session, person_id, (last - first).days + 1, begins_at)
    ledger.record(session, "paused", now, person_id=person_id, first=str(first), until=str(last))


def cancel_between(session: Session, person_id: int, first: date, last: date, now: datetime) -> None:
    """Cancel the pause that was to begin with an absence, when it has not begun."""
    days = timedelta(days=(last - first).days + 1)
    ahead = select(Pause).where(
        Pause.person_id == person_id,
        Pause.from_at == _beginning(first),
        Pause.from_at > now,
        Pause.until_on == last,
        col(Pause.ended_at).is_(None),
    )
    for planned in session.exec(ahead).all():
        planned.ended_at = now
        session.add(planned)
        recalling.shift(session, person_id, -days.days, planned.from_at + days)
        ledger.record(session, "resumed", now, person_id=person_id)


def resume(session: Session, person_id: int, now: datetime) -> bool:
    """End the pauses that run; false when there was none. Review questions come back into their old rhythm."""
    ended = False
    while (current := running(session, person_id, now)) is not None:
        _end(session, current, now)
        ended = True
    return ended


def _end(session: Session, current: Pause, now: datetime) -> None:
    today = now.astimezone(OFFICE_ZONE).date()
    if current.until_on is not None:
        recalling.shift(session, current.person_id, (today - current.until_on).days - 1)
    else:
        recalling.shift(session, current.person_id, (now - current.from_at).days)
    current.ended_at = now
    session.add(current)
    session.flush()
    ledger.record(session, "resumed", now, person_id=current.person_id)


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), OFFICE_ZONE)


def running(session: Session, person_id: int, now: datetime) -> Pause | None:
    """The pause in force for a person, or None."""
    query = select(Pause).where(Pause.person_id == person_id, *in_force(now))
    return session.exec(query.order_by(col(Pause.id).desc())).first()


def in_force(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions that pick the pauses in force at a moment."""
    return is_in_force(now, now.astimezone(OFFICE_ZONE).date())


def is_in_force(now: Any, today: Any) -> tuple[ColumnElement[bool], ...]:
    """The same for a statement that is built once: moment and office day are parameters of it."""
    return (
        col(Pause.ended_at).is_(None),
        col(Pause.from_at) <= now,
        or_(col(Pause.until_on).is_(None), col(Pause.until_on) >= today),
    )
