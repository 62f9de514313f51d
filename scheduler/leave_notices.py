"""Notices about leave and delegation: each goes out once, in the next send window, and is looked at again then."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session

from content.message import Choice, Message
from content.phrases import Phrases
from participation import deciding, leave, leave_decisions, units
from participation.delegating import NAMERS, Delegation
from scheduler.calendar import load_calendar, office_day
from scheduler.doors.preference import preferred_accounts
from scheduler.notices import STAYS, notify
from scheduler.windows import next_slot
from store.outbox import Outgoing, put
from store.tables import Exemption, Person, Unit

DECISION = "decision"  # an answer that had to wait for somebody: it goes out although the person pauses


def ask_deciders(session: Session, phrases: Phrases, request: Exemption, now: datetime) -> int:
    """Put a request before everyone who may decide on it; returns how many messages are new."""
    on = office_day(now)
    people = deciding.deciders(session, request.person_id, on)
    person = session.get_one(Person, request.person_id)
    shown = leave_decisions.Waiting(
        request.id or 0,
        request.person_id,
        person.name,
        session.get_one(Unit, person.unit_id).name,
        request.from_on,
        request.until_on,
    )
    return notify(session, f"leave:{request.id}", sorted(people), request_message(phrases, shown), now)


def request_message(phrases: Phrases, request: leave_decisions.Waiting) -> Message:
    """A request with its three choices. Who decides learns name and days, not the reason."""
    choices = (
        Choice(phrases("leave.approve"), f"leaveok:{request.id}"),
        Choice(phrases("leave.refuse"), f"leaveno:{request.id}"),
        Choice(phrases("leave.later"), "say:nghi"),
    )
    days = days_in_words(phrases, request.first, request.last)
    text = phrases("leave.request", name=request.name, unit=request.unit, days=days)
    return Message(text, choices, inline=True)


def days_in_words(phrases: Phrases, first: date, last: date) -> str:
    """One day, or from a day to a day."""
    return phrases("leave.days", first=first, last=last)


def tell_decision(session: Session, phrases: Phrases, absence: Exemption, now: datetime) -> int:
    """Tell a person what was decided on a request, or what was entered for him; returns how many messages are new."""
    said = "refused" if absence.refused_at else "approved" if absence.entered_by == leave.SELF else "entered"
    keys = {"refused": "leave.told_refused", "approved": "leave.told_approved", "entered": "leave.told_entered"}
    text = phrases(keys[said], days=days_in_words(phrases, absence.from_on, absence.until_on))
    return tell(session, f"{said}:{absence.id}", [absence.person_id], Message(text), now)


def tell_delegation(session: Session, phrases: Phrases, made: Delegation, actor_id: int | None, now: datetime) -> int:
    """Tell the delegate, and everyone who heads the unit but who did it, that somebody stands in."""
    values = {"unit": made.unit, "name": made.name, "first": made.first, "last": made.last}
    message = Message(phrases("delegation.told_delegate", **values))
    key = f"delegated:{made.id}"
    told = notify(session, key, {made.person_id} - {actor_id}, message, now)
    others = _heads(session, made, now) - {actor_id, made.person_id}
    return told + notify(session, key, sorted(others), Message(phrases("delegation.told_head", **values)), now)


def tell_revoked(session: Session, phrases: Phrases, made: Delegation, actor_id: int | None, now: datetime) -> int:
    """Tell the delegate and everyone who heads the unit, but who did it, that a delegation has ended."""
    text = phrases("delegation.told_revoked", unit=made.unit, name=made.name)
    people = (_heads(session, made, now) | {made.person_id}) - {actor_id}
    return tell(session, f"undelegated:{made.id}", sorted(people), Message(text), now)


def tell(session: Session, key: str, person_ids: Iterable[int], message: Message, now: datetime) -> int:
    """Tell people once, in the next send window, what concerns them although they may have paused."""
    ids = list(person_ids)
    due_at = next_slot(load_calendar(session), now)
    return put(
        session,
        [
            Outgoing(
                key=f"{key}:{person_id}",
                account_id=account.id or 0,
                channel=account.channel,
                kind=DECISION,
                body=message.dumps(),
                due_at=due_at,
                person_id=person_id,
                expires_at=due_at + STAYS,
            )
            for person_id, account in sorted(preferred_accounts(session, due_at, ids).items())
        ],
    )


def _heads(session: Session, made: Delegation, now: datetime) -> set[int]:
    duties = units.duties(session, made.unit_id, office_day(now))
    return {holder for holder, kind in duties if kind in NAMERS}
