"""Reviewing: what a person is due to meet again, at most two questions on one occasion. No round counts it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from content.composing import recall_message
from content.phrases import Phrases
from participation.recalling import AFTER_RIGHT
from scheduler.calendar import Calendar, office_day
from scheduler.caps import put_capped
from scheduler.choosing import questions_in_force
from scheduler.portions import Portion, last_of, next_members
from scheduler.quiet import on_leave, reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing
from store.tables import Account, Occurrence, QuestionVersion, Recall, RecallAsk, Round
from store.upsert import insert_new

AT_MOST = 2


def review(
    session: Session,
    phrases: Phrases,
    calendar: Calendar,
    occurrence: Occurrence,
    round_: Round,
    lateness: timedelta,
    now: datetime,
) -> Portion:
    """Write one message with the first due question to the next people of the round; the second question follows it."""
    due_at = next_slot(calendar, now)
    people = next_members(session, round_, occurrence.reached)
    due = _due(session, people, now)
    questions = {question.code: question for question in questions_in_force(session, office_day(due_at))} if due else {}
    accounts = reachable(session, due_at, due)
    away = on_leave(session, office_day(due_at), due)
    asked = {
        person_id: still[:AT_MOST]
        for person_id, recalls in due.items()
        if (still := [recall for recall in recalls if recall.question_code in questions])
        and person_id in accounts
        and person_id not in away
    }
    insert_new(session, RecallAsk, _asks(occurrence, asked, questions, due_at))
    by_id = {question.id: question for question in questions.values()}
    messages = [
        _message(
            phrases, occurrence, accounts[one.person_id], one, by_id[one.question_version_id], asked, due_at + lateness
        )
        for one in _firsts(session, occurrence, asked)
        if one.question_version_id in by_id
    ]
    return Portion(last_of(people), put_capped(session, messages))


def _due(session: Session, people: Sequence[int], now: datetime) -> dict[int, list[Recall]]:
    """What each of these people is due to meet again, the longest due first."""
    query = (
        select(Recall)
        .where(col(Recall.person_id).in_(people), col(Recall.due_at) <= now)
        .order_by(col(Recall.person_id), col(Recall.due_at), col(Recall.question_code))
    )
    found: dict[int, list[Recall]] = {}
    for recall in session.exec(query):
        found.setdefault(recall.person_id, []).append(recall)
    return found


def _firsts(session: Session, occurrence: Occurrence, people: Iterable[int]) -> list[RecallAsk]:
    """The first question put to each of these people, in the order of their ids."""
    query = select(RecallAsk).where(
        RecallAsk.occurrence_id == occurrence.id, RecallAsk.position == 1, col(RecallAsk.person_id).in_(people)
    )
    return list(session.exec(query.order_by(col(RecallAsk.person_id))))


def _asks(
    occurrence: Occurrence, due: dict[int, list[Recall]], questions: dict[str, QuestionVersion], asked_at: datetime
) -> list[dict[str, object]]:
    return [
        {
            "person_id": person_id,
            "occurrence_id": occurrence.id,
            "question_version_id": questions[recall.question_code].id,
            "position": position,
            "asked_at": asked_at,
            "after_first_right": _is_retention(recall, asked_at),
        }
        for person_id, recalls in due.items()
        for position, recall in enumerate(recalls, 1)
    ]


def _is_retention(recall: Recall, asked_at: datetime) -> bool:
    """Retention ("Ghi nhớ") counts what is asked again at least 24 days after the first right answer."""
    return recall.first_right_at is not None and asked_at - recall.first_right_at >= AFTER_RIGHT


def _message(
    phrases: Phrases,
    occurrence: Occurrence,
    account: Account,
    ask: RecallAsk,
    question: QuestionVersion,
    due: dict[int, list[Recall]],
    expires_at: datetime,
) -> Outgoing:
    total = len(due[ask.person_id])
    return Outgoing(
        key=f"review:{occurrence.id}:{ask.person_id}",
        account_id=account.id or 0,
        channel=account.channel,
        kind="review",
        body=recall_message(phrases, ask, question, total).dumps(),
        due_at=ask.asked_at,
        person_id=ask.person_id,
        expires_at=expires_at,
    )
