"""Asking: what opens a round reaches everyone who counts and can be reached, a portion at a time.

One statement chooses the account of each, looks for room under the caps, and writes.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Subquery
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from content.composing import opening_message
from content.phrases import Phrases
from participation.answering import questions_of
from scheduler import portions
from scheduler.calendar import Calendar
from scheduler.caps import Written, office_caps, refusal
from scheduler.doors.obstacles import Obstacles
from scheduler.doors.preference import is_preferred
from scheduler.portions import Portion
from scheduler.quiet import is_quiet
from scheduler.turns import take_turns
from scheduler.windows import next_slot
from store.outbox import put_openings
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
    reached = _up_to(session, round_, after)
    written = put_openings(session, round_, _addressees(session, round_, due_at, after, reached), due_at)
    held = _held(session, round_, after, reached)
    return Portion(reached, Written(written - held, held))


def _up_to(session: Session, round_: Round, after: int) -> int:
    """The last of the next people; 0 when nobody comes after them."""
    people = select(Member.person_id).where(*_counts(round_, after, 0)).order_by(col(Member.person_id))
    found = session.exec(people.offset(portions.ASKED - 1).limit(2)).all()
    return found[0] if len(found) > 1 else 0


def _counts(round_: Round, after: int, reached: int) -> tuple[ColumnElement[bool], ...]:
    """Condition on `Member`: counts in the round and comes after one person, up to another; 0 is nobody."""
    return (col(Member.round_id) == round_.id, col(Member.exempt) == "", *_between(Member.person_id, after, reached))


def _between(person_id: object, after: int, reached: int) -> tuple[ColumnElement[bool], ...]:
    return (col(person_id) > after, *(() if reached == 0 else (col(person_id) <= reached,)))


def _addressees(session: Session, round_: Round, due_at: datetime, after: int, reached: int) -> Subquery:
    """The account each of these people prefers, and the reason for which a cap holds the message back, if any.

    Whoever is paused, has left or takes consent back is not among them.
    """
    reason = refusal(col(Account.person_id), office_caps(session), due_at)
    return (
        sql_select(col(Account.id), col(Account.channel), col(Account.person_id), reason.label("reason"))
        .join(Member, col(Member.person_id) == col(Account.person_id))
        .where(*_counts(round_, after, reached))
        .where(col(Member.withdrawn).is_(False), ~is_quiet(Account.person_id, due_at))
        .where(col(Account.state) == "active", is_preferred(Obstacles(session, due_at)))
        .order_by(col(Member.person_id))
        .offset(0)  # a fence to both databases: else what is read twice of it would be worked out twice
        .subquery()
    )


def _held(session: Session, round_: Round, after: int, reached: int) -> int:
    """How many of the openings just written are held."""
    query = select(func.count()).where(
        Delivery.state == "held",
        Delivery.kind == "open",
        (col(Delivery.round_id) == round_.id).is_(True),
        *_between(Delivery.person_id, after, reached),
    )
    return session.exec(query).one()


def _opening(session: Session, phrases: Phrases, round_: Round) -> str:
    questions = questions_of(session, round_.id or 0)
    card = session.get(CardVersion, round_.card_version_id) if round_.card_version_id else None
    first = session.get_one(QuestionVersion, questions[0])
    return opening_message(phrases, round_, card, first, len(questions)).dumps()
