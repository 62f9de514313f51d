"""Who has not taken part yet: names for the direct head alone, and what may be said about each."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from participation import interaction
from participation.counting import is_linked, is_withdrawn
from store.tables import Member, Person, Round


@dataclass(frozen=True, slots=True)
class Absent:
    """The people of one unit who have not taken part in a round, by name; those who withdrew only as a number.

    `silent` are connected, but every account of theirs is outside its interaction window: nothing reaches them.
    """

    number: int
    connected: tuple[str, ...]
    unconnected: tuple[str, ...]
    withdrawn: int
    silent: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Everyone of D without a valid answer."""
        return len(self.connected) + len(self.unconnected) + len(self.silent) + self.withdrawn


def absent(session: Session, round_id: int, unit_id: int, now: datetime) -> Absent:
    """The absent of one unit, its children left out. The caller has made sure that the asker heads this unit."""
    round_ = session.get_one(Round, round_id)
    linked, withdrawn = is_linked(Member.person_id), is_withdrawn(Member.person_id)
    silent = interaction.is_silent(Member.person_id, interaction.windows(session), now)
    query = (
        select(Person.name, linked, withdrawn, silent)
        .join(Member, col(Member.person_id) == col(Person.id))
        .where(Member.round_id == round_id, Member.unit_id == unit_id, Member.exempt == "", Member.answers == 0)
    )
    rows = session.execute(query).all()
    named = sorted((name, bool(is_on), bool(is_out)) for name, is_on, withdrew, is_out in rows if not withdrew)
    return Absent(
        number=round_.number,
        connected=tuple(name for name, is_on, is_out in named if is_on and not is_out),
        unconnected=tuple(name for name, is_on, _ in named if not is_on),
        withdrawn=sum(1 for row in rows if row[2]),
        silent=tuple(name for name, _, is_out in named if is_out),
    )
