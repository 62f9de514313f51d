"""The rows of a sheet as units or people, column by column; what does not fit is noted with its row and column."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from content.cells import cell_code, cell_day
from content.fold import fold
from content.phrases import Phrases
from content.sheets import Column, split_list, vocabulary
from participation.phones import MOBILE, canonical_phone
from participation.roster import PersonRow, RosterFault, UnitRow
from participation.roster.cells import column_codes


@dataclass(frozen=True, slots=True)
class Table:
    """The filled rows of a sheet: their numbers as Excel shows them, and the clean texts of the columns it has."""

    rows: Sequence[int]
    columns: dict[str, Sequence[str]]


class TableReading:
    """Reads columns of one sheet. Every fault goes into `faults`; the value returned then is empty.

    A column is looked over as a whole, and row by row only where that finds a fault.
    """

    def __init__(
        self, phrases: Phrases, sheet: str, columns: tuple[Column, ...], table: Table, faults: list[RosterFault]
    ) -> None:
        self._phrases, self._sheet, self._faults = phrases, sheet, faults
        self._columns = {column.name: column for column in columns}
        self._table = table
        self.rows = table.rows

    def texts(self, name: str) -> Sequence[str]:
        """Clean texts within the column's limit; empty where the column must be filled is a fault."""
        return self._measured(name, self._written(name))

    def codes(self, name: str) -> Sequence[str]:
        """Codes; commas and semicolons separate codes, so none may stand inside one."""
        codes = self._measured(name, column_codes(self._written(name)))
        unfit = {code for code in codes if "," in code or ";" in code}
        self._refuse(name, codes, unfit, "roster.fault.bad_code")
        return ["" if code in unfit else code for code in codes] if unfit else codes

    def phones(self, name: str) -> Sequence[str | None]:
        """Mobile numbers of ten digits; None where there is none."""
        texts = self.texts(name)
        if "".join(texts).isascii() and all(map(MOBILE.fullmatch, filter(None, texts))):
            return [text or None for text in texts]  # as nearly always
        phones = [canonical_phone(text) if text else None for text in texts]
        unfit = {text for text, phone in zip(texts, phones, strict=True) if text and phone is None}
        self._refuse(name, texts, unfit, "roster.fault.bad_phone")
        return phones

    def days(self, name: str) -> Sequence[date | None]:
        """Days; None where there is none."""
        texts = self._written(name)
        days = dict[str, date | None]()
        unfit = set[str]()
        for text in set(texts):
            try:
                days[text] = cell_day(text)
            except ValueError:
                unfit.add(text)
        self._refuse(name, texts, unfit, "roster.fault.bad_date")
        return [days.get(text) for text in texts]

    def words(self, name: str) -> Sequence[str]:
        """The values that words of the column's list stand for; empty for anything else, which is a fault."""
        texts = self.texts(name)
        meant = self._meant(name, texts, {text: [text] if text else [] for text in set(texts)})
        return [meant[text][0] if meant[text] else "" for text in texts]

    def sets(self, name: str) -> Sequence[frozenset[str]]:
        """The same for cells that hold several words."""
        texts = self.texts(name)
        meant = self._meant(name, texts, {text: split_list(text) for text in set(texts)})
        sets = {text: frozenset(values) for text, values in meant.items()}
        return [sets[text] for text in texts]

    def _written(self, name: str) -> Sequence[str]:
        return self._table.columns.get(name) or [""] * len(self.rows)

    def _measured(self, name: str, texts: Sequence[str]) -> Sequence[str]:
        column = self._columns[name]
        if not (column.filled and "" in texts) and max(map(len, texts), default=0) <= column.limit:
            return texts
        for row, text in zip(self.rows, texts, strict=True):
            if column.filled and not text:
                self._fault(row, name, "roster.fault.empty")
            if len(text) > column.limit:
                self._fault(row, name, "roster.fault.too_long", length=len(text), limit=column.limit)
        return [text if len(text) <= column.limit else "" for text in texts]

    def _meant(self, name: str, texts: Sequence[str], said: dict[str, list[str]]) -> dict[str, list[str]]:
        """Of each text, which says these words, what the known ones stand for; the others are faults."""
        words = self._columns[name].words
        known = vocabulary(self._phrases, words)
        meant = {text: [known[fold(word)] for word in written if fold(word) in known] for text, written in said.items()}
        if unfit := {text for text in said if len(meant[text]) < len(said[text])}:
            allowed = ", ".join(self._phrases(word.key) for word in words)
            for row, text in zip(self.rows, texts, strict=True):
                for word in said[text] if text in unfit else ():
                    if fold(word) not in known:
                        self._fault(row, name, "roster.fault.unknown_word", value=word[:60], allowed=allowed)
        return meant

    def _refuse(self, name: str, texts: Sequence[str], unfit: Collection[str], key: str) -> None:
        if unfit:
            for row, text in zip(self.rows, texts, strict=True):
                if text in unfit:
                    self._fault(row, name, key, value=text[:60])

    def _fault(self, row: int, name: str, key: str, **values: object) -> None:
        self._faults.append(RosterFault(key, self._sheet, row, self._columns[name].key, values))


def unit_rows(read: TableReading) -> tuple[UnitRow, ...]:
    """The rows of the sheet of units."""
    valid_from = read.days("valid_from")
    predecessors = [
        tuple(dict.fromkeys(cell_code(code) for code in split_list(text))) for text in read.texts("predecessors")
    ]
    codes, names, kinds = read.codes("code"), read.texts("name"), read.texts("kind")
    parents = read.codes("parent_code")
    return tuple(map(UnitRow, read.rows, codes, names, kinds, parents, predecessors, valid_from))


def person_rows(read: TableReading) -> tuple[PersonRow, ...]:
    """The rows of the sheet of people. Who has left holds no duty and no role, whatever the row says."""
    phones = read.phones("phone")
    statuses = [status or "working" for status in read.words("status")]
    duties, roles = read.words("duty"), read.sets("roles")
    if "left" in statuses:
        duties = [duty if status == "working" else "" for duty, status in zip(duties, statuses, strict=True)]
        roles = [some if status == "working" else frozenset() for some, status in zip(roles, statuses, strict=True)]
    codes, names, units = read.codes("staff_code"), read.texts("name"), read.codes("unit_code")
    titles = read.texts("title")
    return tuple(map(PersonRow, read.rows, codes, names, units, titles, phones, statuses, duties, roles))
