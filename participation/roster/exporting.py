"""The office as it stands, as a roster: what to load again after changing a line."""

from datetime import datetime

from sqlmodel import Session

from participation.roster import PersonRow, Roster, UnitRow
from participation.roster.standing import Standing, StandingPerson, load
from participation.units import office_day


def current_roster(session: Session, now: datetime) -> Roster:
    """Valid units by code and people at work by unit and staff code. Applying it at once changes nothing."""
    standing = load(session, office_day(now))
    codes = {unit.id: unit.code for unit in standing.units.values()}
    working = [person for person in standing.people.values() if person.working]
    working.sort(key=lambda person: (codes[person.unit_id], person.staff_code))
    return Roster(
        tuple(_units(standing, codes)),
        tuple(_person(row, person, standing, codes) for row, person in enumerate(working, 2)),
    )


def _units(standing: Standing, codes: dict[int, str]) -> list[UnitRow]:
    valid = sorted((unit for unit in standing.units.values() if not unit.ended), key=lambda unit: unit.code)
    before: dict[int, list[str]] = {}
    for unit_id, predecessor_id in standing.lineage:
        before.setdefault(unit_id, []).append(codes[predecessor_id])
    return [
        UnitRow(
            row=row,
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            parent_code=codes.get(unit.parent_id or 0, ""),
            predecessor_codes=tuple(sorted(before.get(unit.id, []))),
            valid_from_on=unit.valid_from_on,
        )
        for row, unit in enumerate(valid, 2)
    ]


def _person(row: int, person: StandingPerson, standing: Standing, codes: dict[int, str]) -> PersonRow:
    duties = {unit_id: kind for unit_id, kind in sorted(standing.duties.get(person.id, set()))}
    return PersonRow(
        row=row,
        staff_code=person.staff_code,
        name=person.name,
        unit_code=codes[person.unit_id],
        title=person.title,
        phone=person.phone,
        duty=duties.get(person.unit_id, ""),
        roles=frozenset(standing.roles.get(person.id, set())),
    )
