"""Writing a roster as Excel: the empty template with drop-downs and a guide, or the same file filled in."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from content.phrases import Phrases
from content.sheets import Column, shown
from participation.roster import PersonRow, Roster, UnitRow
from participation.roster.sheets import (
    DUTIES,
    PEOPLE_COLUMNS,
    PEOPLE_SHEET,
    ROLES,
    STATUSES,
    UNIT_COLUMNS,
    UNITS_SHEET,
)

FORMATTED_ROWS = 5_000  # how far down the drop-downs and the input messages reach
MADE_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - the same roster gives the same bytes; Excel keeps no zone


def write_template(phrases: Phrases) -> bytes:
    """The empty file an office fills in."""
    return write_roster(Roster((), ()), phrases)


def write_roster(roster: Roster, phrases: Phrases) -> bytes:
    """The roster as the same file a user would load. Every cell is written as text: nothing becomes a formula."""
    import xlsxwriter  # type: ignore[import-untyped]  # only now: it holds 20 MB

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"created": MADE_AT})
    looks = Looks(
        heading=workbook.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}),
        text=workbook.add_format({"num_format": "@"}),
        prose=workbook.add_format({"text_wrap": True, "valign": "top"}),
    )
    units = [_unit_cells(unit) for unit in roster.units]
    people = [_person_cells(person, phrases) for person in roster.people]
    kinds = [kind.strip() for kind in phrases("roster.word.kinds").split(";")]
    _sheet(workbook, phrases, looks, UNITS_SHEET, UNIT_COLUMNS, units, {"kind": kinds})
    _sheet(workbook, phrases, looks, PEOPLE_SHEET, PEOPLE_COLUMNS, people, {})
    _guide(workbook, phrases, looks)
    workbook.close()
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Looks:
    """The three cell formats of the file."""

    heading: Any
    text: Any
    prose: Any


def _unit_cells(unit: UnitRow) -> list[str]:
    valid_from = unit.valid_from_on.strftime("%d/%m/%Y") if unit.valid_from_on else ""
    return [unit.code, unit.name, unit.kind, unit.parent_code, ", ".join(unit.predecessor_codes), valid_from]


def _person_cells(person: PersonRow, phrases: Phrases) -> list[str]:
    roles = ", ".join(shown(phrases, ROLES, role) for role in sorted(person.roles))
    status, duty = shown(phrases, STATUSES, person.status), shown(phrases, DUTIES, person.duty)
    return [person.staff_code, person.name, person.unit_code, person.title, person.phone or "", status, duty, roles]


def _sheet(
    workbook: Any,
    phrases: Phrases,
    looks: Looks,
    key: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    suggestions: dict[str, list[str]],
) -> None:
    sheet = workbook.add_worksheet(phrases(key))
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, looks.text)
        sheet.write_string(0, at, phrases(column.key), looks.heading)
        words = suggestions.get(column.name) or [phrases(word.key) for word in column.words]
        sheet.data_validation(1, at, FORMATTED_ROWS, at, _validation(phrases, column, words))
    for number, cells in enumerate(rows, 1):
        for at, text in enumerate(cells):
            if text:
                sheet.write_string(number, at, text, looks.text)


def _validation(phrases: Phrases, column: Column, words: list[str]) -> dict[str, Any]:
    """The drop-down and the input message of a column. Only single-word columns insist on their list."""
    rule: dict[str, Any] = {
        "validate": "any",
        "input_title": phrases(column.key),
        "input_message": phrases(column.note),
    }
    if words:
        insists = bool(column.words) and column.name != "roles"
        rule |= {
            "validate": "list",
            "source": words,
            "error_type": "stop" if insists else "information",
            "error_title": phrases("roster.template.choose_title"),
            "error_message": phrases("roster.template.choose"),
        }
    return rule


def _guide(workbook: Any, phrases: Phrases, looks: Looks) -> None:
    sheet = workbook.add_worksheet(phrases("roster.sheet.guide"))
    sheet.set_column(0, 0, 24, looks.prose)
    sheet.set_column(1, 7, 22, looks.prose)
    sheet.write_string(0, 0, phrases("roster.template.guide_title"), looks.heading)
    row = 2
    for line in phrases("roster.template.guide").split("\n"):
        sheet.merge_range(row, 0, row, 5, line, looks.prose)
        row += 1
    sheet.write_string(row + 1, 0, phrases("roster.template.examples"), looks.heading)
    row = _example(sheet, phrases, looks, row + 2, UNIT_COLUMNS, _example_unit(phrases))
    _example(sheet, phrases, looks, row, PEOPLE_COLUMNS, _example_person(phrases))


def _example(
    sheet: Any, phrases: Phrases, looks: Looks, row: int, columns: Sequence[Column], cells: Sequence[str]
) -> int:
    for at, (column, text) in enumerate(zip(columns, cells, strict=True)):
        sheet.write_string(row, at, phrases(column.key), looks.heading)
        sheet.write_string(row + 1, at, text, looks.prose)
    return row + 3


def _example_unit(say: Callable[[str], str]) -> list[str]:
    kind = say("roster.word.kinds").split(";")[3].strip()
    return [
        say("roster.template.example_unit_code"),
        say("roster.template.example_unit_name"),
        kind,
        say("roster.template.example_parent_code"),
        "",
        say("roster.template.example_valid_from"),
    ]


def _example_person(say: Callable[[str], str]) -> list[str]:
    return [
        say("roster.template.example_staff_code"),
        say("roster.template.example_person_name"),
        say("roster.template.example_unit_code"),
        say("roster.template.example_title"),
        say("roster.template.example_phone"),
        say("roster.word.working"),
        say("roster.word.head"),
        say("roster.word.content_admin"),
    ]
