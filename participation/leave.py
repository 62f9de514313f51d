"""Leave that a person reports: it waits for a decision. Once approved it is an absence like any other.

It asks for nothing but days and a coarse group; a medical reason has no place here.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from participation import pausing, units
from participation.exemptions import is_approved, is_waiting
from participation.refusals import Refusal
from store import ledger
from store.tables import Exemption

SELF = "self"
GROUPS = ("leave", "training", "mission", "other")
LONGEST = 366  # days
LATEST = timedelta(days=60)  # so long after its first day leave may be reported
EARLIEST = timedelta(days=300)  # so long before


class TooLong(Refusal):
    """More days than `longest`."""

    key = "leave.too_long"


class TooFar(Refusal):
    """It begins too long ago or too far ahead. Values: `behind` and `ahead` in days."""

    key = "leave.too_far"


class NoSuchRequest(Refusal):
    """There is no such request, or it is not this person's to see."""

    key = "leave.no_such_request"


class AlreadyDecided(Refusal):
    """Somebody else was faster, or the person has withdrawn it."""

    key = "leave.already_decided"


class AlreadyEntered(Refusal):
    """An approved absence covers these days already."""

    key = "leave.already_entered"


def check(first: date, last: date, today: date) -> None:
    """Raises TooLong or TooFar for days that are a matter for the roster."""
    if (last - first).days >= LONGEST:
        raise TooLong(longest=LONGEST)
    if not today - LATEST <= first <= today + EARLIEST:
        raise TooFar(behind=LATEST.days, ahead=EARLIEST.days)


def report(session: Session, person_id: int, first: date, last: date, group: str, now: datetime) -> Exemption:
    """A person reports leave: no scheduled message on these days, and a request that waits for a decision.

    The same days reported again are the same request; other days that overlap take its place. Raises TooLong, TooFar,
    or AlreadyEntered when approved absence covers the days.
    """
    check(first, last, units.office_day(now))
    _replace(session, person_id, first, last, now)
    pausing.pause_between(session, person_id, first, last, now)
    for known in of_person(session, person_id, is_waiting()):
        if (known.from_on, known.until_on) == (first, last):
            return known
    if any(one.from_on <= first and last <= one.until_on for one in of_person(session, person_id, is_approved())):
        raise AlreadyEntered(first=first, last=last)
    request = Exemption(
        person_id=person_id,
        from_on=first,
        until_on=last,
        reason=group if group in GROUPS else "other",
        entered_by=SELF,
        asked_at=now,
    )
    session.add(request)
    session.flush()
    audit(session, f"person {person_id}", "leave_reported", request, now)
    return request


def _replace(session: Session, person_id: int, first: date, last: date, now: datetime) -> None:
    """Withdraw what waits with other days that overlap these."""
    for earlier in of_person(session, person_id, is_waiting()):
        is_same = (earlier.from_on, earlier.until_on) == (first, last)
        is_mine = earlier.entered_by == SELF and earlier.until_on >= units.office_day(now)
        if is_mine and not is_same and earlier.from_on <= last and first <= earlier.until_on:
            withdraw(session, person_id, earlier.id or 0, now)


def withdraw(session: Session, person_id: int, request_id: int, now: datetime) -> Exemption:
    """A person takes a report back. Raises NoSuchRequest.

    Undecided, it is gone. Approved, it ends yesterday: rounds to come count the person, what was decided for rounds
    already open or closed stays. The pause that came with it ends.
    """
    request = session.get(Exemption, request_id, populate_existing=True, with_for_update=True)
    if request is None or request.person_id != person_id or request.entered_by != SELF:
        raise NoSuchRequest
    today = units.office_day(now)
    if request.revoked_at or request.refused_at or request.until_on < today:
        raise NoSuchRequest
    pausing.cancel_between(session, person_id, request.from_on, request.until_on, now)
    if request.from_on <= today:
        pausing.resume(session, person_id, now)
    if request.approved_at is not None and request.from_on < today:
        request.until_on = today - timedelta(days=1)
    else:
        request.revoked_at = now
    session.add(request)
    session.flush()
    audit(session, f"person {person_id}", "leave_withdrawn", request, now)
    return request


def back_at_work(session: Session, person_id: int, now: datetime) -> list[Exemption]:
    """A person is back: reports that run today are taken back; returns them."""
    today = units.office_day(now)
    running = [one for one in standing(session, person_id, today) if one.from_on <= today]
    return [withdraw(session, person_id, one.id or 0, now) for one in running]


def standing(session: Session, person_id: int, today: date) -> list[Exemption]:
    """A person's own reports, waiting or approved, that are not over; the earliest first."""
    mine = of_person(session, person_id, is_waiting()) + of_person(session, person_id, is_approved())
    return sorted(
        (one for one in mine if one.entered_by == SELF and one.until_on >= today), key=lambda one: one.from_on
    )


def of_person(session: Session, person_id: int, condition: ColumnElement[bool]) -> list[Exemption]:
    """The absences of a person that meet a condition, in the order in which they came."""
    query = select(Exemption).where(Exemption.person_id == person_id, condition)
    return list(session.exec(query.order_by(col(Exemption.id))))


def audit(session: Session, by: str, act: str, absence: Exemption, now: datetime) -> None:
    """Who did what with an absence, with its days and without its group."""
    days = {"first": absence.from_on.isoformat(), "last": absence.until_on.isoformat()}
    ledger.audit(session, by, act, f"person {absence.person_id}", now, absence=absence.id, **days)
