"""Leave that a person reports: it waits for a decision. Once approved it is an absence like any other.

It asks for nothing but days and a coarse group; a medical reason has no place here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from participation import deciding, exemptions, figures, pausing, units
from participation.exemptions import is_approved, is_waiting
from participation.refusals import Refusal
from store import ledger
from store.tables import Exemption, Member, Person, Round, Unit

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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as whoever decides sees it: who, where, when. Not why."""

    id: int
    person_id: int
    name: str
    unit: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Approval:
    """What an approved absence did: numbers of rounds it takes the person out of, and of rounds corrected."""

    absence: Exemption
    exempted: tuple[int, ...]
    corrected: tuple[int, ...]


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
    for known in _of(session, person_id, is_waiting()):
        if (known.from_on, known.until_on) == (first, last):
            return known
    if any(one.from_on <= first and last <= one.until_on for one in _of(session, person_id, is_approved())):
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
    _audit(session, f"person {person_id}", "leave_reported", request, now)
    return request


def _replace(session: Session, person_id: int, first: date, last: date, now: datetime) -> None:
    """Withdraw what waits with other days that overlap these."""
    for earlier in _of(session, person_id, is_waiting()):
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
    _audit(session, f"person {person_id}", "leave_withdrawn", request, now)
    return request


def back_at_work(session: Session, person_id: int, now: datetime) -> list[Exemption]:
    """A person is back: reports that run today are taken back; returns them."""
    today = units.office_day(now)
    running = [one for one in standing(session, person_id, today) if one.from_on <= today]
    return [withdraw(session, person_id, one.id or 0, now) for one in running]


def standing(session: Session, person_id: int, today: date) -> list[Exemption]:
    """A person's own reports, waiting or approved, that are not over; the earliest first."""
    mine = _of(session, person_id, is_waiting()) + _of(session, person_id, is_approved())
    return sorted(
        (one for one in mine if one.entered_by == SELF and one.until_on >= today), key=lambda one: one.from_on
    )


def request(session: Session, request_id: int, decider_id: int, on: date) -> Waiting:
    """A request, for who may decide on it that day. Raises NoSuchRequest, or AlreadyDecided to who could have."""
    found = session.get(Exemption, request_id, populate_existing=True)
    if found is None or found.entered_by != SELF or not deciding.may_decide(session, decider_id, found.person_id, on):
        raise NoSuchRequest
    if found.approved_at or found.refused_at or found.revoked_at:
        raise AlreadyDecided
    person = session.get_one(Person, found.person_id)
    unit = session.get_one(Unit, person.unit_id)
    return Waiting(request_id, found.person_id, person.name, unit.name, found.from_on, found.until_on)


def still_waits(session: Session, request_id: int, decider_id: int, on: date) -> bool:
    """Whether a request still waits for this person's decision."""
    try:
        return request(session, request_id, decider_id, on) is not None
    except Refusal:
        return False


def waiting(session: Session, decider_id: int, on: date) -> list[Waiting]:
    """The requests that wait for this person's decision, the oldest first."""
    is_keeper = deciding.LAST_RESORT in units.roles(session, decider_id, on)
    headed = units.head_units(session, decider_id, on)
    below = frozenset[int]().union(*(units.subtree_ids(session, unit.id, on) for unit in headed))
    return [
        request(session, one.id or 0, decider_id, on)
        for one in all_waiting(session)
        if (is_keeper or session.get_one(Person, one.person_id).unit_id in below)
        and deciding.may_decide(session, decider_id, one.person_id, on)
    ]


def all_waiting(session: Session) -> list[Exemption]:
    """Every request of people at work that waits, the oldest first."""
    query = select(Exemption).join(Person, col(Person.id) == col(Exemption.person_id))
    return list(session.exec(query.where(is_waiting(), Person.status == "working").order_by(col(Exemption.id))))


def approve(session: Session, request_id: int, by: str, why: str, now: datetime) -> Approval:
    """Approve a request: open rounds feel it at once, closed ones are corrected for the reason `why`.

    The caller has made sure of the right to. Of two who decide at once one wins; the other meets AlreadyDecided.
    """
    _decide(session, request_id, by, now, "approved_at")
    absence = session.get_one(Exemption, request_id, populate_existing=True)
    _audit(session, by, "leave_approved", absence, now)
    return _take_effect(session, absence, by, why, now)


