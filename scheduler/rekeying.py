"""Rekeying: a key is corrected, and whose answer became right by it hears so once, in a courteous note."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from content.message import Message
from content.phrases import Phrases
from participation.rescoring import Rescored, correct_key
from scheduler.calendar import Calendar, at_office, office_day
from scheduler.caps import CAPPED, Written, put_capped
from scheduler.portions import BEGUN
from scheduler.quiet import reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing
from store.tables import Occurrence

LATENESS = timedelta(days=14)  # after that nobody remembers the question
LOOK_AHEAD = 7  # days on which the note looks for a day of its own


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What a correction did, and the notes it caused."""

    rescored: Rescored
    notes: Written


def rekey(
    session: Session,
    phrases: Phrases,
    calendar: Calendar,
    code: str,
    right: Collection[int],
    reason: str,
    actor: str,
    now: datetime,
) -> Rekeyed:
    """Correct a key and write the notes, in one transaction. Raises what `correct_key` raises."""
    rescored = correct_key(session, code, right, reason, actor, now)
    return Rekeyed(rescored, announce(session, phrases, calendar, rescored, now))


def announce(session: Session, phrases: Phrases, calendar: Calendar, rescored: Rescored, now: datetime) -> Written:
    """Write one note to each person whose answer became right and who can be reached; a second run writes none."""
    due_at = _slot(session, calendar, now)
    rights = [rescored.options[option - 1] for option in rescored.after]
    body = Message(phrases("rekey.note", stem=rescored.stem, rights=rights)).dumps()
    accounts = reachable(session, due_at, rescored.people)
    messages = [
        Outgoing(
            key=f"rekey:{rescored.correction_id}:{person_id}",
            account_id=accounts[person_id].id or 0,
            channel=accounts[person_id].channel,
            kind="rekey",
            body=body,
            due_at=due_at,
            person_id=person_id,
            expires_at=due_at + LATENESS,
        )
        for person_id in rescored.people
        if person_id in accounts
    ]
    return put_capped(session, messages)


def _slot(session: Session, calendar: Calendar, now: datetime) -> datetime:
    """The next slot of a day on which no plan sends: a note must not take the place of a question or a reminder."""
    slot = next_slot(calendar, now)
    for _ in range(LOOK_AHEAD):
        if not _is_taken(session, office_day(slot)):
            return slot
        slot = next_slot(calendar, at_office(office_day(slot) + timedelta(days=1), time()))
    return next_slot(calendar, now)


def _is_taken(session: Session, day: date) -> bool:
    midnight = at_office(day, time())
    query = select(Occurrence.id).where(
        col(Occurrence.kind).in_(CAPPED),
        col(Occurrence.state).in_(("waiting", BEGUN, "done")),
        Occurrence.fires_at >= midnight,
        Occurrence.fires_at < midnight + timedelta(days=1),
    )
    return session.exec(query.limit(1)).first() is not None
