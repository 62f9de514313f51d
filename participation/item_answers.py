"""Answers to items: who first answered which question how, and how soon after it was asked. For item statistics."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import case
from sqlmodel import Session, col, func, select

from store.columns import UtcMoment
from store.tables import Answer, Delivery, QuestionVersion, Round, RoundQuestion

ASKS = re.compile(r'"answer:(\d+):(\d+):')  # a choice of a message that asks a question of a round

FAR = timedelta(days=1)  # what was asked longer ago than this was not answered in a hurry


@dataclass(frozen=True, slots=True)
class First:
    """A person's first answer to a question in a round. `before`: their answer to another question just before it."""

    round_id: int
    version_id: int
    is_right: bool
    heard_at: datetime
    before: datetime | None


@dataclass
class ItemAnswers:
    """The answers to one question: first ones by person, and every answer as (given, right) by person."""

    firsts: dict[int, First] = field(default_factory=dict)
    given: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, person: int, answer: First) -> None:
        """One more answer, in the order of hearing."""
        self.firsts.setdefault(person, answer)
        given, right = self.given.get(person, (0, 0))
        self.given[person] = (given + 1, right + answer.is_right)


@dataclass(frozen=True)
class Answers:
    """Counted answers: to some questions by code, and to all questions as (given, right) by person."""

    items: dict[str, ItemAnswers]
    everything: dict[int, tuple[int, int]]


def read_answers(session: Session, standing: Collection[QuestionVersion]) -> Answers:
    """The counted answers. An item gathers those to all versions with the options of the standing one."""
    items = {question.code: ItemAnswers() for question in standing}
    code_of = _codes(session, standing)
    for person, round_id, version, is_right, at, before in _given(session, list(code_of)):
        items[code_of[version]].add(person, First(round_id, version, is_right, at, before))
    right = func.sum(case((col(Answer.is_right), 1), else_=0))
    totals = select(Answer.person_id, func.count(), right).where(col(Answer.counted)).group_by(col(Answer.person_id))
    return Answers(items, {person: (given, rights) for person, given, rights in session.exec(totals)})


def asked_since(session: Session, moment: datetime) -> set[str]:
    """The codes of the questions of rounds that opened after a moment."""
    query = (
        select(QuestionVersion.code)
        .join(RoundQuestion, col(RoundQuestion.question_version_id) == col(QuestionVersion.id))
        .join(Round, col(Round.id) == col(RoundQuestion.round_id))
        .where(Round.opens_at > moment)
    )
    return set(session.exec(query))


def waits(session: Session, items: Collection[ItemAnswers]) -> dict[int, list[timedelta]]:
    """How long each first answer took from being asked, where that is known; by the place of the item.

    A question is asked by the feedback to the answer before it. The first of a round is asked by the opening
    message, or by the last reply with it, at the moment the message was settled as sent.
    """
    alone = {
        (person, first.round_id, first.version_id)
        for item in items
        for person, first in item.firsts.items()
        if first.before is None
    }
    asked: dict[tuple[int, int, int], list[datetime]] = defaultdict(list)
    for person, round_id, version, at in [*_openings(session, alone), *_replies(session, items)]:
        if (person, round_id, version) in alone:
            asked[person, round_id, version].append(at)
    found: dict[int, list[timedelta]] = {}
    for place, item in enumerate(items):
        found[place] = [
            first.heard_at - max(moments)
            for person, first in item.firsts.items()
            if (moments := _until(first, asked[person, first.round_id, first.version_id]))
        ]
    return found


def _codes(session: Session, standing: Collection[QuestionVersion]) -> dict[int, str]:
    """The code of each version whose options are those of the standing version."""
    options = {question.code: json.loads(question.options) for question in standing}
    query = select(QuestionVersion.id, QuestionVersion.code, QuestionVersion.options)
    return {
        version or 0: code
        for version, code, written in session.exec(query)
        if code in options and json.loads(written) == options[code]
    }


def _given(session: Session, versions: Sequence[int]) -> Iterable[Any]:
    """Person, round, version, right or not, heard, and when the person's answer before it in that round was heard."""
    rounds = sqlalchemy.select(col(RoundQuestion.round_id)).where(col(RoundQuestion.question_version_id).in_(versions))
    columns = (Answer.person_id, Answer.round_id, Answer.question_version_id, Answer.is_right, Answer.heard_at)
    before = func.lag(Answer.heard_at, type_=UtcMoment()).over(
        partition_by=(col(Answer.person_id), col(Answer.round_id)), order_by=(col(Answer.heard_at), col(Answer.id))
    )
    given = (
        sqlalchemy.select(*map(col, columns), col(Answer.id), before.label("before"))
        .where(col(Answer.counted), col(Answer.round_id).in_(rounds))
        .subquery()
    )
    shown = (given.c.person_id, given.c.round_id, given.c.question_version_id, given.c.is_right, given.c.heard_at)
    query = sqlalchemy.select(*shown, given.c.before).where(given.c.question_version_id.in_(versions))
    return session.execute(query.order_by(given.c.heard_at, given.c.id))


def _until(first: First, moments: list[datetime]) -> list[datetime]:
    known = [first.before] if first.before else moments
    return [at for at in known if at <= first.heard_at]


def _openings(session: Session, alone: Collection[tuple[int, int, int]]) -> Iterator[tuple[int, int, int, datetime]]:
    versions: dict[tuple[int, int], list[int]] = defaultdict(list)
    for person, round_id, version in alone:
        versions[person, round_id].append(version)
    query = select(Delivery.person_id, Delivery.round_id, Delivery.settled_at).where(
        Delivery.kind == "open",
        Delivery.state == "sent",
        col(Delivery.settled_at).is_not(None),
        col(Delivery.round_id).in_({round_id for _, round_id, _ in alone}),
    )
    for whose, where, at in session.exec(query):
        for version in versions.get((whose or 0, where or 0), ()):
            if at is not None:
                yield whose or 0, where or 0, version, at


def _replies(session: Session, items: Collection[ItemAnswers]) -> Iterator[tuple[int, int, int, datetime]]:
    """The replies that asked a question of a round; old ones have lost their words and are unknown."""
    heard = [first.heard_at for item in items for first in item.firsts.values()]
    if not heard:
        return
    query = select(Delivery.person_id, Delivery.body, Delivery.settled_at).where(
        Delivery.kind == "reply",
        Delivery.state == "sent",
        col(Delivery.settled_at).between(min(heard) - FAR, max(heard)),
        col(Delivery.body).contains('"answer:'),
    )
    for whose, body, at in session.exec(query):
        asks = ASKS.search(body)
        if asks and whose is not None and at is not None:
            yield whose, int(asks[1]), int(asks[2]), at
