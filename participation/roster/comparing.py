"""Holding a roster against the office as it stands: added, moved, left, renamed. A dry run; nothing is written."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlmodel import Session

from participation.exemptions import OFFICE_ZONE
from participation.roster import PersonRow, Roster, RosterFault, RosterFaults, UnitRow
from participation.roster.difference import Change, Difference
from participation.roster.sheets import UNITS_SHEET
from participation.roster.standing import Standing, StandingPerson, StandingUnit, load


def compare(session: Session, roster: Roster, now: datetime) -> Difference:
    """What applying the roster now would change. Raises RosterFaults for what only the store can tell."""
    today = now.astimezone(OFFICE_ZONE).date()
    return difference(roster, load(session, today), today)


def difference(roster: Roster, standing: Standing, today: date) -> Difference:
    """The same against a loaded office."""
    if faults := list(_faults(roster, standing, today)):
        raise RosterFaults(faults)
    codes = {unit.id: unit.code for unit in standing.units.values()}
    changes = [
        *_units(roster, standing, codes),
        *_ended(roster, standing),
        *_people(roster, standing, codes),
        *_left(roster, standing, codes),
    ]
    return Difference(tuple(changes), sum(person.working for person in standing.people.values()))


def _faults(roster: Roster, standing: Standing, today: date) -> Iterator[RosterFault]:
    known = {unit.code for unit in roster.units} | set(standing.units)
    for unit in roster.units:
        for code in unit.predecessor_codes:
            if code not in known or code == unit.code:
                values: dict[str, object] = {"value": code}
                key = "roster.fault.unknown_predecessor"
                yield RosterFault(key, UNITS_SHEET, unit.row, "roster.column.predecessors", values)
        if unit.valid_from_on and unit.valid_from_on > today:
            values = {"value": unit.valid_from_on}
            yield RosterFault("roster.fault.future_date", UNITS_SHEET, unit.row, "roster.column.valid_from", values)


def _units(roster: Roster, standing: Standing, codes: dict[int, str]) -> Iterator[Change]:
    for row in roster.units:
        unit = standing.units.get(row.code)
        if unit is None:
            yield Change("unit_added", row.code, row.name, after=row.parent_code)
        else:
            yield from _unit(row, unit, codes.get(unit.parent_id or 0, ""))
        for code in row.predecessor_codes:
            before = standing.units.get(code)
            if unit is None or before is None or (unit.id, before.id) not in standing.lineage:
                yield Change("lineage", row.code, row.name, after=code)


def _unit(row: UnitRow, unit: StandingUnit, parent_code: str) -> Iterator[Change]:
    if unit.ended:
        yield Change("unit_returned", row.code, row.name)
    if row.name != unit.name:
        yield Change("unit_renamed", row.code, row.name, unit.name, row.name)
    if row.parent_code != parent_code:
        yield Change("unit_moved", row.code, row.name, parent_code, row.parent_code)
    valid_from_on = row.valid_from_on or unit.valid_from_on
    if (row.kind, valid_from_on) != (unit.kind, unit.valid_from_on):
        before, after = f"{unit.kind} {unit.valid_from_on:%d/%m/%Y}", f"{row.kind} {valid_from_on:%d/%m/%Y}"
        yield Change("unit_changed", row.code, row.name, before, after)


def _ended(roster: Roster, standing: Standing) -> Iterator[Change]:
    listed = {row.code for row in roster.units}
    for unit in standing.units.values():
        if unit.code not in listed and not unit.ended:
            yield Change("unit_ended", unit.code, unit.name)


def _people(roster: Roster, standing: Standing, codes: dict[int, str]) -> Iterator[Change]:
    people, duties, roles = standing.people, standing.duties, standing.roles
    for row in roster.people:
        if row.status == "left":
            continue
        person = people.get(row.staff_code)
        if person is None:
            yield Change("added", row.staff_code, row.name, "", row.unit_code)
        elif not person.working:
            yield Change("returned", row.staff_code, row.name, "", row.unit_code)
        else:
            yield from _fields(row, person, codes[person.unit_id])
        person_id = person.id if person else 0
        if row.duty or person_id in duties:
            yield from _duty(row, duties.get(person_id, set()), codes)
        if row.roles or person_id in roles:
            yield from _roles(row, roles.get(person_id, set()))


def _duty(row: PersonRow, held: set[tuple[int, str]], codes: dict[int, str]) -> Iterator[Change]:
    duties = {f"{kind} {codes[unit_id]}" for unit_id, kind in held}
    wanted = {f"{row.duty} {row.unit_code}"} if row.duty else set()
    if duties != wanted:
        yield Change("duty", row.staff_code, row.name, ", ".join(sorted(duties)), ", ".join(wanted))


def _roles(row: PersonRow, roles: set[str]) -> Iterator[Change]:
    if roles != row.roles:
        yield Change("roles", row.staff_code, row.name, ", ".join(sorted(roles)), ", ".join(sorted(row.roles)))


def _fields(row: PersonRow, person: StandingPerson, unit_code: str) -> Iterator[Change]:
    if (row.unit_code, row.name, row.title, row.phone) == (unit_code, person.name, person.title, person.phone):
        return  # as nearly everybody
    if row.unit_code != unit_code:
        yield Change("moved", row.staff_code, row.name, unit_code, row.unit_code)
    if row.name != person.name:
        yield Change("renamed", row.staff_code, row.name, person.name, row.name)
    if row.title != person.title:
        yield Change("retitled", row.staff_code, row.name, person.title, row.title)
    if row.phone != person.phone:
        yield Change("phone", row.staff_code, row.name, person.phone or "", row.phone or "")


def _left(roster: Roster, standing: Standing, codes: dict[int, str]) -> Iterator[Change]:
    """People the file says have left, and people it no longer names."""
    staying = {row.staff_code for row in roster.people if row.status == "working"}
    for person in standing.people.values():
        if person.working and person.staff_code not in staying:
            yield Change("left", person.staff_code, person.name, before=codes[person.unit_id])
