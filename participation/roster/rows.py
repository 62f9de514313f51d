"""One row of the file as a unit or a person; what does not fit is noted with its column."""

from typing import Any

from content.cells import cell_code, cell_day, cell_text
from content.fold import fold
from content.phrases import Phrases
from content.sheets import Column, split_list, vocabulary
from participation.phones import canonical_phone
from participation.roster import PersonRow, RosterFault, UnitRow


class RowReading:
    """Reads cells of one sheet. Every fault goes into `faults`; the value returned then is empty."""

    def __init__(self, phrases: Phrases, sheet: str, columns: tuple[Column, ...], faults: list[RosterFault]) -> None:
        self._sheet, self._faults = sheet, faults
        self._columns = {column.name: column for column in columns}
        self._words = {column.name: vocabulary(phrases, column.words) for column in columns}
        self._meant: dict[tuple[str, str], str] = {}  # what a column says again and again is looked up once
        self._allowed = {column.name: ", ".join(phrases(word.key) for word in column.words) for column in columns}

    def fault(self, row: int, name: str, key: str, **values: object) -> None:
        """Note what is wrong with a cell."""
        self._faults.append(RosterFault(key, self._sheet, row, self._columns[name].key, values))

    def text(self, row: int, name: str, cells: dict[str, Any]) -> str:
        """Clean text within the column's limit; empty where the column must be filled is a fault."""
        return self._measured(row, name, cell_text(cells.get(name, "")))

    def code(self, row: int, name: str, cells: dict[str, Any]) -> str:
        """A code; commas and semicolons separate codes, so none may stand inside one."""
        code = self._measured(row, name, cell_code(cells.get(name, "")))
        if "," in code or ";" in code:
            self.fault(row, name, "roster.fault.bad_code", value=code)
            return ""
        return code

    def word(self, row: int, name: str, written: str) -> str:
        """The value a word of the column's list stands for; empty for anything else, which is a fault."""
        if not written:
            return ""
        value = self._meant.get((name, written))
        if value is None:
            value = self._meant[name, written] = self._words[name].get(fold(written), "")
        if not value:
            self.fault(row, name, "roster.fault.unknown_word", value=written[:60], allowed=self._allowed[name])
        return value

    def _measured(self, row: int, name: str, text: str) -> str:
        column = self._columns[name]
        if column.filled and not text:
            self.fault(row, name, "roster.fault.empty")
        if len(text) > column.limit:
            self.fault(row, name, "roster.fault.too_long", length=len(text), limit=column.limit)
            return ""
        return text


def unit_row(read: RowReading, row: int, cells: dict[str, Any]) -> UnitRow:
    """A row of the sheet of units."""
    valid_from_on = None
    try:
        valid_from_on = cell_day(cells.get("valid_from", ""))
    except ValueError:
        read.fault(row, "valid_from", "roster.fault.bad_date", value=cell_text(cells["valid_from"])[:60])
    predecessors = read.text(row, "predecessors", cells)
    return UnitRow(
        row=row,
        code=read.code(row, "code", cells),
        name=read.text(row, "name", cells),
        kind=read.text(row, "kind", cells),
        parent_code=read.code(row, "parent_code", cells),
        predecessor_codes=tuple(dict.fromkeys(cell_code(code) for code in split_list(predecessors))),
        valid_from_on=valid_from_on,
    )


def person_row(read: RowReading, row: int, cells: dict[str, Any]) -> PersonRow:
    """A row of the sheet of people. Who has left holds no duty and no role, whatever the row says."""
    written = read.text(row, "phone", cells)
    phone = canonical_phone(written) if written else None
    if written and phone is None:
        read.fault(row, "phone", "roster.fault.bad_phone", value=written)
    status = read.word(row, "status", read.text(row, "status", cells)) or "working"
    duty = read.word(row, "duty", read.text(row, "duty", cells))
    roles = [read.word(row, "roles", written) for written in split_list(read.text(row, "roles", cells))]
    working = status == "working"
    return PersonRow(
        row=row,
        staff_code=read.code(row, "staff_code", cells),
        name=read.text(row, "name", cells),
        unit_code=read.code(row, "unit_code", cells),
        title=read.text(row, "title", cells),
        phone=phone,
        status=status,
        duty=duty if working else "",
        roles=frozenset(role for role in roles if role and working),
    )
