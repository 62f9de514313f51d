"""Reading one entry of a file field by field; a fault never stops the reading, so that all are found."""

import re
from datetime import date
from enum import StrEnum
from typing import TypeVar

from content.faults import Fault
from content.fold import nfc
from content.reading import Series, Table, Text, Tree

Chosen = TypeVar("Chosen", bound=StrEnum)

CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
CODE_LENGTH = 32
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Entry:
    """One entry under reading. Each method returns a usable value even after noting a fault."""

    def __init__(self, table: Table, file: str, faults: list[Fault]) -> None:
        self._table, self._file, self._faults = table, file, faults
        self._asked: set[str] = set()

    @property
    def place(self) -> str:
        """File and first line, e.g. ``sources.yaml:12``."""
        return f"{self._file}:{self._table.line}"

    def fault(self, text: str, key: str = "") -> None:
        """Notes a fault on the line of `key`, or on the first line of the entry."""
        self._faults.append(Fault(self._file, self._table.lines.get(key, self._table.line), text))

    def text(self, key: str, limit: int = 0, *, needed: bool = True) -> str:
        """The text of a field, NFC, at most `limit` characters (0: any length); empty when absent."""
        value = self._value(key, needed=needed)
        if value is None:
            return ""
        if not isinstance(value, Text):
            self.fault(f"'{key}' must be text", key)
            return ""
        return self._checked(value, key, limit)

    def texts(self, key: str, limit: int, *, needed: bool = True) -> tuple[str, ...]:
        """A list of texts."""
        series = self._series(key, needed=needed)
        return tuple(self._checked(value, f"{key}[{place}]", limit) for place, value in series)

    def code(self, key: str = "code", *, needed: bool = True) -> str:
        """A code: ASCII letters and digits joined by single hyphens, at most `CODE_LENGTH`."""
        code = self.text(key, CODE_LENGTH, needed=needed)
        if code and not CODE.fullmatch(code):
            self.fault(f"'{key}' is '{code}'; a code has ASCII letters, digits and single hyphens only", key)
        return code

    def choice(self, key: str, choices: type[Chosen], otherwise: Chosen | None = None) -> Chosen:
        """One of the words of `choices`; `otherwise` stands for an absent field when given."""
        first = next(iter(choices))
        word = self.text(key, needed=otherwise is None)
        if not word:
            return otherwise or first
        if word not in [choice.value for choice in choices]:
            self.fault(f"'{key}' is '{word}'; choose one of: {', '.join(choices)}", key)
            return first
        return choices(word)

    def day(self, key: str) -> date | None:
        """A day written YYYY-MM-DD, or None when absent."""
        written = self.text(key, needed=False)
        if not written:
            return None
        try:
            if DAY.fullmatch(written):  # fromisoformat alone also admits 20250701 and week dates
                return date.fromisoformat(written)
        except ValueError:
            pass
        self.fault(f"'{key}' is '{written}'; write a day as YYYY-MM-DD", key)
        return None

    def number(self, key: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        written = self.text(key)
        return self._number(written, key, low, high, self._table.lines.get(key, 0)) if written else low

    def numbers(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """A list of different whole numbers from `low` to `high`, in rising order."""
        found = [self._number(value.text, key, low, high, value.line) for _, value in self._series(key)]
        if len(set(found)) < len(found):
            self.fault(f"'{key}' repeats a number", key)
        return tuple(sorted(set(found)))

    def finish(self) -> None:
        """Notes every key nobody asked for."""
        for key in self._table.entries.keys() - self._asked:
            self.fault(f"unknown key '{key}'", key)

    def _value(self, key: str, *, needed: bool) -> Tree | None:
        self._asked.add(key)
        value = self._table.entries.get(key)
        if value is None or (isinstance(value, Text) and not value.text.strip()):
            if needed:
                self.fault(f"'{key}' is missing", key)
            return None
        return value

    def _series(self, key: str, *, needed: bool = True) -> list[tuple[int, Text]]:
        value = self._value(key, needed=needed)
        if value is None:
            return []
        if not isinstance(value, Series):
            self.fault(f"'{key}' must be a list", key)
            return []
        for entry in value.entries:
            if not isinstance(entry, Text):
                self._faults.append(Fault(self._file, entry.line, f"'{key}' must hold plain values"))
        return [(place, entry) for place, entry in enumerate(value.entries, 1) if isinstance(entry, Text)]

    def _checked(self, value: Text, name: str, limit: int) -> str:
        text = nfc(value.text.strip())
        if text != value.text.strip():
            self._faults.append(Fault(self._file, value.line, f"'{name}' is not in Unicode NFC"))
        if not text:
            self._faults.append(Fault(self._file, value.line, f"'{name}' is empty"))
        if limit and len(text) > limit:
            self._faults.append(Fault(self._file, value.line, f"'{name}' has {len(text)} characters, at most {limit}"))
        return text

    def _number(self, written: str, key: str, low: int, high: int, line: int) -> int:
        if re.fullmatch(r"[0-9]{1,6}", written) and low <= int(written) <= high:
            return int(written)
        self._faults.append(
            Fault(self._file, line, f"'{key}' is '{written}'; give a whole number from {low} to {high}")
        )
        return low
