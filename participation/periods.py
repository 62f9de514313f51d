"""Figures of a period: what can only be said over several rounds, each with a denominator of its own.

A round belongs to the period its closing day falls in. People are counted at the unit they stood at when each round
opened; people and attempts are never mixed. The share of signed pledges comes with the pledges.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import case, distinct
from sqlmodel import Session, col, func, select

from participation.counting import subtree
from participation.exemptions import OFFICE_ZONE
from participation.shares import Share
from participation.small_groups import SMALLEST_SHOWN, may_be_told
from store.tables import Answer, Member, QuestionVersion, RecallAsk, Round, RoundUnit

ENOUGH_ROUNDS = 3  # being in fewer says nothing about regularity
REGULAR = (3, 4)  # at least three of every four rounds


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """One unit with everything below it, over the rounds that closed in a period.

    `topics` and `retention` leave out what fewer than five people stand behind; `retention` is then None.
    """

    rounds: int
    coverage: Share
    regular: Share
    units: Share
    topics: dict[str, Share]
    retention: Share | None


def period_figures(session: Session, unit_id: int, from_on: date, until_on: date) -> PeriodFigures:
    """The figures of the rounds that closed in a period; both days included."""
    first, end = moments(from_on, until_on)
    within = (Round.state != "open", Round.closes_at >= first, Round.closes_at < end)
    rounds = session.exec(select(Round.id).where(*within)).all()
    return figures_over(session, unit_id, [round_id or 0 for round_id in rounds], first, end)


def figures_over(
    session: Session, unit_id: int, rounds: Sequence[int], first: datetime, end: datetime
) -> PeriodFigures:
    """Độ bao phủ, tham gia đều, đơn vị tham gia, tỷ lệ trả lời đúng of these rounds; ghi nhớ between two moments."""
    trees = {round_id: _tree(session, round_id) for round_id in rounds}
    scopes = {round_id: subtree(tree, unit_id) if unit_id in _ids(tree) else set() for round_id, tree in trees.items()}
    eligible, joined = Counter[int](), Counter[int]()
    units, active = set[int](), set[int]()
    for round_id, scope in scopes.items():
        for person, unit, answers in _in_base(session, round_id, scope):
            eligible[person] += 1
            joined[person] += answers > 0
            units.add(unit)
            if answers:
                active.add(unit)
    steady = [person for person, count in eligible.items() if count >= ENOUGH_ROUNDS]
    return PeriodFigures(
        rounds=sum(1 for scope in scopes.values() if scope),
        coverage=Share(sum(1 for count in joined.values() if count), len(eligible)),
        regular=Share(
            sum(joined[person] * REGULAR[1] >= eligible[person] * REGULAR[0] for person in steady), len(steady)
        ),
        units=Share(len(active), len(units)),
        topics=_topics(session, trees, scopes, unit_id),
        retention=_retention(session, set(eligible), first, end),
    )


def moments(from_on: date, until_on: date) -> tuple[datetime, datetime]:
    """The first moment of the period and the first one after it, office time."""
    first = datetime.combine(from_on, time.min, OFFICE_ZONE)
    return first, datetime.combine(until_on + timedelta(days=1), time.min, OFFICE_ZONE)


def _tree(session: Session, round_id: int) -> Sequence[RoundUnit]:
    """The units as they stood when the round opened."""
    return session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id)).all()


def _ids(tree: Iterable[RoundUnit]) -> set[int]:
    return {unit.unit_id for unit in tree}


def _in_base(session: Session, round_id: int, scope: set[int]) -> list[tuple[int, int, int]]:
    """Person, unit and number of answers of everyone in the round's D."""
    query = select(Member.person_id, Member.unit_id, Member.answers).where(
        Member.round_id == round_id, (col(Member.exempt) == "") | (col(Member.answers) > 0)
    )
    return [(person, unit, answers) for person, unit, answers in session.exec(query) if unit in scope]


def _topics(
    session: Session, trees: Mapping[int, Sequence[RoundUnit]], scopes: Mapping[int, set[int]], unit_id: int
) -> dict[str, Share]:
    """Right first answers ÷ first answers, by topic; of the rounds in which they may be told of this unit.

    Each round is judged by itself: else the report of a month less that of a week would tell of another week's few.
    """
    cells: dict[tuple[int, str], dict[int, tuple[int, Share]]] = defaultdict(dict)
    for round_id, topic, unit, people, answers, rights in session.exec(_by_topic(list(trees))):
        cells[round_id, topic][unit] = people, Share(int(rights), answers)
    shares: dict[str, Share] = defaultdict(lambda: Share(0, 0))
    for (round_id, topic), own in sorted(cells.items()):
        parents = {unit.unit_id: unit.parent_id for unit in trees[round_id]}
        if may_be_told(parents, {unit: people for unit, (people, _) in own.items()}, unit_id):
            for unit in own.keys() & scopes[round_id]:
                shares[topic] += own[unit][1]
    return dict(sorted(shares.items()))


def _by_topic(rounds: Sequence[int]) -> Any:
    """People, answers and right ones of each topic, by round and unit."""
    cell = (col(Answer.round_id), col(QuestionVersion.topic), col(Answer.unit_id))
    people, rights = func.count(distinct(col(Answer.person_id))), func.sum(case((col(Answer.is_right), 1), else_=0))
    return (
        select(*cell, people, func.count(), rights)  # type: ignore[call-overload]
        .join(QuestionVersion, col(QuestionVersion.id) == col(Answer.question_version_id))
        .where(col(Answer.round_id).in_(rounds), col(Answer.counted))
        .group_by(*cell)
    )


def _retention(session: Session, people: set[int], first: datetime, end: datetime) -> Share | None:
    """Right on what was asked again at least 24 days after a first right answer ÷ such questions answered."""
    answered_at = col(RecallAsk.answered_at)
    query = select(RecallAsk).where(col(RecallAsk.after_first_right), answered_at >= first, answered_at < end)
    asked = [ask for ask in session.exec(query) if ask.person_id in people]
    if len({ask.person_id for ask in asked}) < SMALLEST_SHOWN:
        return None
    return Share(sum(bool(ask.is_right) for ask in asked), len(asked))
