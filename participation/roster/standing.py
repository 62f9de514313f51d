"""The office as it stands, loaded once into maps: what a roster is held against."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import or_
from sqlmodel import Session, col, select

from store.tables import Duty, Grant, Person, Unit, UnitLineage


@dataclass(frozen=True, slots=True)
class StandingUnit:
    """A unit, valid or ended."""

    id: int
    code: str
    name: str
    kind: str
    parent_id: int | None
    valid_from_on: date
    ended: bool


class StandingPerson(NamedTuple):
    """A person, working or left."""

    id: int
    staff_code: str
    name: str
    unit_id: int
    title: str
    phone: str | None
    status: str

    @property
    def working(self) -> bool:
        """Whether the person has not left."""
        return self.status == "working"


@dataclass(frozen=True, slots=True)
class Standing:
    """Units and people by code; duties and roles that hold today by person; lineage as pairs of unit ids.

    Duties are kept as (unit id, kind), heads and deputies alone: delegates are not the roster's business.
    """

    units: dict[str, StandingUnit]
    people: dict[str, StandingPerson]
    duties: dict[int, set[tuple[int, str]]]
    roles: dict[int, set[str]]
    lineage: set[tuple[int, int]]


def load(session: Session, today: date) -> Standing:
    """Everything in five queries, however many people there are."""
    return Standing(
        units={unit.code: unit for unit in _units(session, today)},
        people={person.staff_code: person for person in _people(session)},
        duties=_duties(session, today),
        roles=_roles(session, today),
        lineage=set(session.exec(select(UnitLineage.unit_id, UnitLineage.predecessor_id))),
    )


def _units(session: Session, today: date) -> Iterator[StandingUnit]:
    for unit in session.exec(select(Unit)):
        ended = unit.valid_until_on is not None and unit.valid_until_on < today
        yield StandingUnit(unit.id or 0, unit.code, unit.name, unit.kind, unit.parent_id, unit.valid_from_on, ended)


def _people(session: Session) -> Iterator[StandingPerson]:
    """Straight from the connection: the session's own way of handing out rows costs as much again."""
    columns: Any = Person.id, Person.staff_code, Person.name, Person.unit_id, Person.title, Person.phone, Person.status
    return map(StandingPerson._make, session.connection().execute(select(*columns)))


def _duties(session: Session, today: date) -> dict[int, set[tuple[int, str]]]:
    held: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for person_id, unit_id, kind in session.exec(
        select(Duty.person_id, Duty.unit_id, Duty.kind).where(
            col(Duty.kind).in_(("head", "deputy")), or_(col(Duty.until_on).is_(None), col(Duty.until_on) >= today)
        )
    ):
        held[person_id].add((unit_id, kind))
    return held


def _roles(session: Session, today: date) -> dict[int, set[str]]:
    held: dict[int, set[str]] = defaultdict(set)
    for person_id, role in session.exec(
        select(Grant.person_id, Grant.role).where(or_(col(Grant.until_on).is_(None), col(Grant.until_on) >= today))
    ):
        held[person_id].add(role)
    return held
