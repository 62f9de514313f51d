"""Figures of a period: what can only be said over several rounds, each with a denominator of its own.

A round belongs to the period its closing day falls in. People are counted at the unit they stood at when each round
opened, in rounds from before a merger at the units of then; people and attempts are never mixed. The share of signed
pledges comes with the pledges.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import case, distinct, literal
from sqlmodel import Session, col, func, select

from participation.counting import subtree
from participation.exemptions import OFFICE_ZONE
from participation.lineage import Stood, below, stood_as
from participation.shares import Share
from participation.small_groups import may_be_told
from store.tables import Answer, Member, Occurrence, QuestionVersion, RecallAsk, Round, RoundUnit

ENOUGH_ROUNDS = 3  # being in fewer says nothing about regularity
REGULAR = (3, 4)  # at least three of every four rounds


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """One unit with everything below it, over the rounds that closed in a period.

    `topics` and `retention` leave out what would tell of fewer than five people; `retention` is then None. `was` names
    what the unit came out of, by name, if there are rounds from before that.
    """

    rounds: int
    coverage: Share
    regular: Share
    units: Share
    topics: dict[str, Share]
    retention: Share | None
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at in one round: its tree, what the unit stood as, and the units of that with all below them."""

    tree: Sequence[RoundUnit]
    stood: Stood
    units: frozenset[int]


def period_figures(session: Session, unit_id: int, from_on: date, until_on: date) -> PeriodFigures:
    """The figures of the rounds that closed in a period; both days included."""
    first, end = moments(from_on, until_on)
    within = (Round.state != "open", Round.closes_at >= first, Round.closes_at < end)
    rounds = session.exec(select(Round.id).where(*within)).all()
    return figures_over(session, unit_id, [round_id or 0 for round_id in rounds])


def figures_over(session: Session, unit_id: int, rounds: Sequence[int]) -> PeriodFigures:
    """Độ bao phủ, tham gia đều, đơn vị tham gia, tỷ lệ trả lời đúng and ghi nhớ of these rounds."""
    found = {round_id: _scope(session, round_id, unit_id) for round_id in rounds}
    scopes = {round_id: scope for round_id, scope in found.items() if scope.units}
    eligible, joined = Counter[int](), Counter[int]()
    units, active = set[int](), set[int]()
    for round_id, scope in scopes.items():
        for person, unit, answers in _in_base(session, round_id, scope.units):
            eligible[person] += 1
            joined[person] += answers > 0
            units.add(unit)
            if answers:
                active.add(unit)
    steady = [person for person, count in eligible.items() if count >= ENOUGH_ROUNDS]
    return PeriodFigures(
        rounds=len(scopes),
        coverage=Share(sum(1 for count in joined.values() if count), len(eligible)),
        regular=Share(
            sum(joined[person] * REGULAR[1] >= eligible[person] * REGULAR[0] for person in steady), len(steady)
        ),
        units=Share(len(active), len(units)),
        topics=_told(scopes, session.exec(_by_topic(list(scopes)))),
        retention=_told(scopes, session.exec(_by_review(list(scopes)))).get(""),
        was=_was(scopes.values()),
    )


def moments(from_on: date, until_on: date) -> tuple[datetime, datetime]:
    """The first moment of the period and the first one after it, office time."""
    first = datetime.combine(from_on, time.min, OFFICE_ZONE)
    return first, datetime.combine(until_on + timedelta(days=1), time.min, OFFICE_ZONE)


def _scope(session: Session, round_id: int, unit_id: int) -> Scope:
    """The units as they stood when the round opened, and which of them count."""
    tree = session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id)).all()
    stood = stood_as(session, session.get_one(Round, round_id), tree, unit_id)
    return Scope(tree, stood, frozenset(below(tree, stood.parts)))


def _was(scopes: Iterable[Scope]) -> tuple[str, ...]:
    """The names of what the unit came out of."""
    names = {
        unit.name for scope in scopes if scope.stood.change for unit in scope.tree if unit.unit_id in scope.stood.parts
    }
    return tuple(sorted(names))


def _in_base(session: Session, round_id: int, scope: Collection[int]) -> list[tuple[int, int, int]]:
    """Person, unit and number of answers of everyone in the round's D."""
    query = select(Member.person_id, Member.unit_id, Member.answers).where(
        Member.round_id == round_id, (col(Member.exempt) == "") | (col(Member.answers) > 0)
    )
    return [(person, unit, answers) for person, unit, answers in session.exec(query) if unit in scope]


def _told(scopes: Mapping[int, Scope], rows: Iterable[tuple[int, str, int, int, int, int]]) -> dict[str, Share]:
    """Right answers ÷ answers by topic, of the rounds in which they may be told; a row is round, topic, unit and its
    people, answers and right ones.

    Each round is judged by itself: else the report of a month less that of a week would tell of another week's few.
    Where units were merged since, each of them must be one that may be told of: whoever knew one would know the others.
    """
    cells: dict[tuple[int, str], dict[int, tuple[int, Share]]] = defaultdict(dict)
    for round_id, topic, unit, people, answers, rights in rows:
        cells[round_id, topic][unit] = people, Share(int(rights), answers)
    shares: dict[str, Share] = defaultdict(lambda: Share(0, 0))
    for (round_id, topic), own in sorted(cells.items()):
        scope = scopes[round_id]
        parents = {unit.unit_id: unit.parent_id for unit in scope.tree}
        sizes = {unit: people for unit, (people, _) in own.items()}
        parts = [part for part in scope.stood.parts if subtree(scope.tree, part) & own.keys()]
        if parts and all(may_be_told(parents, sizes, part) for part in parts):
            for unit in own.keys() & scope.units:
                shares[topic] += own[unit][1]
    return dict(sorted(shares.items()))


def _by_topic(rounds: Sequence[int]) -> Any:
    """People, first answers and right ones of each topic, by round and unit."""
    cell = (col(Answer.round_id), col(QuestionVersion.topic), col(Answer.unit_id))
    return (
        select(*cell, *_sums(Answer))  # type: ignore[call-overload]
        .join(QuestionVersion, col(QuestionVersion.id) == col(Answer.question_version_id))
        .where(col(Answer.round_id).in_(rounds), col(Answer.counted))
        .group_by(*cell)
    )


def _by_review(rounds: Sequence[int]) -> Any:
    """The same of what was asked again at least 24 days after a first right answer, all topics as one without a name.

    A review belongs to the round it goes with, and a person in it to the unit of that round's opening.
    """
    cell = (col(Member.round_id), literal(""), col(Member.unit_id))
    is_member = (col(Member.round_id) == col(Occurrence.round_id)) & (col(Member.person_id) == col(RecallAsk.person_id))
    return (
        select(*cell, *_sums(RecallAsk))  # type: ignore[call-overload]
        .join(Occurrence, col(Occurrence.id) == col(RecallAsk.occurrence_id))
        .join(Member, is_member)
        .where(col(Member.round_id).in_(rounds))
        .where(col(RecallAsk.after_first_right), col(RecallAsk.answered_at).is_not(None))
        .group_by(col(Member.round_id), col(Member.unit_id))
    )


def _sums(given: type[Answer] | type[RecallAsk]) -> tuple[Any, Any, Any]:
    """People, answers and right ones."""
    is_right: Any = col(given.is_right)  # of an answered review it is not None
    return func.count(distinct(col(given.person_id))), func.count(), func.sum(case((is_right, 1), else_=0))
