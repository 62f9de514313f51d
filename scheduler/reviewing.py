"""Reviewing: what a person is due to meet again, at most two questions on one occasion. No round counts it."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from content.composing import recall_message
from content.phrases import Phrases
from participation.recalling import AFTER_RIGHT
from scheduler.calendar import Calendar, office_day
from scheduler.caps import Written, put_capped
from scheduler.choosing import questions_in_force
from scheduler.quiet import on_leave, reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing
from store.tables import Account, Member, Occurrence, QuestionVersion, Recall, RecallAsk
from store.upsert import insert_new

AT_MOST = 2


def review(
    session: Session,
    phrases: Phrases,
    calendar: Calendar,
    occurrence: Occurrence,
    lateness: timedelta,
    now: datetime,
) -> Written:
    """Write one message with the first due question to each person of the round's audience; the second follows it."""
    due_at = next_slot(calendar, now)
    questions = {question.code: question for question in questions_in_force(session, office_day(due_at))}
    accounts = reachable(session, due_at)
    away = on_leave(session, office_day(due_at))
    due = {
        person_id: recalls[:AT_MOST]
        for person_id, recalls in _due(session, occurrence, questions, now).items()
        if person_id in accounts and person_id not in away
    }
    insert_new(session, RecallAsk, _asks(occurrence, due, questions, due_at))
    written = session.exec(select(RecallAsk).where(RecallAsk.occurrence_id == occurrence.id)).all()
    firsts = {ask.person_id: ask for ask in written if ask.position == 1 and ask.person_id in due}
    by_id = {question.id: question for question in questions.values()}
    messages = [
        _message(phrases, occurrence, accounts[person_id], ask, by_id[ask.question_version_id], due, due_at + lateness)
        for person_id, ask in sorted(firsts.items())
        if ask.question_version_id in by_id
    ]
    return put_capped(session, messages)


def _due(
    session: Session, occurrence: Occurrence, questions: dict[str, QuestionVersion], now: datetime
) -> dict[int, list[Recall]]:
    """What each person of the snapshot is due to meet again and still may be asked, the longest due first."""
    query = (
        select(Recall)
        .join(Member, (col(Member.person_id) == col(Recall.person_id)) & (col(Member.round_id) == occurrence.round_id))
        .where(col(Recall.due_at) <= now, Member.exempt == "")
        .order_by(col(Recall.person_id), col(Recall.due_at), col(Recall.question_code))
    )
    found: dict[int, list[Recall]] = {}
    for recall in session.exec(query):
        if recall.question_code in questions:
            found.setdefault(recall.person_id, []).append(recall)
    return found


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
