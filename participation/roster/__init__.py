"""The roster: an office as its Excel file states it. This file holds the rows and what may be wrong with them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from content.phrases import Phrases


class UnitRow(NamedTuple):
    """One unit. `row` is the line in the sheet; `parent_code` is empty at the top; `valid_from_on` may be left out."""

    row: int
    code: str
    name: str
    kind: str
    parent_code: str = ""
    predecessor_codes: tuple[str, ...] = ()
    valid_from_on: date | None = None


class PersonRow(NamedTuple):
    """One person. `status`: working, left. `duty`: empty, head, deputy. `phone`: ten digits or None."""

    row: int
    staff_code: str
    name: str
    unit_code: str
    title: str = ""
    phone: str | None = None
    status: str = "working"
    duty: str = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Roster:
    """A whole roster without faults of its own: who is not in it has left."""

    units: tuple[UnitRow, ...]
    people: tuple[PersonRow, ...]


@dataclass(frozen=True, slots=True)
class RosterFault:
    """One thing to put right: a phrase key with its values, and where (`sheet`, `column`: phrase keys or empty)."""

    key: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    values: dict[str, object] = field(default_factory=dict)

    def told(self, phrases: Phrases) -> str:
        """The fault as a person reads it."""
        what = phrases(self.key, **self.values)
        if not self.sheet:
            return what
        sheet = phrases(self.sheet)
        if self.column:
            return phrases("roster.place.cell", sheet=sheet, row=self.row, column=phrases(self.column), what=what)
        return phrases("roster.place.sheet", sheet=sheet, what=what)


class RosterFaults(Exception):
    """The roster cannot be used as it stands. `faults` holds everything that was found, in order."""

    def __init__(self, faults: Iterable[RosterFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(fault.key for fault in self.faults[:10]))

    def told(self, phrases: Phrases) -> list[str]:
        """One line per fault."""
        return [fault.told(phrases) for fault in self.faults]
