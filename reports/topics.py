"""Weak topics: what a unit answered least well in its newest rounds, where no small group shows through.

A round counts once it takes no more answers: while it runs a head can see who has just taken part, and two looks at a
moving figure would tell how that person answered. In each round a topic needs five people behind it in the unit, and
from above the unit must not be one that siblings' figures would give away.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import Integer, cast
from sqlmodel import Session, col, distinct, func, select

from content import browsing
from participation.counting import subtree
from participation.rounds import over_rounds
from participation.shares import Share
from participation.small_groups import SMALLEST_SHOWN, hidden
from reports.standing import may_read
from store.tables import Answer, CardVersion, QuestionVersion, Round, RoundUnit

NEWEST = 4  # rounds looked at: about a month
OWN = 0  # stands for the parent's own staff among its children; no unit has this id

Tree = Mapping[int, RoundUnit]


@dataclass(frozen=True, slots=True)
class Topic:
    """Right first answers ÷ first answers of one topic. `card_code` is the card behind most of the wrong ones."""

    code: str
    right: Share
    card_code: str


@dataclass(frozen=True, slots=True)
class WeakTopics:
    """The topics of the rounds looked at, weakest first; `hidden` of them rest on too few people to be shown."""

    numbers: tuple[int, ...]
    topics: tuple[Topic, ...]
    hidden: int


def weak_topics(session: Session, unit_id: int, headed: Collection[int], now: datetime) -> WeakTopics:
    """What a reader who heads these units may know of a unit, with everything below it."""
    rights: dict[str, Share] = defaultdict(lambda: Share(0, 0))
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    seen, numbers = set[str](), []
    for round_ in over_rounds(session, unit_id, now, NEWEST):
        if not may_read(session, round_.id or 0, unit_id, headed):
            continue
        numbers.append(round_.number)
        found = session.exec(select(RoundUnit).where(RoundUnit.round_id == round_.id))
        tree = {unit.unit_id: unit for unit in found}
        people = _people(session, round_)
        seen |= people.keys()
        shown = {topic for topic, by_unit in people.items() if _is_shown(tree, by_unit, unit_id, headed)}
        for topic, card_code, right in _answers(session, round_, subtree(tree.values(), unit_id)):
            if topic in shown:
                rights[topic] += right
                wrong[topic][card_code] += right.base - right.n
    topics = [Topic(topic, right, _most(wrong[topic])) for topic, right in rights.items()]
    topics.sort(key=lambda topic: (topic.right.n / topic.right.base, topic.code))
    return WeakTopics(tuple(sorted(numbers)), tuple(topics), len(seen - rights.keys()))


def fitting_card(session: Session, topic: Topic, on: date) -> CardVersion | None:
    """The card behind most of the wrong answers, else the first of the topic; None when none is in force."""
    found = browsing.card(session, topic.card_code, on) if topic.card_code else None
    return found or next(iter(browsing.cards(session, topic.code, on)), None)


def _people(session: Session, round_: Round) -> dict[str, dict[int, int]]:
    """How many people of each unit itself answered each topic."""
    query = (
        select(QuestionVersion.topic, Answer.unit_id, func.count(distinct(Answer.person_id)))
        .join(QuestionVersion, col(QuestionVersion.id) == col(Answer.question_version_id))
        .where(Answer.round_id == round_.id, col(Answer.counted))
        .group_by(QuestionVersion.topic, col(Answer.unit_id))
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for topic, unit_id, people in session.exec(query):
        found[topic][unit_id] = people
    return found


def _answers(session: Session, round_: Round, units: Collection[int]) -> list[tuple[str, str, Share]]:
    """Right ones among the first answers of some units, by topic and card."""
    right = func.sum(cast(col(Answer.is_right), Integer))
    query = (
        select(QuestionVersion.topic, QuestionVersion.card_code, right, func.count())
        .join(QuestionVersion, col(QuestionVersion.id) == col(Answer.question_version_id))
        .where(Answer.round_id == round_.id, col(Answer.counted), col(Answer.unit_id).in_(units))
        .group_by(QuestionVersion.topic, col(QuestionVersion.card_code))
    )
    return [(topic, card or "", Share(int(n), base)) for topic, card, n, base in session.execute(query)]


def _is_shown(tree: Tree, people: Mapping[int, int], unit_id: int, headed: Collection[int]) -> bool:
    """Whether a topic of a unit may be shown: five people behind it, and nothing on the way up to the highest unit the
    reader heads is hidden for its siblings' sake. Who heads a unit and one above it sees no more than from above.
    """
    if _whole(tree, people, unit_id) < SMALLEST_SHOWN:
        return False
    way = _way_up(tree, unit_id)
    tops = [place for place, unit in enumerate(way) if unit in headed]
    return bool(tops) and not any(
        below in hidden(_cells(tree, people, above)) for below, above in pairwise(way[: tops[-1] + 1])
    )


def _way_up(tree: Tree, unit_id: int) -> list[int]:
    way, at = list[int](), unit_id
    while at in tree and at not in way:
        way.append(at)
        at = tree[at].parent_id or 0
    return way


def _cells(tree: Tree, people: Mapping[int, int], unit_id: int) -> dict[int, int]:
    """How many answered in each child of a unit with everything below it, and among its own staff."""
    children = [child for child, unit in tree.items() if unit.parent_id == unit_id]
    return {child: _whole(tree, people, child) for child in children} | {OWN: people.get(unit_id, 0)}


def _whole(tree: Tree, people: Mapping[int, int], unit_id: int) -> int:
    return sum(people.get(unit, 0) for unit in subtree(tree.values(), unit_id))


def _most(wrong: Mapping[str, int]) -> str:
    """The card with most wrong answers behind it; empty when there is none."""
    cards: Sequence[tuple[str, int]] = sorted(wrong.items(), key=lambda one: (-one[1], one[0]))
    return next((code for code, _ in cards if code), "")