def refuse(session: Session, request_id: int, by: str, now: datetime) -> Exemption:
    """Do not approve a request. Raises AlreadyDecided. The pause stays until the person wishes otherwise."""
    _decide(session, request_id, by, now, "refused_at")
    refused = session.get_one(Exemption, request_id, populate_existing=True)
    _audit(session, by, "leave_refused", refused, now)
    return refused


def enter(
    session: Session, person_id: int, first: date, last: date, group: str, by: str, why: str, now: datetime
) -> Approval:
    """Enter an absence for somebody; a request of the same days is approved by it. Raises AlreadyEntered and others."""
    check(first, last, units.office_day(now))
    for known in _of(session, person_id, is_approved()):
        if known.from_on <= first and last <= known.until_on:
            raise AlreadyEntered(first=first, last=last)
    for asked in _of(session, person_id, is_waiting()):
        if (asked.from_on, asked.until_on) == (first, last):
            return approve(session, asked.id or 0, by, why, now)
    absence = Exemption(
        person_id=person_id, from_on=first, until_on=last, reason=group, entered_by=by, approved_at=now, decided_by=by
    )
    session.add(absence)
    session.flush()
    _audit(session, by, "absence_entered", absence, now)
    return _take_effect(session, absence, by, why, now)


def prospect(
    session: Session, person_id: int, first: date, last: date, now: datetime
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Numbers of the rounds that an absence of these days would take the person out of: running ones, closed ones."""
    planned = Exemption(person_id=person_id, from_on=first, until_on=last, reason="", entered_by="")
    others = _of(session, person_id, is_approved())
    query = select(Round).join(Member, col(Member.round_id) == col(Round.id)).order_by(col(Round.opens_at))
    mine = query.where(Member.person_id == person_id, Member.exempt == "", Member.answers == 0)
    felt = [
        round_
        for round_ in session.exec(mine).all()
        if exemptions.touches(planned, round_)
        and exemptions.cover_together([planned, *others], round_.opens_at, round_.closes_at)
    ]
    running = tuple(round_.number for round_ in felt if now <= round_.closes_at)
    return running, tuple(round_.number for round_ in felt if now > round_.closes_at)


def _take_effect(session: Session, absence: Exemption, by: str, why: str, now: datetime) -> Approval:
    exempted = exemptions.take_effect(session, absence.person_id, now)
    session.flush()
    closed = select(Round).join(Member, col(Member.round_id) == col(Round.id))
    closed = closed.where(Member.person_id == absence.person_id, Round.closes_at < now)
    corrected = [
        round_.number
        for round_ in session.exec(closed.order_by(col(Round.opens_at))).all()
        if exemptions.touches(absence, round_)
        and exemptions.is_covered(session, absence.person_id, round_)
        and figures.correct_exemption(session, round_.id or 0, absence.person_id, why, by, now)
    ]
    return Approval(absence, tuple(round_.number for round_ in exempted), tuple(corrected))


def _decide(session: Session, request_id: int, by: str, now: datetime, column: str) -> None:
    decided = session.execute(
        update(Exemption)
        .where(col(Exemption.id) == request_id, col(Exemption.entered_by) == SELF, is_waiting())
        .values(**{column: now, "decided_by": by})
    ).rowcount  # type: ignore[attr-defined]
    if not decided:
        raise AlreadyDecided


def _of(session: Session, person_id: int, condition: object) -> list[Exemption]:
    query = select(Exemption).where(Exemption.person_id == person_id, condition)  # type: ignore[arg-type]
    return list(session.exec(query.order_by(col(Exemption.id))))


def _audit(session: Session, by: str, act: str, absence: Exemption, now: datetime) -> None:
    days = {"first": absence.from_on.isoformat(), "last": absence.until_on.isoformat()}
    ledger.audit(session, by, act, f"person {absence.person_id}", now, absence=absence.id, **days)
