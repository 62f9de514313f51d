"""Quiet: who must not be disturbed by a scheduled message, and whom it can reach."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from participation import pausing
from participation.counting import is_withdrawn
from participation.exemptions import is_approved, is_waiting
from scheduler.doors.preference import preferred_accounts
from store.tables import Account, Exemption, Pause, Person
from store.upsert import batches


def is_on_leave(day: date) -> ColumnElement[bool]:
    """Condition on `Exemption`: absence on a day, approved or reported and not decided yet."""
    return and_(
        or_(is_approved(), is_waiting()),
        col(Exemption.from_on) <= day,
        col(Exemption.until_on) >= day,
    )


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
    paused = select(Pause.person_id).where(*pausing.in_force(moment))
    gone = select(Person.id).where(or_(col(Person.status) != "working", is_withdrawn(Person.id)))
    if ids is not None:
        paused, gone = paused.where(col(Pause.person_id).in_(ids)), gone.where(col(Person.id).in_(ids))
    for person_id in {*session.exec(paused), *session.exec(gone)}:
        accounts.pop(person_id or 0, None)
    return accounts
