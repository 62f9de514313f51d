"""Asking: what opens a round reaches everyone who counts and can be reached, a portion at a time."""

from datetime import datetime

from sqlmodel import Session

from content.composing import opening_message
from content.phrases import Phrases
from participation.answering import questions_of
from scheduler.calendar import Calendar
from scheduler.caps import put_capped
from scheduler.portions import Portion, last_of, next_members
from scheduler.quiet import reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing
from store.tables import CardVersion, QuestionVersion, Round


def ask(
    session: Session, phrases: Phrases, calendar: Calendar, round_: Round, now: datetime, after: int = 0
) -> Portion:
    """Write card and question 1 as one message to the next people of the snapshot; useful until the round closes."""
    due_at = next_slot(calendar, now)
    if round_.state != "open" or due_at >= round_.closes_at:
        return Portion()
    people = next_members(session, round_, after)
    accounts = reachable(session, due_at, people)
    body = _body(session, phrases, round_)
    messages = [
        Outgoing(
            key=f"open:{round_.id}:{person_id}",
            account_id=accounts[person_id].id or 0,
            channel=accounts[person_id].channel,
            kind="open",
            body=body,
            due_at=due_at,
            person_id=person_id,
            round_id=round_.id,
            expires_at=round_.closes_at,
        )
        for person_id in people
        if person_id in accounts
    ]
    return Portion(last_of(people), put_capped(session, messages))


def _body(session: Session, phrases: Phrases, round_: Round) -> str:
    questions = questions_of(session, round_.id or 0)
    card = session.get(CardVersion, round_.card_version_id) if round_.card_version_id else None
    first = session.get_one(QuestionVersion, questions[0])
    return opening_message(phrases, round_, card, first, len(questions)).dumps()
