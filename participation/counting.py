"""Counting: what one member of a round counts for, and the shares that follow; each formula stands here once.

The counts of whole units are kept in `counters`; which are published, frozen and corrected is said in `figures`.
"""

from collections.abc import Iterable
from datetime import datetime
from operator import add, neg
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from participation.accounts import LINKED
from participation.shares import Share
from store.tables import Account, Consent


class Place(Protocol):
    """A unit and the one above it: a `RoundUnit`, or a plain row with these two columns."""

    @property
    def unit_id(self) -> int:
        """The unit."""

    @property
    def parent_id(self) -> int | None:
        """The unit above it, if any."""


class Standing(Protocol):
    """How a member of a round stands: a `Member`, or a plain row with these columns."""

    exempt: str
    connected: bool
    withdrawn: bool
    answers: int
    rights: int
    finished_at: datetime | None
    attempted_at: datetime | None
    accepted_at: datetime | None


class Counts(NamedTuple):
    """People of one or more units in one round. `rights` and `questions` belong to those who finished.

    A tuple, because a big office has a thousand of them on one page; adding adds the people, not the tuples.
    """

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

    def __add__(self, other: "Counts") -> "Counts":  # type: ignore[override]
        return Counts(*map(add, self, other))

    def __neg__(self) -> "Counts":
        return Counts(*map(neg, self))

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


def pooled(parts: Iterable[Counts]) -> Counts:
    """Counts of several units together: numerators and denominators are added, percentages never averaged."""
    return Counts(*map(sum, zip(*parts, strict=True)))


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


def counts_of(member: Standing) -> Counts:
    """What one member of the snapshot adds to the counts of the unit. Who is exempt and answers all the same counts."""
    absent = not member.answers
    if absent and member.exempt:
        return Counts(snapshot=1, exempt=1)
    has_finished = member.finished_at is not None
    return Counts(
        snapshot=1,
        connected=int(member.connected),
        attempted=int(member.attempted_at is not None),
        accepted=int(member.accepted_at is not None),
        participants=int(not absent),
        finished=int(has_finished),
        absent_unconnected=int(absent and not member.connected),
        withdrawn=int(absent and member.withdrawn),
        rights=member.rights if has_finished else 0,
        questions=member.answers if has_finished else 0,
    )


def linked_people() -> Select[Any]:
    """Who has a linked account; one that blocked us is linked still, it only cannot be written to."""
    return select(col(Account.person_id)).where(col(Account.person_id).is_not(None), col(Account.state).in_(LINKED))


def withdrawn_people() -> Select[Any]:
    """Who has taken consent back and not given it again: no consent of theirs stands."""
    other = aliased(Consent)
    stands = exists().where(col(other.person_id) == col(Consent.person_id), col(other.withdrawn_at).is_(None))
    return select(col(Consent.person_id)).where(col(Consent.withdrawn_at).is_not(None), ~stands)


def is_linked(person_id: object) -> ColumnElement[bool]:
    """Whether one person is among `linked_people`."""
    return linked_people().where(col(Account.person_id) == person_id).exists()


def is_withdrawn(person_id: object) -> ColumnElement[bool]:
    """Whether one person is among `withdrawn_people`."""
    return withdrawn_people().where(col(Consent.person_id) == person_id).exists()
