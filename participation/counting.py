"""Counting: the people of a round by unit, as they stand now. What the counts mean is said in `figures`."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, and_, case, exists
from sqlmodel import Session, col, func, select

from participation.joining import LINKED
from store.tables import Account, Answer, Consent, Member, RoundUnit


@dataclass(frozen=True, slots=True)
class Counts:
    """People of one or more units in one round. `rights` and `questions` belong to those who finished."""

    snapshot: int = 0
    exempt: int = 0
    connected: int = 0
    attempted: int = 0
    accepted: int = 0
    participants: int = 0
    finished: int = 0
    absent_unconnected: int = 0
    withdrawn: int = 0
    outside: int = 0
    rights: int = 0
    questions: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    @property
    def base(self) -> int:
        """D: everyone of the snapshot but the exempt."""
        return self.snapshot - self.exempt

    @property
    def absent(self) -> int:
        """Those of D who have not taken part."""
        return self.base - self.participants


def pooled(parts: Iterable[Counts]) -> Counts:
    """Counts of several units together: numerators and denominators are added, percentages never averaged."""
    return sum(parts, Counts())


def subtree(tree: Iterable[RoundUnit], unit_id: int) -> set[int]:
    """A unit and everything below it, as the tree stood when the round opened."""
    children: dict[int | None, list[int]] = {}
    for unit in tree:
        children.setdefault(unit.parent_id, []).append(unit.unit_id)
    found, ahead = set[int](), [unit_id]
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead.extend(children.get(here, ()))
    return found


def live_counts(session: Session, round_id: int) -> dict[int, Counts]:
    """Each unit's own counts, without its children, from the counters kept beside the answers."""
    linked = is_linked(Member.person_id)
    in_base = (col(Member.exempt) == "") | (col(Member.answers) > 0)
    absent = in_base & (col(Member.answers) == 0)
    finished = col(Member.finished_at).is_not(None)

    def people(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    query = (
        select(
            Member.unit_id,
            func.count(),
            people(~in_base),
            people(in_base & linked),
            people(in_base & col(Member.attempted_at).is_not(None)),
            people(in_base & col(Member.accepted_at).is_not(None)),
            people(col(Member.answers) > 0),
            people(finished),
            people(absent & ~linked),
            people(absent & is_withdrawn(Member.person_id)),
            func.coalesce(func.sum(case((finished, col(Member.rights)), else_=0)), 0),
            func.coalesce(func.sum(case((finished, col(Member.answers)), else_=0)), 0),
        )  # type: ignore[call-overload]
        .where(Member.round_id == round_id)
        .group_by(col(Member.unit_id))
    )
    outside = _outside(session, round_id)
    found = {}
    for unit_id, *numbers, rights, questions in session.exec(query).all():
        own = Counts(*(int(number) for number in numbers))
        score = Counts(outside=outside.pop(unit_id, 0), rights=int(rights), questions=int(questions))
        found[unit_id] = own + score
    return found | {unit_id: Counts(outside=people_there) for unit_id, people_there in outside.items()}


def _outside(session: Session, round_id: int) -> dict[int, int]:
    """People outside the snapshot who played along, each once: where they stood at their first answer."""
    firsts = (
        select(func.min(Answer.id))
        .where(Answer.round_id == round_id, col(Answer.counted).is_(False))
        .group_by(col(Answer.person_id))
    )
    query = select(Answer.unit_id, func.count()).where(col(Answer.id).in_(firsts)).group_by(col(Answer.unit_id))
    return dict(session.exec(query).all())


def is_linked(person_id: object) -> ColumnElement[bool]:
    """Whether a person has a linked account; one that blocked us is linked still, it only cannot be written to."""
    return exists().where(and_(col(Account.person_id) == person_id, col(Account.state).in_(LINKED)))


def is_withdrawn(person_id: object) -> ColumnElement[bool]:
    """Whether a person has taken consent back and not given it again."""
    given = exists().where(and_(col(Consent.person_id) == person_id, col(Consent.withdrawn_at).is_(None)))
    taken_back = exists().where(and_(col(Consent.person_id) == person_id, col(Consent.withdrawn_at).is_not(None)))
    return and_(taken_back, ~given)
