"""Exemptions (miễn): approved absence that covers a round's whole window takes a person out of its denominator."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from participation import counters
from participation.counting import counts_of
from store import ledger
from store.tables import Exemption, Member, Plan, Round

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def cover_together(absences: Iterable[Exemption], opens_at: datetime, closes_at: datetime) -> bool:
    """Whether absences, adjoining or overlapping as they may, leave no day of a window uncovered.

    Absences are whole days at the office; a window runs from the day it opens to the day it closes, weekends included.
    """
    first, last = office_days(opens_at, closes_at)
    next_on = first  # the first day nobody has accounted for yet
    for absence in sorted(absences, key=lambda one: one.from_on):
        if absence.from_on <= next_on <= absence.until_on:
            next_on = absence.until_on + timedelta(days=1)
    return next_on > last


def office_days(opens_at: datetime, closes_at: datetime) -> tuple[date, date]:
    """The first and the last day of a window at the office."""
    return opens_at.astimezone(OFFICE_ZONE).date(), closes_at.astimezone(OFFICE_ZONE).date()


def is_approved() -> ColumnElement[bool]:
    """Condition on `Exemption`: approved and not taken back."""
    return and_(col(Exemption.approved_at).is_not(None), col(Exemption.revoked_at).is_(None))


def is_waiting() -> ColumnElement[bool]:
    """Condition on `Exemption`: reported, and neither decided nor withdrawn."""
    return and_(
        col(Exemption.approved_at).is_(None), col(Exemption.refused_at).is_(None), col(Exemption.revoked_at).is_(None)
    )


def mark_exempt(session: Session, round_: Round, now: datetime) -> int:
    """Mark the members of a round whose approved absence covers its window; returns how many were marked."""
    by_person: dict[int, list[Exemption]] = {}
    for exemption in _touching(session, round_):
        by_person.setdefault(exemption.person_id, []).append(exemption)
    return sum(
        _exempt_member(session, round_, person_id, "leave", now)
        for person_id, absences in by_person.items()
        if cover_together(absences, round_.opens_at, round_.closes_at)
    )


def touches(exemption: Exemption, round_: Round) -> bool:
    """Whether an absence and a round have a day in common."""
    first, last = office_days(round_.opens_at, round_.closes_at)
    return exemption.from_on <= last and first <= exemption.until_on


def is_covered(session: Session, person_id: int, round_: Round) -> bool:
    """Whether a person's approved absences together cover the window of a round."""
    return cover_together(_touching(session, round_, person_id), round_.opens_at, round_.closes_at)


def enter(
    session: Session, person_id: int, from_on: date, until_on: date, reason: str, entered_by: str, now: datetime
) -> Exemption:
    """Enter an approved absence; open rounds it covers feel it at once. After closing it takes a correction."""
    exemption = Exemption(
        person_id=person_id,
        from_on=from_on,
        until_on=until_on,
        reason=reason,
        entered_by=entered_by,
        approved_at=now,
        decided_by=entered_by,
    )
    session.add(exemption)
    session.flush()
    take_effect(session, person_id, now)
    return exemption


def take_effect(session: Session, person_id: int, now: datetime) -> list[Round]:
    """Take a person out of the open rounds that the approved absences cover; returns the rounds that changed."""
    # The lock of whoever opens a round: else neither would see what the other has not committed yet.
    session.exec(select(Plan.id).order_by(col(Plan.id)).with_for_update(key_share=True)).all()
    return [
        round_
        for round_ in session.exec(select(Round).where(Round.state == "open").order_by(col(Round.opens_at))).all()
        if now <= round_.closes_at
        and is_covered(session, person_id, round_)
        and _exempt_member(session, round_, person_id, "leave", now)
    ]


def leave_service(session: Session, person_id: int, now: datetime) -> None:
    """A person left the service: in open rounds they have not answered they no longer count."""
    for round_ in session.exec(select(Round).where(Round.state == "open")).all():
        _exempt_member(session, round_, person_id, "left", now)


def _touching(session: Session, round_: Round, person_id: int | None = None) -> list[Exemption]:
    """Approved absences, of one person or of all, with a day in common with a round."""
    first, last = office_days(round_.opens_at, round_.closes_at)
    query = select(Exemption).where(is_approved(), Exemption.from_on <= last, Exemption.until_on >= first)
    if person_id is not None:
        query = query.where(Exemption.person_id == person_id)
    return list(session.exec(query))


def _exempt_member(session: Session, round_: Round, person_id: int, why: str, now: datetime) -> bool:
    member = session.get(Member, (round_.id, person_id), with_for_update=True, populate_existing=True)
    if member is None or member.exempt or member.answers:
        return False
    before, member.exempt = counts_of(member), why
    session.add(member)
    session.flush()
    counters.moved(session, member, before)
    ledger.record(session, "exempted", now, round_id=round_.id, person_id=person_id, why=why)
    return True
