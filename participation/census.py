"""The census: each unit's counts of a round from the rows of its members, which is what the counters must come to."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import Session, col, func, select

from participation.counting import Counts
from store.tables import Answer, Member, RoundUnit


def census(session: Session, round_id: int) -> dict[int, Counts]:
    """Each unit's own counts, without its children: `counting.counts_of` over all members, and people outside."""
    session.flush()
    counts = {unit_id: Counts(*map(int, row)) for unit_id, *row in session.exec(_inside(round_id))}
    for unit_id, people in session.exec(_outside(round_id)):
        counts[unit_id] = counts.get(unit_id, Counts()) + Counts(outside=people)
    return counts


def _people(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _inside(round_id: int) -> Any:
    """Sums in the order of `Counts`; a nought for `outside`."""
    is_in = or_(col(Member.exempt) == "", col(Member.answers) > 0)
    took_part, finished = col(Member.answers) > 0, col(Member.finished_at).is_not(None)
    absent = and_(is_in, ~took_part)
    return (
        select(
            Member.unit_id,
            func.count(),
            _people(~is_in),
            _people(and_(is_in, col(Member.connected))),
            _people(and_(is_in, col(Member.attempted_at).is_not(None))),
            _people(and_(is_in, col(Member.accepted_at).is_not(None))),
            _people(took_part),
            _people(finished),
            _people(and_(absent, ~col(Member.connected))),
            _people(and_(absent, col(Member.withdrawn))),
            0 * func.count(),
            func.sum(case((finished, col(Member.rights)), else_=0)),
            func.sum(case((finished, col(Member.answers)), else_=0)),
        )  # type: ignore[call-overload]
        .where(Member.round_id == round_id)
        .group_by(col(Member.unit_id))
    )


def _outside(round_id: int) -> Any:
    """People outside the snapshot who played along, each once: where they stood at their first answer.

    Where the round knows no such unit, they are in no figure at all.
    """
    firsts = (
        select(func.min(Answer.id))
        .where(Answer.round_id == round_id, col(Answer.counted).is_(False))
        .group_by(col(Answer.person_id))
    )
    known = and_(col(RoundUnit.round_id) == round_id, col(RoundUnit.unit_id) == col(Answer.unit_id))
    query = select(Answer.unit_id, func.count()).join(RoundUnit, known).where(col(Answer.id).in_(firsts))
    return query.group_by(col(Answer.unit_id))
