"""Who has not taken part yet: names for the direct head alone, and what may be said about each."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from participation.counting import is_linked, is_withdrawn
from store.tables import Member, Person, Round


@dataclass(frozen=True, slots=True)
class Absent:
    """The people of one unit who have not taken part in a round, by name; those who withdrew only as a number."""

    number: int
    connected: tuple[str, ...]
    unconnected: tuple[str, ...]
    withdrawn: int

    @property
    def total(self) -> int:
        """Everyone of D without a valid answer."""
        return len(self.connected) + len(self.unconnected) + self.withdrawn


def absent(session: Session, round_id: int, unit_id: int) -> Absent:
    """The absent of one unit, its children left out. The caller has made sure that the asker heads this unit."""
    round_ = session.get_one(Round, round_id)
    linked, withdrawn = is_linked(Member.person_id), is_withdrawn(Member.person_id)
    query = (
        select(Person.name, linked, withdrawn)
        .join(Member, col(Member.person_id) == col(Person.id))
        .where(Member.round_id == round_id, Member.unit_id == unit_id, Member.exempt == "", Member.answers == 0)
    )
    rows = session.execute(query).all()
    named = sorted((name, bool(is_on)) for name, is_on, has_withdrawn in rows if not has_withdrawn)
    return Absent(
        number=round_.number,
        connected=tuple(name for name, is_on in named if is_on),
        unconnected=tuple(name for name, is_on in named if not is_on),
        withdrawn=sum(1 for row in rows if row[2]),
    )
