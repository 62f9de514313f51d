"""Item statistics: how a question does, over everybody and nobody in particular. For those who keep the content.

Nothing is told of fewer than five people, nor ever by person or unit.
"""

import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from participation.item_answers import Answers, ItemAnswers, asked_since, read_answers, waits
from participation.key_changes import UnknownCode
from participation.shares import Share
from participation.small_groups import SMALLEST_SHOWN
from store.tables import QuestionVersion

ENOUGH = 30  # people for a discrimination
FAST = timedelta(seconds=3)  # nobody reads a question in less
EASY, HARD, WEAK, HASTY = "easy", "hard", "weak", "hasty"  # worth a look because
EASY_FROM, HARD_UP_TO, WEAK_BELOW, HASTY_ABOVE = 950, 300, 0.1, 200  # shares in tenths of a percent
MOST = 8
RECENT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """How one question does. `discrimination` is None below 30 people, `fast` when asking is known of too few.

    `flags`: too `easy` (95% right or more), too `hard` (30% or less), `weak` in telling (discrimination below 0.1),
    `hasty` (more than 20% answered within 3 seconds).
    """

    code: str
    stem: str
    people: int
    right: Share
    discrimination: float | None
    fast: Share | None
    flags: tuple[str, ...]


def item_statistics(session: Session, code: str) -> ItemStatistics | None:
    """The statistics of one current question, however its case was typed; None for fewer than five people.

    Raises `UnknownCode`.
    """
    known = {question.code.lower(): question for question in _current(session)}
    question = known.get(code.strip().lower())
    if question is None:
        raise UnknownCode(code=code)
    return next(iter(_statistics(session, [question])), None)


def worth_a_look(session: Session, now: datetime, most: int = MOST) -> list[ItemStatistics]:
    """The flagged ones of the questions asked in the last 90 days, those with most flags and most people first."""
    recent = asked_since(session, now - RECENT)
    flagged = [
        found
        for found in _statistics(session, [question for question in _current(session) if question.code in recent])
        if found.flags
    ]
    return sorted(flagged, key=lambda found: (-len(found.flags), -found.people, found.code))[:most]


def discrimination(item: ItemAnswers, answers: Answers) -> float | None:
    """Point-biserial correlation of this item with the share right on the person's other answers.

    r = (M1 − M0) / s · √(p·q): M1 and M0 are the mean shares of those who were right and wrong here, s the standard
    deviation of all shares, p and q the parts of both; it equals Pearson's r with the item as 0 and 1, and leaves the
    item itself out ("corrected item-total correlation", Lord and Novick, Statistical Theories of Mental Test Scores,
    1968, ch. 15). None for fewer than 30 people with other answers, or when all items or all shares are equal.
    """
    here, elsewhere = list[float](), list[float]()
    for person, first in item.firsts.items():
        given, right = answers.everything[person]
        mine, mine_right = item.given[person]
        if given > mine:
            here.append(float(first.is_right))
            elsewhere.append((right - mine_right) / (given - mine))
    if len(here) < ENOUGH or len(set(here)) == 1 or len(set(elsewhere)) == 1:
        return None
    return statistics.correlation(here, elsewhere)


def _current(session: Session) -> Sequence[QuestionVersion]:
    return session.exec(
        select(QuestionVersion).where(col(QuestionVersion.current)).order_by(col(QuestionVersion.code))
    ).all()


def _statistics(session: Session, questions: Sequence[QuestionVersion]) -> list[ItemStatistics]:
    answers = read_answers(session, questions)
    shown = [question for question in questions if len(answers.items[question.code].firsts) >= SMALLEST_SHOWN]
    waited = waits(session, [answers.items[question.code] for question in shown])
    return [_one(question, answers, waited[place]) for place, question in enumerate(shown)]


def _one(question: QuestionVersion, answers: Answers, waited: Collection[timedelta]) -> ItemStatistics:
    item = answers.items[question.code]
    right = Share(sum(first.is_right for first in item.firsts.values()), len(item.firsts))
    telling = discrimination(item, answers)
    fast = Share(sum(wait <= FAST for wait in waited), len(waited)) if len(waited) >= SMALLEST_SHOWN else None
    return ItemStatistics(
        code=question.code,
        stem=question.stem,
        people=len(item.firsts),
        right=right,
        discrimination=telling,
        fast=fast,
        flags=_flags(right, telling, fast),
    )


def _flags(right: Share, telling: float | None, fast: Share | None) -> tuple[str, ...]:
    """Judged by the exact shares: rounding decides nothing."""
    found = {
        EASY: right.n * 1000 >= EASY_FROM * right.base,
        HARD: right.n * 1000 <= HARD_UP_TO * right.base,
        WEAK: telling is not None and telling < WEAK_BELOW,
        HASTY: fast is not None and fast.n * 1000 > HASTY_ABOVE * fast.base,
    }
    return tuple(flag for flag, is_so in found.items() if is_so)
