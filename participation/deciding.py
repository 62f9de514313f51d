"""Deciding on leave: who may. Those who directly head the unit, never a person's peers, else whoever is above."""

from datetime import date

from sqlmodel import Session, select

from participation import units
from store.tables import Person

LAST_RESORT = "roster_admin"


def deciders(session: Session, person_id: int, on: date) -> frozenset[int]:
    """Who decides on a person's leave that day: head, deputies and delegates of the unit.

    Deputies do not decide on deputies nor delegates on delegates, and a head's own leave is a matter for the unit
    above. Where nobody is found up to the top, the roster admins decide. Nobody decides on his own leave.
    """
    person = session.get(Person, person_id)
    if person is None or person.status != "working":
        return frozenset()
    way = units.path(session, person.unit_id, on)
    duties = {step.id: units.duties(session, step.id, on) for step in way}
    headed = [place for place, step in enumerate(way) if (person_id, "head") in duties[step.id]]
    for step in reversed(way[: headed[0]] if headed else way):
        own = {kind for holder, kind in duties[step.id] if holder == person_id}
        found = {holder for holder, kind in duties[step.id] if kind not in own} - {person_id}
        if found:
            return frozenset(found)
    return units.holders(session, LAST_RESORT, on) - {person_id}


def may_decide(session: Session, decider_id: int, person_id: int, on: date) -> bool:
    """Whether somebody decides on this person's leave that day."""
    return decider_id in deciders(session, person_id, on)


def enterable(session: Session, actor_id: int, staff_code: str, on: date) -> Person | None:
    """The person with that code, if this actor may enter an absence of theirs; None for anybody else's, or nobody's."""
    query = select(Person).where(Person.staff_code == staff_code.strip().upper(), Person.status == "working")
    person = session.exec(query).first()
    return person if person is not None and may_enter(session, actor_id, person.id or 0, on) else None


def may_enter(session: Session, actor_id: int, person_id: int, on: date) -> bool:
    """Whether somebody may enter an absence of this person: who decides on it, or a roster admin for anybody else."""
    if actor_id == person_id:
        return False
    is_keeper = LAST_RESORT in units.roles(session, actor_id, on)
    return is_keeper or may_decide(session, actor_id, person_id, on)
