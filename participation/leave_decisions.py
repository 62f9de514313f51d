"""Decisions on leave: what waits for whom, approved or refused once, or entered for somebody."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from participation import deciding, exemptions, figures, units
from participation.exemptions import is_approved, is_waiting
from participation.leave import (
    SELF,
    AlreadyDecided,
    AlreadyEntered,
    NoSuchRequest,
    audit,
    check,
    of_person,
)
from participation.refusals import Refusal
from store.tables import Exemption, Member, Person, Round, Unit


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


def prospect(
    session: Session, person_id: int, first: date, last: date, now: datetime
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Numbers of the rounds that an absence of these days would take the person out of: running ones, closed ones."""
    planned = Exemption(person_id=person_id, from_on=first, until_on=last, reason="", entered_by="")
    others = of_person(session, person_id, is_approved())
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


def approve(session: Session, request_id: int, by: str, why: str, now: datetime) -> Approval:
    """Approve a request: open rounds feel it at once, closed ones are corrected for the reason `why`.

    The caller has made sure of the right to. Of two who decide at once one wins; the other meets AlreadyDecided.
    """
    _decide(session, request_id, by, now, "approved_at")
    absence = session.get_one(Exemption, request_id, populate_existing=True)
    audit(session, by, "leave_approved", absence, now)
    return _take_effect(session, absence, by, why, now)


def refuse(session: Session, request_id: int, by: str, now: datetime) -> Exemption:
    """Do not approve a request. Raises AlreadyDecided. The pause stays until the person wishes otherwise."""
    _decide(session, request_id, by, now, "refused_at")
    refused = session.get_one(Exemption, request_id, populate_existing=True)
    audit(session, by, "leave_refused", refused, now)
    return refused


def enter(
    session: Session, person_id: int, first: date, last: date, group: str, by: str, why: str, now: datetime
) -> Approval:
    """Enter an absence for somebody; a request of the same days is approved by it. Raises AlreadyEntered and others."""
    check(first, last, units.office_day(now))
    for known in of_person(session, person_id, is_approved()):
        if known.from_on <= first and last <= known.until_on:
            raise AlreadyEntered(first=first, last=last)
    for asked in of_person(session, person_id, is_waiting()):
        if (asked.from_on, asked.until_on) == (first, last):
            return approve(session, asked.id or 0, by, why, now)
    absence = Exemption(
        person_id=person_id, from_on=first, until_on=last, reason=group, entered_by=by, approved_at=now, decided_by=by
    )
    session.add(absence)
    session.flush()
    audit(session, by, "absence_entered", absence, now)
    return _take_effect(session, absence, by, why, now)


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
