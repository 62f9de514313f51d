"""Checks across rows: codes used twice, units that are not there, a tree that turns in a circle, two heads."""

from collections.abc import Iterator

from participation.roster import Roster, RosterFault, UnitRow
from participation.roster.sheets import PEOPLE_SHEET, UNITS_SHEET


def check_whole(roster: Roster) -> Iterator[RosterFault]:
    """Every fault that shows only when rows are held against each other. Cells with faults of their own are empty."""
    yield from _units(roster)
    yield from _circles(roster)
    yield from _people(roster)


def _units(roster: Roster) -> Iterator[RosterFault]:
    codes = {unit.code for unit in roster.units}
    first: dict[str, int] = {}
    for unit in roster.units:
        values: dict[str, object]
        if unit.code and first.setdefault(unit.code, unit.row) != unit.row:
            values = {"value": unit.code, "first": first[unit.code]}
            yield RosterFault("roster.fault.duplicate", UNITS_SHEET, unit.row, "roster.column.unit_code", values)
        if unit.parent_code and unit.parent_code not in codes:
            values = {"value": unit.parent_code}
            yield RosterFault("roster.fault.unknown_unit", UNITS_SHEET, unit.row, "roster.column.parent_code", values)


def _circles(roster: Roster) -> Iterator[RosterFault]:
    """One fault per circle, at its first row."""
    units = {unit.code: unit for unit in reversed(roster.units) if unit.code}
    cleared: set[str] = set()
    for unit in roster.units:
        trail: dict[str, UnitRow] = {}
        code = unit.code
        while code in units and code not in cleared and code not in trail:
            trail[code] = units[code]
            code = units[code].parent_code
        if code in trail:
            codes = list(trail)[list(trail).index(code) :]
            row = min(units[one].row for one in codes)
            yield RosterFault(
                "roster.fault.cycle",
                UNITS_SHEET,
                row,
                "roster.column.parent_code",
                {"codes": " → ".join([*codes[:10], codes[0]])},
            )
        cleared |= set(trail)


def _people(roster: Roster) -> Iterator[RosterFault]:
    codes = {unit.code for unit in roster.units}
    first: dict[str, int] = {}
    heads: dict[str, int] = {}
    for person in roster.people:
        values: dict[str, object]
        if person.staff_code and first.setdefault(person.staff_code, person.row) != person.row:
            values = {"value": person.staff_code, "first": first[person.staff_code]}
            yield RosterFault("roster.fault.duplicate", PEOPLE_SHEET, person.row, "roster.column.staff_code", values)
        if person.unit_code and person.unit_code not in codes and person.status != "left":
            values = {"value": person.unit_code}
            yield RosterFault("roster.fault.unknown_unit", PEOPLE_SHEET, person.row, "roster.column.unit_code", values)
        elif (
            person.duty == "head" and person.unit_code and heads.setdefault(person.unit_code, person.row) != person.row
        ):
            values = {"value": person.unit_code, "first": heads[person.unit_code]}
            yield RosterFault("roster.fault.two_heads", PEOPLE_SHEET, person.row, "roster.column.duty", values)
