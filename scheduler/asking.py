"""Asking: what opens a round reaches everyone who counts and can be reached, a portion at a time.

Nearly everybody has one account and got nothing else that week: no preference and no cap has anything to decide, and
one statement writes to all of them. The others are looked at one by one.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from content.composing import opening_message
from content.phrases import Phrases
from participation.answering import questions_of
from scheduler import portions
from scheduler.calendar import Calendar
from scheduler.caps import Written, is_counted, put_capped
from scheduler.portions import Portion
from scheduler.quiet import is_quiet, reachable
from scheduler.turns import take_turns
from scheduler.windows import next_slot
from store.outbox import Outgoing, put_openings
from store.tables import Account, CardVersion, Delivery, Member, QuestionVersion, Round


def ask(
    session: Session, phrases: Phrases, calendar: Calendar, round_: Round, now: datetime, after: int = 0
) -> Portion:
    """Write card and question 1 as one message to the next people of the snapshot; useful until the round closes."""
    due_at = next_slot(calendar, now)
    if round_.state != "open" or due_at >= round_.closes_at:
        return Portion()
    take_turns(session)
    round_.opening = round_.opening or _opening(session, phrases, round_)
    session.flush()
    apart, reached = _apart(session, round_, due_at, after)
    alike = _ask_alike(session, round_, due_at, apart, after, reached)
    capped = _ask_apart(session, round_, due_at, apart)
    return Portion(reached, Written(alike + capped.sent, capped.held))


def _apart(session: Session, round_: Round, due_at: datetime, after: int) -> tuple[Sequence[int], int]:
    """Whom of the next people to look at one by one, and up to whom the next people go; 0 when nobody is left then."""
    query = select(Member.person_id).where(*_counts(round_, after, 0)).order_by(col(Member.person_id))
    reached = session.exec(query.offset(portions.ALIKE - 1).limit(1)).first() or 0
    another = aliased(Account)
    several = (
        select(Account.id)
        .join(another, col(another.person_id) == col(Account.person_id))
        .where(Account.person_id == Member.person_id, Account.state == "active", another.state == "active")
        .where(col(another.id) > col(Account.id))
    )
    told = select(Delivery.id).where(Delivery.person_id == Member.person_id, is_counted(due_at))
    odd = query.where(*_counts(round_, after, reached), or_(several.exists(), told.exists()))
    apart = session.exec(odd.limit(portions.PEOPLE)).all()
    return apart, apart[-1] if len(apart) == portions.PEOPLE else reached


def _counts(round_: Round, after: int, reached: int) -> tuple[ColumnElement[bool], ...]:
    """Condition on `Member`: counts in the round and comes after one person, up to another; 0 is nobody."""
    whose = col(Member.person_id)
    upper = () if reached == 0 else (whose <= reached,)
    return (col(Member.round_id) == round_.id, col(Member.exempt) == "", whose > after, *upper)


def _ask_alike(
    session: Session, round_: Round, due_at: datetime, apart: Sequence[int], after: int, reached: int
) -> int:
    accounts = (
        sql_select(col(Account.id), col(Account.channel), col(Account.person_id))
        .join(Member, col(Member.person_id) == col(Account.person_id))
        .where(*_counts(round_, after, reached), col(Member.person_id).not_in(apart))
        .where(col(Member.withdrawn).is_(False), ~is_quiet(Account.person_id, due_at))
        .where(col(Account.state) == "active")
        .order_by(col(Account.person_id))
    )
    return put_openings(session, round_, accounts.subquery(), due_at)


def _ask_apart(session: Session, round_: Round, due_at: datetime, people: Sequence[int]) -> Written:
    messages = [
        Outgoing(
            key=f"open:{round_.id}:{person_id}",
            account_id=account.id or 0,
            channel=account.channel,
            kind="open",
            body="",
            due_at=due_at,
            person_id=person_id,
            round_id=round_.id,
            expires_at=round_.closes_at,
        )
        for person_id, account in sorted(reachable(session, due_at, people).items())
    ]
    return put_capped(session, messages)


def _opening(session: Session, phrases: Phrases, round_: Round) -> str:
    questions = questions_of(session, round_.id or 0)
    card = session.get(CardVersion, round_.card_version_id) if round_.card_version_id else None
    first = session.get_one(QuestionVersion, questions[0])
    return opening_message(phrases, round_, card, first, len(questions)).dumps()
