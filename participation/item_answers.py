"""Answers to items: who first answered which question how, and how soon after it was asked. For item statistics."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy
from sqlmodel import Session, col, select

from store.tables import Answer, Delivery, QuestionVersion

ASKS = re.compile(r'"answer:(\d+):(\d+):')  # a choice of a message that asks a question of a round


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
    """All counted answers of all rounds: by question code, and together as (given, right) by person."""

    items: dict[str, ItemAnswers]
    everything: dict[int, tuple[int, int]]


def read_answers(session: Session, standing: Collection[QuestionVersion]) -> Answers:
    """Every counted answer. An item gathers the answers to all versions with the options of the standing one."""
    items = {question.code: ItemAnswers() for question in standing}
    code_of = _codes(session, standing)
    everything: dict[int, tuple[int, int]] = {}
    heard: dict[tuple[int, int], datetime] = {}
    columns = (Answer.person_id, Answer.round_id, Answer.question_version_id, Answer.is_right, Answer.heard_at)
    query = sqlalchemy.select(*map(col, columns)).where(col(Answer.counted))
    for person, round_id, version, is_right, at in session.execute(
        query.order_by(col(Answer.heard_at), col(Answer.id))
    ):
        given, right = everything.get(person, (0, 0))
        everything[person] = (given + 1, right + is_right)
        if version in code_of:
            before = heard.get((person, round_id))
            items[code_of[version]].add(person, First(round_id, version, is_right, at, before))
        heard[person, round_id] = at
    return Answers(items, everything)


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
    for person, round_id, version, at in [*_openings(session, alone), *_replies(session)]:
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


def _until(first: First, moments: list[datetime]) -> list[datetime]:
    known = [first.before] if first.before else moments
    return [at for at in known if at <= first.heard_at]


def _openings(session: Session, alone: Collection[tuple[int, int, int]]) -> Iterator[tuple[int, int, int, datetime]]:
    versions: dict[tuple[int, int], list[int]] = defaultdict(list)
    for person, round_id, version in alone:
        versions[person, round_id].append(version)
    query = select(Delivery.person_id, Delivery.round_id, Delivery.settled_at).where(
        Delivery.kind == "open", Delivery.state == "sent", col(Delivery.settled_at).is_not(None)
    )
    for whose, where, at in session.exec(query):
        for version in versions.get((whose or 0, where or 0), ()):
            if at is not None:
                yield whose or 0, where or 0, version, at


def _replies(session: Session) -> Iterator[tuple[int, int, int, datetime]]:
    """The replies that asked a question of a round; old ones have lost their words and are unknown."""
    query = select(Delivery.person_id, Delivery.body, Delivery.settled_at).where(
        Delivery.kind == "reply",
        Delivery.state == "sent",
        col(Delivery.settled_at).is_not(None),
        col(Delivery.body).contains('"answer:'),
    )
    for whose, body, at in session.exec(query):
        asks = ASKS.search(body)
        if asks and whose is not None and at is not None:
            yield whose, int(asks[1]), int(asks[2]), at
