"""Reading a roster from Excel: tolerant of how it is laid out, exact about what is wrong and where."""

import io
from collections.abc import Sequence
from itertools import compress
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from content.fold import fold
from content.loading.drafts import FileRefused
from content.loading.gate.archive import check_archive
from content.loading.gate.bounds import Bounds
from content.phrases import Phrases
from content.sheets import Column, heading, headings
from participation.roster import Roster, RosterFault, RosterFaults
from participation.roster.cells import column_texts
from participation.roster.checking import check_whole
from participation.roster.rows import Table, TableReading, person_rows, unit_rows
from participation.roster.sheets import PEOPLE_COLUMNS, PEOPLE_SHEET, UNIT_COLUMNS, UNITS_SHEET

HEADING_WITHIN = 20  # titles and merged lines may stand above the headings
# 100,000 people are about 50 MB of sheet and three million elements
BOUNDS = Bounds(
    file_megabytes=20,
    inflated_megabytes=100,
    entries=1_000,
    sheets=100,
    rows=100_000,
    columns=40,
    elements=10_000_000,
    dense=10_000_000,
)


def read_roster(data: bytes, phrases: Phrases) -> Roster:
    """The roster in the bytes of an .xlsx. Raises RosterFaults with everything that is wrong with it."""
    try:
        check_archive(data, BOUNDS)
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            sheets = [_grid(workbook, phrases(key)) for key in (UNITS_SHEET, PEOPLE_SHEET)]
    except FileRefused as refusal:
        raise RosterFaults([RosterFault(refusal.key, values=refusal.values)]) from refusal
    except CalamineError as reason:
        raise RosterFaults([RosterFault("refused.not_xlsx")]) from reason
    faults = [
        RosterFault("roster.fault.missing_sheet", values={"name": phrases(key)})
        for key, sheet in zip((UNITS_SHEET, PEOPLE_SHEET), sheets, strict=True)
        if sheet is None
    ]
    if faults:
        raise RosterFaults(faults)
    return _roster(sheets[0] or [], sheets[1] or [], phrases)


def _roster(units_grid: "Grid", people_grid: "Grid", phrases: Phrases) -> Roster:
    faults: list[RosterFault] = []
    units = _table(units_grid, UNITS_SHEET, UNIT_COLUMNS, phrases, faults)
    people = _table(people_grid, PEOPLE_SHEET, PEOPLE_COLUMNS, phrases, faults)
    if units is None or people is None:
        raise RosterFaults(faults)
    if not units.rows:
        faults.append(RosterFault("roster.fault.no_units", UNITS_SHEET))
    if not people.rows:
        faults.append(RosterFault("roster.fault.no_people", PEOPLE_SHEET))
    roster = Roster(
        unit_rows(TableReading(phrases, UNITS_SHEET, UNIT_COLUMNS, units, faults)),
        person_rows(TableReading(phrases, PEOPLE_SHEET, PEOPLE_COLUMNS, people, faults)),
    )
    faults += check_whole(roster)
    if faults:
        raise RosterFaults(_in_order(faults))
    return roster


Grid = Sequence[Sequence[Any]]


def _grid(workbook: CalamineWorkbook, name: str) -> Grid | None:
    """The cells of the sheet with that name, whatever its case and diacritics; None when there is none."""
    found = next((sheet for sheet in workbook.sheet_names if fold(sheet) == fold(name)), None)
    return None if found is None else workbook.get_sheet_by_name(found).to_python(skip_empty_area=False)


def _table(
    grid: Grid, sheet: str, columns: tuple[Column, ...], phrases: Phrases, faults: list[RosterFault]
) -> Table | None:
    """The filled rows under the headings; None, with faults, when a heading is missing or doubtful."""
    known = headings(phrases, columns)
    upper = [[known.get(heading(cell), "") for cell in cells] for cells in grid[:HEADING_WITHIN]]
    at = max(range(len(upper)), key=lambda index: sum(map(bool, upper[index])), default=0)
    names = upper[at] if upper else []
    before = len(faults)
    for column in columns:
        if column.needed and column.name not in names:
            faults.append(RosterFault("roster.fault.missing_column", sheet, values={"name": phrases(column.key)}))
        if names.count(column.name) > 1:
            faults.append(RosterFault("roster.fault.column_twice", sheet, values={"name": phrases(column.key)}))
    if len(faults) > before:
        return None
    below = list(zip(*grid[at + 1 :], strict=True)) or [()] * len(names)
    texts = {name: column_texts(cells) for name, cells in zip(names, below, strict=True) if name}
    rows = range(at + 2, len(grid) + 1)
    if any(map(all, texts.values())):  # one column is filled throughout, and so is each row
        return Table(rows, texts)
    filled = list(map(any, zip(*texts.values(), strict=True)))
    return Table(list(compress(rows, filled)), {name: list(compress(cells, filled)) for name, cells in texts.items()})


def _in_order(faults: list[RosterFault]) -> list[RosterFault]:
    return sorted(faults, key=lambda fault: (fault.sheet == PEOPLE_SHEET, fault.row))
