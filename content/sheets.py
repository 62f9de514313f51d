"""Columns of the Excel files people fill in: headings, accepted words and limits, shared by readers and templates."""

from dataclasses import dataclass

from content.cells import cell_text
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
    """A column: phrase keys of its heading, of its other headings and of its input message; `limit` in characters.

    A sheet without a `needed` column is not read; a row with a `filled` column left empty is at fault.
    """

    name: str
    key: str
    note: str
    limit: int
    width: int
    also: str = ""
    needed: bool = True
    filled: bool = False
    words: tuple[Word, ...] = ()


def spellings(phrases: Phrases, key: str, also: str) -> frozenset[str]:
    """Folded spellings of a heading or word: as shown, and the others."""
    written = [phrases(key), *(phrases(also).split(";") if also else [])]
    return frozenset(fold(text) for text in written)


def headings(phrases: Phrases, columns: tuple[Column, ...]) -> dict[str, str]:
    """Folded heading → name of the column."""
    return {spelling: column.name for column in columns for spelling in spellings(phrases, column.key, column.also)}


def heading(cell: object) -> str:
    """A heading without the marks people put on it: ``Mã đơn vị (*)`` and ``Mã đơn vị:`` are one."""
    return " ".join(fold(cell_text(cell)).replace("(*)", "").replace("*", "").rstrip(": ").split())


def vocabulary(phrases: Phrases, words: tuple[Word, ...]) -> dict[str, str]:
    """Folded spelling → value."""
    return {spelling: word.value for word in words for spelling in spellings(phrases, word.key, word.also)}


def shown(phrases: Phrases, words: tuple[Word, ...], value: str) -> str:
    """The word for a value; empty for none."""
    return next((phrases(word.key) for word in words if word.value == value), "")


def split_list(text: str) -> list[str]:
    """The entries of a cell that lists several, separated by commas or semicolons."""
    return [part for part in (piece.strip() for piece in text.replace(";", ",").split(",")) if part]
