"""Figures of a period: what can only be said over several rounds, each with a denominator of its own.

A round belongs to the period its closing day falls in. People are counted at the unit they stood at when each round
opened; people and attempts are never mixed. The share of signed pledges comes with the pledges.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from participation.counting import subtree
from participation.exemptions import OFFICE_ZONE
from participation.shares import Share
from participation.small_groups import SMALLEST_SHOWN
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
    scopes = {round_id: _scope(session, round_id, unit_id) for round_id in rounds}
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
        topics=_topics(session, scopes),
        retention=_retention(session, set(eligible), first, end),
    )


def moments(from_on: date, until_on: date) -> tuple[datetime, datetime]:
    """The first moment of the period and the first one after it, office time."""
    first = datetime.combine(from_on, time.min, OFFICE_ZONE)
    return first, datetime.combine(until_on + timedelta(days=1), time.min, OFFICE_ZONE)


def _scope(session: Session, round_id: int, unit_id: int) -> set[int]:
    """The unit and what was below it when the round opened; empty when the round does not know it."""
    tree = session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id)).all()
    return subtree(tree, unit_id) if any(unit.unit_id == unit_id for unit in tree) else set()


def _in_base(session: Session, round_id: int, scope: set[int]) -> list[tuple[int, int, int]]:
    """Person, unit and number of answers of everyone in the round's D."""
    query = select(Member.person_id, Member.unit_id, Member.answers).where(
        Member.round_id == round_id, (col(Member.exempt) == "") | (col(Member.answers) > 0)
    )
    return [(person, unit, answers) for person, unit, answers in session.exec(query) if unit in scope]


def _topics(session: Session, scopes: dict[int, set[int]]) -> dict[str, Share]:
    """Right first answers ÷ first answers, by topic."""
    shares: dict[str, Share] = defaultdict(lambda: Share(0, 0))
    people: dict[str, set[int]] = defaultdict(set)
    query = (
        select(Answer, QuestionVersion.topic)
        .join(QuestionVersion, col(QuestionVersion.id) == col(Answer.question_version_id))
        .where(col(Answer.round_id).in_(list(scopes)), col(Answer.counted))
    )
    for given, topic in session.exec(query):
        if given.unit_id in scopes[given.round_id]:
            shares[topic] += Share(int(given.is_right), 1)
            people[topic].add(given.person_id)
    return {topic: share for topic, share in sorted(shares.items()) if len(people[topic]) >= SMALLEST_SHOWN}


def _retention(session: Session, people: set[int], first: datetime, end: datetime) -> Share | None:
    """Right on what was asked again at least 24 days after a first right answer ÷ such questions answered."""
    answered_at = col(RecallAsk.answered_at)
    query = select(RecallAsk).where(col(RecallAsk.after_first_right), answered_at >= first, answered_at < end)
    asked = [ask for ask in session.exec(query) if ask.person_id in people]
    if len({ask.person_id for ask in asked}) < SMALLEST_SHOWN:
        return None
    return Share(sum(bool(ask.is_right) for ask in asked), len(asked))
