"""Quiet: who must not be disturbed by a scheduled message, and whom it can reach."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from participation import pausing
from participation.counting import is_withdrawn
from participation.exemptions import is_approved, is_waiting
from store.outbox import preferred_accounts
from store.tables import Account, Exemption, Pause, Person


def is_on_leave(day: date) -> ColumnElement[bool]:
    """Condition on `Exemption`: absence on a day, approved or reported and not decided yet."""
    return and_(
        or_(is_approved(), is_waiting()),
        col(Exemption.from_on) <= day,
        col(Exemption.until_on) >= day,
    )


def on_leave(session: Session, day: date) -> set[int]:
    """The people on leave that day, approved or reported."""
    return set(session.exec(select(Exemption.person_id).where(is_on_leave(day))))


def reachable(session: Session, moment: datetime) -> dict[int, Account]:
    """Whom a scheduled message may reach at a moment, and where: linked, working, not paused, consent standing."""
    accounts = preferred_accounts(session)
    paused = session.exec(select(Pause.person_id).where(*pausing.in_force(moment)))
    gone = session.exec(select(Person.id).where(or_(col(Person.status) != "working", is_withdrawn(Person.id))))
    for person_id in {*paused, *gone}:
        accounts.pop(person_id or 0, None)
    return accounts
