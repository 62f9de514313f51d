"""Wanted: rights and wishes are looked at again when a message is about to go out."""

from datetime import datetime

from sqlmodel import Session, select

from participation import delegating, leave_decisions, pausing, units
from participation.counting import is_withdrawn
from scheduler.calendar import office_day
from scheduler.quiet import is_on_leave
from store.tables import Account, Delivery, Exemption, Member, Person, Round

SCHEDULED = ("open", "remind", "nudge", "review", "digest", "rekey", "notice", "decision", "window")


def still_wanted(session: Session, delivery: Delivery, now: datetime) -> bool:
    """Whether a planned message should still go out. A reply to one's own message always should."""
    if delivery.kind not in SCHEDULED:
        return True
    if not (_is_reachable(session, delivery) and _is_here(session, delivery.person_id or 0)):
        return False
    if delivery.kind == "decision":  # on what the person asked for, perhaps for the very days of a pause
        return True
    if pausing.running(session, delivery.person_id or 0, now) is not None:
        return False
    if delivery.kind == "digest":
        return _has_duty(session, delivery, now)
    if delivery.kind == "notice":
        return _may_be_told(session, delivery, now)
    if delivery.kind == "window":
        return _is_silent_still(session, delivery)
    return delivery.round_id is None or _round_wants(session, delivery, now)


def _is_reachable(session: Session, delivery: Delivery) -> bool:
    """The account still belongs to the person the message was written for."""
    account = session.get(Account, delivery.account_id)
    return account is not None and account.state == "active" and account.person_id == delivery.person_id


def _is_here(session: Session, person_id: int) -> bool:
    """The person is at work and has not taken consent back."""
    working = select(Person.id).where(Person.id == person_id, Person.status == "working", ~is_withdrawn(Person.id))
    return session.exec(working).first() is not None


def _may_be_told(session: Session, delivery: Delivery, now: datetime) -> bool:
    """A notice goes to whom it concerns on the day of sending: by its key, ``leave:request:person`` and the like."""
    about, number, *_ = delivery.key.split(":")
    person_id, today = delivery.person_id or 0, office_day(now)
    if about == "leave":
        return leave_decisions.still_waits(session, int(number), person_id, today)
    if about == "delegated":
        return delegating.concerns(session, int(number), person_id, today)
    if about == "door":
        return "operator" in units.roles(session, person_id, today)
    return "content_admin" in units.roles(session, person_id, today)  # to content admins, while they are


def _is_silent_still(session: Session, delivery: Delivery) -> bool:
    """Nothing was heard since it was written. The key ends in the second of the account's last word."""
    account = session.get_one(Account, delivery.account_id)
    heard_at = account.last_heard_at
    return heard_at is not None and delivery.key.endswith(f":{int(heard_at.timestamp())}")


def _round_wants(session: Session, delivery: Delivery, now: datetime) -> bool:
    """The round runs, and this person has not begun it, nor is exempt, nor asked not to be reminded."""
    round_ = session.get(Round, delivery.round_id)
    member = session.get(Member, (delivery.round_id, delivery.person_id))
    if round_ is None or round_.state != "open" or now >= round_.closes_at:
        return False
    if member is None or member.exempt or member.answers:
        return False
    is_reminder = delivery.kind in ("remind", "nudge")
    return not (is_reminder and (member.declined_reminders or _is_away(session, member.person_id, now)))


def _is_away(session: Session, person_id: int, now: datetime) -> bool:
    query = select(Exemption.id).where(Exemption.person_id == person_id, is_on_leave(office_day(now)))
    return session.exec(query).first() is not None


def _has_duty(session: Session, delivery: Delivery, now: datetime) -> bool:
    """Figures go to whoever heads the unit on the day of sending. The key reads ``digest:round:unit:person``."""
    unit_id = int(delivery.key.split(":")[2])
    return any(holder == delivery.person_id for holder, _ in units.duties(session, unit_id, office_day(now)))
