"""Recalling: what was answered comes back later. Feeds retention only, never a round's participation.

Fixed spacing does as well as clever spacing: wrong comes back after 12 days, right after 24, two right retire it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from participation.refusals import AlreadyAnswered, NoSuchQuestion
from store import ledger
from store.among import among
from store.tables import QuestionVersion, Recall, RecallAsk
from store.upsert import AT_ONCE, batches, put_all

AFTER_WRONG = timedelta(days=12)
AFTER_RIGHT = timedelta(days=24)
RIGHTS_TO_RETIRE = 2
_SPACINGS = select(
    Recall.person_id, Recall.question_code, *map(col, (Recall.rights_in_row, Recall.first_right_at, Recall.due_at))
).where(
    among(col(Recall.person_id), "people"),
    among(col(Recall.question_code), "codes"),
)
AS_IT_STANDS = {"read": True, "key_share": True}  # whoever corrects the key meanwhile waits, or is waited for


class Spacing(NamedTuple):
    """When a person meets a question again; the fields are those of `Recall`."""

    rights_in_row: int = 0
    first_right_at: datetime | None = None
    due_at: datetime | None = None

    def after(self, is_right: bool, at: datetime) -> "Spacing":
        """The spacing after one more answer."""
        if not is_right:
            return Spacing(0, self.first_right_at, at + AFTER_WRONG)
        rights = self.rights_in_row + 1
        return Spacing(rights, self.first_right_at or at, None if rights >= RIGHTS_TO_RETIRE else at + AFTER_RIGHT)


class Met(NamedTuple):
    """A person answered a question, rightly or not."""

    person_id: int
    question_code: str
    is_right: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class RecallVerdict:
    """What an answer to a review question came to; `next` is the ask that follows in the same session."""

    is_right: bool
    question: QuestionVersion
    next: RecallAsk | None
    total: int


def after_answers(session: Session, met: Sequence[Met]) -> None:
    """Plan when these people meet these questions again. Whoever met a question twice met it in this order."""
    spacings: dict[tuple[int, str], Spacing] = {}
    for some in batches(one.person_id for one in met):
        known = {"people": some, "codes": sorted({one.question_code for one in met})}
        for row in session.connection().execute(_SPACINGS, known).all():
            spacings[row[0], row[1]] = Spacing(*row[2:])
    for one in met:
        key = (one.person_id, one.question_code)
        spacings[key] = spacings.get(key, Spacing()).after(one.is_right, one.at)
    changed = {(one.person_id, one.question_code) for one in met}
    rows = [
        {"person_id": person_id, "question_code": code, **spacings[person_id, code]._asdict()}
        for person_id, code in sorted(changed)
    ]
    put_all(session, Recall, rows)


def turned_right(session: Session, question_code: str, people: Mapping[int, datetime]) -> None:
    """The last answers these people gave, at those moments, turned out right: they meet the question as late as then.

    Only the last answer moves the spacing, and it counts as the first right one in a row: with a doubt, once more.
    """
    ids = list(people)
    for start in range(0, len(ids), AT_ONCE):
        mine = col(Recall.person_id).in_(ids[start : start + AT_ONCE])
        for recall in session.exec(_fresh(select(Recall).where(Recall.question_code == question_code, mine))).all():
            recall.rights_in_row = 1
            recall.first_right_at = recall.first_right_at or people[recall.person_id]
            if recall.due_at is not None:  # moved, not set anew: a pause may have stretched it
                recall.due_at += AFTER_RIGHT - AFTER_WRONG
            session.add(recall)
    session.flush()


def answer(session: Session, person_id: int, ask_id: int, option: int, heard_at: datetime) -> RecallVerdict:
    """Keep the answer to a review question. Raises `AlreadyAnswered` or `NoSuchQuestion`."""
    ask = session.get(RecallAsk, ask_id)
    if ask is None or ask.person_id != person_id:
        raise NoSuchQuestion
    question = session.get_one(QuestionVersion, ask.question_version_id, with_for_update=AS_IT_STANDS)
    if not 1 <= option <= len(json.loads(question.options)):
        raise NoSuchQuestion
    is_right = option in json.loads(question.right_options)
    kept = session.execute(
        update(RecallAsk)
        .where(col(RecallAsk.id) == ask_id, col(RecallAsk.answered_at).is_(None))
        .values(option=option, is_right=is_right, answered_at=heard_at)
    ).rowcount  # type: ignore[attr-defined]
    if not kept:
        raise AlreadyAnswered
    ledger.record(session, "recalled", heard_at, person_id=person_id, question=question.id)
    after_answers(session, [Met(person_id, question.code, is_right, heard_at)])
    session.expire(ask)
    return RecallVerdict(is_right, question, _next(session, ask), count(session, ask))


def open_ask(session: Session, person_id: int, now: datetime) -> RecallAsk | None:
    """The oldest unanswered review question of the last two weeks, or None."""
    query = (
        select(RecallAsk)
        .where(
            RecallAsk.person_id == person_id,
            col(RecallAsk.answered_at).is_(None),
            RecallAsk.asked_at > now - timedelta(days=14),
        )
        .order_by(col(RecallAsk.asked_at), col(RecallAsk.position))
    )
    return session.exec(query).first()


def question_of(session: Session, ask: RecallAsk) -> QuestionVersion:
    """The question an ask puts."""
    return session.get_one(QuestionVersion, ask.question_version_id)


def count(session: Session, ask: RecallAsk) -> int:
    """How many review questions the session of this ask holds."""
    query = (
        select(func.count())
        .select_from(RecallAsk)
        .where(RecallAsk.person_id == ask.person_id, RecallAsk.occurrence_id == ask.occurrence_id)
    )
    return session.exec(query).one()


def shift(session: Session, person_id: int, days: int, since: datetime | None = None) -> None:
    """What this person is due to meet again, all or since a moment, moves by so many days: a pause stretches it."""
    for recall in session.exec(_fresh(select(Recall).where(Recall.person_id == person_id))).all():
        if recall.due_at is not None and (since is None or recall.due_at >= since):
            recall.due_at += timedelta(days=days)
            session.add(recall)


def _fresh(query: SelectOfScalar[Recall]) -> SelectOfScalar[Recall]:
    """As the rows are: answers write them past the session's objects."""
    return query.execution_options(populate_existing=True)


def _next(session: Session, ask: RecallAsk) -> RecallAsk | None:
    query = (
        select(RecallAsk)
        .where(
            RecallAsk.person_id == ask.person_id,
            RecallAsk.occurrence_id == ask.occurrence_id,
            col(RecallAsk.answered_at).is_(None),
        )
        .order_by(col(RecallAsk.position))
    )
    return session.exec(query).first()
