"""Reading one raw entry field by field: the first flaw of a field is noted, and none of those that follow from it."""

from datetime import date

from content.cells import cell_day, invisible, spaced
from content.fields import CODE
from content.loading.checks.names import Names
from content.loading.drafts import Flaw, RawEntry
from content.loading.excel.columns import BY_KIND

LONGEST = 2_000  # nothing longer is looked at, only measured
QUOTED = 60  # characters of what was written that a flaw repeats


class EntryReading:
    """One entry under reading. A field at fault reads as empty; `flaws` tells why.

    Fields named in `later` may be empty although their column must be filled in a sheet; those in `spoilt` have a flaw
    of their own already, noted by who read the file.
    """

    def __init__(
        self, entry: RawEntry, later: frozenset[str] = frozenset(), spoilt: frozenset[str] = frozenset()
    ) -> None:
        self.entry, self._later, self._spoilt = entry, later, spoilt
        self._sheet = BY_KIND[entry.kind]
        self.flaws: list[Flaw] = []

    def flaw(self, name: str, key: str, **values: object) -> None:
        """Note what is wrong with a field, unless it has a flaw already."""
        if not self.flawed(name):
            row = self.entry.rows.get(name, self.entry.row)
            self.flaws.append(Flaw(key, row, name, self.entry.sheet, values))

    def flawed(self, name: str) -> bool:
        """Whether the field has a flaw."""
        return name in self._spoilt or any(flaw.column == name for flaw in self.flaws)

    def written(self, name: str) -> str:
        """What stands in the field, whatever is wrong with it."""
        text = self.entry.fields.get(name, "")
        return text if len(text) > LONGEST else spaced(text)

    def text(self, name: str) -> str:
        """The text of a field, visible and not too long; empty where it must not be is a flaw."""
        text = self.written(name)
        column = self._sheet.column(name)
        limit = column.limit if column else LONGEST
        if not text and column and column.filled and name not in self._later:
            self.flaw(name, "loading.flaw.empty")
        elif len(text) > limit:
            self.flaw(name, "loading.flaw.too_long", length=len(text), limit=limit)
        elif letter := invisible(text):
            self.flaw(name, "loading.flaw.invisible", letter=f"U+{ord(letter):04X}")
        return "" if self.flawed(name) else text

    def code(self) -> str:
        """The entry's own code; empty when none is written."""
        code = self.text("code")
        if code and not CODE.fullmatch(code):
            self.flaw("code", "loading.flaw.bad_code", value=code)
            return ""
        return code

    def word(self, name: str) -> str:
        """One of the values of the column's list."""
        word = self.text(name)
        column = self._sheet.column(name)
        words = [allowed.value for allowed in column.words] if column else []
        if word and word not in words:
            self.flaw(name, "loading.flaw.unknown_word", value=word[:QUOTED], allowed=words)
            return ""
        return word

    def day(self, name: str) -> date | None:
        """A day, written day/month/year or YYYY-MM-DD."""
        text = self.text(name)
        try:
            return cell_day(text)
        except ValueError:
            self.flaw(name, "loading.flaw.bad_day", value=text[:QUOTED])
            return None

    def reference(self, name: str, names: Names, unknown: str) -> str:
        """The code of what the field names, by code or by name. `unknown`: the phrase for a name nobody has."""
        text = self.text(name)
        found = names.find(text) if text else set()
        if text and not found:
            self.flaw(name, unknown, value=text[:QUOTED])
        if len(found) > 1:
            self.flaw(name, "loading.flaw.ambiguous", value=text[:QUOTED], codes=", ".join(sorted(found)[:5]))
        return "" if self.flawed(name) else next(iter(found), "")
