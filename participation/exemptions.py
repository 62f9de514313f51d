"""Exemptions (miễn): approved absence that covers a round's whole window takes a person out of its denominator."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col, select

from store import ledger
from store.tables import Exemption, Member, Round

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def covers(exemption: Exemption, opens_at: datetime, closes_at: datetime) -> bool:
    """Whether an absence in whole days covers a window from its first to its last moment, office time."""
    first, last = opens_at.astimezone(OFFICE_ZONE).date(), closes_at.astimezone(OFFICE_ZONE).date()
    return exemption.from_on <= first and last <= exemption.until_on


def mark_exempt(session: Session, round_: Round, now: datetime) -> int:
    """Mark the members of a round whose approved absence covers its window; returns how many were marked."""
    approved = select(Exemption).where(
        col(Exemption.approved_at).is_not(None),
        col(Exemption.revoked_at).is_(None),
        Exemption.from_on <= round_.opens_at.astimezone(OFFICE_ZONE).date(),
        Exemption.until_on >= round_.closes_at.astimezone(OFFICE_ZONE).date(),
    )
    marked = 0
    for exemption in session.exec(approved).all():
        if covers(exemption, round_.opens_at, round_.closes_at):
            marked += _exempt_member(session, round_, exemption.person_id, "leave", now)
    return marked


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
    )
    session.add(exemption)
    session.flush()
    for round_ in session.exec(select(Round).where(Round.state == "open")).all():
        if now <= round_.closes_at and covers(exemption, round_.opens_at, round_.closes_at):
            _exempt_member(session, round_, person_id, "leave", now)
    return exemption


def leave_service(session: Session, person_id: int, now: datetime) -> None:
    """A person left the service: in open rounds they have not answered they no longer count."""
    for round_ in session.exec(select(Round).where(Round.state == "open")).all():
        _exempt_member(session, round_, person_id, "left", now)


def _exempt_member(session: Session, round_: Round, person_id: int, why: str, now: datetime) -> int:
    changed = session.execute(
        update(Member)
        .where(
            col(Member.round_id) == round_.id,
            col(Member.person_id) == person_id,
            col(Member.exempt) == "",
            col(Member.answers) == 0,
        )
        .values(exempt=why)
    ).rowcount  # type: ignore[attr-defined]
    if changed:
        ledger.record(session, "exempted", now, round_id=round_.id, person_id=person_id, why=why)
    return int(changed)
