"""Quiet: who must not be disturbed by a scheduled message, and whom it can reach."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import BindParameter, ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from participation import pausing
from participation.counting import is_withdrawn
from participation.exemptions import is_approved, is_waiting
from scheduler.doors.preference import preferred_accounts
from store.tables import Account, Exemption, Pause, Person
from store.upsert import batches


def is_on_leave(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Condition on `Exemption`: absence on a day, approved or reported and not decided yet."""
    return and_(
        or_(is_approved(), is_waiting()),
        col(Exemption.from_on) <= day,
        col(Exemption.until_on) >= day,
    )


def is_quiet(person_id: object, moment: datetime) -> ColumnElement[bool]:
    """Condition: a person is paused at a moment or has left."""
    paused = exists().where(col(Pause.person_id) == person_id, *pausing.in_force(moment))
    person = aliased(Person)
    left = exists().where(col(person.id) == person_id, col(person.status) != "working")
    return or_(paused, left)


def on_leave(session: Session, day: date, people: Iterable[int] | None = None) -> set[int]:
    """The people, or those of these people, who are on leave that day, approved or reported."""
    query = select(Exemption.person_id).where(is_on_leave(day))
    if people is None:
        return set(session.exec(query))
    some = (session.exec(query.where(col(Exemption.person_id).in_(ids))) for ids in batches(people))
    return set().union(*some)


def reachable(session: Session, moment: datetime, people: Iterable[int] | None = None) -> dict[int, Account]:
    """Whom a scheduled message may reach at a moment, and where: linked, working, not paused, consent standing.

    Of these people only when some are named: a big office has more accounts than one portion should read.
    """
    if people is None:
        return _reachable(session, moment, None)
    found: dict[int, Account] = {}
    for ids in batches(people):
        found |= _reachable(session, moment, ids)
    return found


def _reachable(session: Session, moment: datetime, ids: Sequence[int] | None) -> dict[int, Account]:
    accounts = preferred_accounts(session, moment, ids)
    quiet = select(Person.id).where(or_(is_quiet(Person.id, moment), is_withdrawn(Person.id)))
    for person_id in session.exec(quiet if ids is None else quiet.where(col(Person.id).in_(ids))):
        accounts.pop(person_id or 0, None)
    return accounts
