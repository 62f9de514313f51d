"""Portions: a step writes to some people or units in one transaction, so that nobody who answers waits long."""

from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from scheduler.caps import Written
from store.tables import Member, Round

PEOPLE, UNITS = 500, 5  # of one transaction; a unit's digest is a dozen queries and a picture
ASKED = 10_000  # people of one transaction whose openings one statement writes
PUT_OFF = 5_000  # messages of one transaction that one statement puts off
BEGUN = "begun"  # the state of an occurrence between its portions


@dataclass(frozen=True, slots=True)
class Portion:
    """What one portion wrote, and the last person or unit it dealt with; 0 when nothing is left."""

    reached: int = 0
    written: Written = field(default_factory=Written)


def next_members(session: Session, round_: Round, after: int) -> list[int]:
    """The next people of a round who count, in order of their ids."""
    query = select(Member.person_id).where(
        Member.round_id == round_.id, Member.exempt == "", col(Member.person_id) > after
    )
    return list(session.exec(query.order_by(col(Member.person_id)).limit(PEOPLE)))


def last_of(people: list[int]) -> int:
    """What a portion of these people has reached: with fewer than there may be, the end."""
    return people[-1] if len(people) == PEOPLE else 0
