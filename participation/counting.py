"""Counting: the people of a round by unit, as they stand now, and their shares; each formula stands here once.

Which counts are published, frozen and corrected is said in `figures`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case, exists, literal, or_
from sqlmodel import Session, col, func, select

from participation.joining import LINKED
from participation.shares import Share
from store.tables import Account, Answer, Consent, Member


class Place(Protocol):
    """A unit and the one above it: a `RoundUnit`, or a plain row with these two columns."""

    @property
    def unit_id(self) -> int:
        """The unit."""

    @property
    def parent_id(self) -> int | None:
        """The unit above it, if any."""


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

    @property
    def participation(self) -> Share:
        """Tham gia: people with at least one valid answer ÷ D."""
        return Share(self.participants, self.base)

    @property
    def completion(self) -> Share:
        """Hoàn thành: people who answered every question ÷ D."""
        return Share(self.finished, self.base)

    @property
    def connection(self) -> Share:
        """Kết nối: people in D with a linked account ÷ D."""
        return Share(self.connected, self.base)

    @property
    def acceptance(self) -> Share:
        """Gửi thành công: accepted by the platform ÷ attempted. Not a read receipt."""
        return Share(self.accepted, self.attempted)

    @property
    def score(self) -> Share:
        """Điểm trung bình: right answers of those who finished ÷ the questions put to them."""
        return Share(self.rights, self.questions)


_NUMBERS = attrgetter(*(part.name for part in fields(Counts)))


def pooled(parts: Iterable[Counts]) -> Counts:
    """Counts of several units together: numerators and denominators are added, percentages never averaged."""
    rows = [_NUMBERS(part) for part in parts]
    return Counts(*map(sum, zip(*rows, strict=True)))


def subtree(tree: Iterable[Place], unit_id: int) -> set[int]:
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


def live_counts(session: Session, round_id: int, unit_ids: Collection[int] | None = None) -> dict[int, Counts]:
    """Each unit's own counts, without its children, from the counters kept beside the answers; of these units only.

    Accounts and consents are looked up once for each member in queries of their own: inside the sums they would be
    looked up for every count they have a part in.
    """
    within = _within(round_id, unit_ids)
    found = {unit_id: Counts(*(int(number) for number in numbers)) for unit_id, *numbers in session.exec(_kept(within))}
    linked, withdrawn = _linked(session, within), _withdrawn(session, within)
    counts = {}
    for unit_id, kept in found.items():
        connected, connected_absent = linked.get(unit_id, (0, 0))
        counts[unit_id] = replace(
            kept,
            connected=connected,
            absent_unconnected=kept.absent - connected_absent,
            withdrawn=withdrawn.get(unit_id, 0),
        )
    for unit_id, people in _outside(session, round_id, unit_ids).items():
        counts[unit_id] = counts.get(unit_id, Counts()) + Counts(outside=people)
    return counts


def _within(round_id: int, unit_ids: Collection[int] | None) -> ColumnElement[bool]:
    of_round = col(Member.round_id) == round_id
    return of_round if unit_ids is None else and_(of_round, col(Member.unit_id).in_(unit_ids))


def _in_base() -> ColumnElement[bool]:
    return or_(col(Member.exempt) == "", col(Member.answers) > 0)


def _people(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _kept(within: ColumnElement[bool]) -> Any:
    """What stands in the members' own rows, in the order of `Counts`; noughts for what does not."""
    in_base, finished = _in_base(), col(Member.finished_at).is_not(None)
    return (
        select(
            Member.unit_id,
            func.count(),
            _people(~in_base),
            literal(0),
            _people(and_(in_base, col(Member.attempted_at).is_not(None))),
            _people(and_(in_base, col(Member.accepted_at).is_not(None))),
            _people(col(Member.answers) > 0),
            _people(finished),
            literal(0),
            literal(0),
            literal(0),
            func.coalesce(func.sum(case((finished, col(Member.rights)), else_=0)), 0),
            func.coalesce(func.sum(case((finished, col(Member.answers)), else_=0)), 0),
        )  # type: ignore[call-overload]
        .where(within)
        .group_by(col(Member.unit_id))
    )


def _linked(session: Session, within: ColumnElement[bool]) -> dict[int, tuple[int, int]]:
    """People in D with a linked account, and those of them who have not taken part."""
    absent = _people(col(Member.answers) == 0)
    query = select(Member.unit_id, func.count(), absent).where(within, _in_base(), is_linked(Member.person_id))
    found = session.exec(query.group_by(col(Member.unit_id)))
    return {unit_id: (people, int(not_yet)) for unit_id, people, not_yet in found}


def _withdrawn(session: Session, within: ColumnElement[bool]) -> dict[int, int]:
    """People in D who have not taken part and took their consent back."""
    absent = and_(within, col(Member.exempt) == "", col(Member.answers) == 0)
    query = select(Member.unit_id, func.count()).where(absent, is_withdrawn(Member.person_id))
    return dict(session.exec(query.group_by(col(Member.unit_id))).all())


def _outside(session: Session, round_id: int, unit_ids: Collection[int] | None) -> dict[int, int]:
    """People outside the snapshot who played along, each once: where they stood at their first answer."""
    firsts = (
        select(func.min(Answer.id))
        .where(Answer.round_id == round_id, col(Answer.counted).is_(False))
        .group_by(col(Answer.person_id))
    )
    query = select(Answer.unit_id, func.count()).where(col(Answer.id).in_(firsts)).group_by(col(Answer.unit_id))
    if unit_ids is not None:
        query = query.where(col(Answer.unit_id).in_(unit_ids))
    return dict(session.exec(query).all())


def is_linked(person_id: object) -> ColumnElement[bool]:
    """Whether a person has a linked account; one that blocked us is linked still, it only cannot be written to."""
    return exists().where(and_(col(Account.person_id) == person_id, col(Account.state).in_(LINKED)))


def is_withdrawn(person_id: object) -> ColumnElement[bool]:
    """Whether a person has taken consent back and not given it again."""
    given = exists().where(and_(col(Consent.person_id) == person_id, col(Consent.withdrawn_at).is_(None)))
    taken_back = exists().where(and_(col(Consent.person_id) == person_id, col(Consent.withdrawn_at).is_not(None)))
    return and_(taken_back, ~given)
