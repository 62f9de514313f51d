"""The two sheets of a roster file: columns, accepted words and limits, shared by the reader and the template."""

from dataclasses import dataclass

from content.fold import fold
from content.phrases import Phrases


@dataclass(frozen=True, slots=True)
class Word:
    """A value a column accepts. `key` names the word as shown, `also` other spellings, separated by semicolons."""

    value: str
    key: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: phrase keys of its heading, of its other headings and of its input message; `limit` in characters."""

    name: str
    key: str
    note: str
    limit: int
    width: int
    also: str = ""
    needed: bool = True
    filled: bool = False
    words: tuple[Word, ...] = ()


STATUSES = (
    Word("working", "roster.word.working", "roster.word.working_also"),
    Word("left", "roster.word.left", "roster.word.left_also"),
)
DUTIES = (
    Word("head", "roster.word.head", "roster.word.head_also"),
    Word("deputy", "roster.word.deputy", "roster.word.deputy_also"),
)
ROLES = (
    Word("content_admin", "roster.word.content_admin"),
    Word("roster_admin", "roster.word.roster_admin"),
    Word("operator", "roster.word.operator"),
)

UNITS_SHEET = "roster.sheet.units"
PEOPLE_SHEET = "roster.sheet.people"

UNIT_COLUMNS = (
    Column("code", "roster.column.unit_code", "roster.note.unit_code", 32, 14, filled=True),
    Column(
        "name", "roster.column.unit_name", "roster.note.unit_name", 200, 48, "roster.column.unit_name_also", filled=True
    ),
    Column(
        "kind", "roster.column.unit_kind", "roster.note.unit_kind", 60, 18, "roster.column.unit_kind_also", filled=True
    ),
    Column("parent_code", "roster.column.parent_code", "roster.note.parent_code", 32, 20),
    Column("predecessors", "roster.column.predecessors", "roster.note.predecessors", 400, 22, needed=False),
    Column("valid_from", "roster.column.valid_from", "roster.note.valid_from", 32, 14, needed=False),
)
PEOPLE_COLUMNS = (
    Column("staff_code", "roster.column.staff_code", "roster.note.staff_code", 32, 14, filled=True),
    Column(
        "name",
        "roster.column.person_name",
        "roster.note.person_name",
        120,
        30,
        "roster.column.person_name_also",
        filled=True,
    ),
    Column("unit_code", "roster.column.unit_code", "roster.note.person_unit_code", 32, 14, filled=True),
    Column("title", "roster.column.title", "roster.note.title", 120, 28, "roster.column.title_also"),
    Column("phone", "roster.column.phone", "roster.note.phone", 32, 16, "roster.column.phone_also"),
    Column("status", "roster.column.status", "roster.note.status", 60, 16, words=STATUSES),
    Column("duty", "roster.column.duty", "roster.note.duty", 60, 18, words=DUTIES),
    Column("roles", "roster.column.roles", "roster.note.roles", 200, 26, words=ROLES),
)


def spellings(phrases: Phrases, key: str, also: str) -> frozenset[str]:
    """Folded spellings of a heading or word: as shown, and the others."""
    written = [phrases(key), *(phrases(also).split(";") if also else [])]
    return frozenset(fold(text) for text in written)


def vocabulary(phrases: Phrases, words: tuple[Word, ...]) -> dict[str, str]:
    """Folded spelling → value."""
    return {spelling: word.value for word in words for spelling in spellings(phrases, word.key, word.also)}


def shown(phrases: Phrases, words: tuple[Word, ...], value: str) -> str:
    """The word for a value; empty for none."""
    return next((phrases(word.key) for word in words if word.value == value), "")


def split_list(text: str) -> list[str]:
    """The entries of a cell that lists several, separated by commas or semicolons."""
    return [part for part in (piece.strip() for piece in text.replace(";", ",").split(",")) if part]
