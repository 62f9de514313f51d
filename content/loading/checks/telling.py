"""Flaws and warnings as people read them: the place as the file's own format names it, then what is wrong there."""

from collections.abc import Mapping

from content.loading.drafts import OPTIONS, Flaw
from content.loading.excel.columns import BY_KEY, QUESTIONS
from content.phrases import Phrases
from content.sheets import shown


def told(flaw: Flaw, phrases: Phrases, format: str = "") -> str:
    """A flaw with its place: ``Dòng 8, cột "Đáp án": …``; the sheet of questions goes without saying.

    `format` as in Reading: entries of YAML are named by their keys, those of GIFT and Aiken by what they are.
    """
    what = sentence(flaw, phrases)
    if not flaw.row:
        if _named(flaw):
            return phrases("loading.place.sheet", sheet=phrases(flaw.sheet), what=what)
        return what[:1].upper() + what[1:]
    values = {"row": flaw.row, "what": what}
    if not flaw.sheet:
        return _told_of_text(flaw, phrases, format, values)
    if column := BY_KEY[flaw.sheet].column(flaw.column):
        values["column"] = phrases(column.key)
    if not _named(flaw):
        return phrases("loading.place.cell" if column else "loading.place.row", **values)
    values["sheet"] = phrases(flaw.sheet)
    return phrases("loading.place.sheet_cell" if column else "loading.place.sheet_row", **values)


def sentence(flaw: Flaw, phrases: Phrases) -> str:
    """What is wrong, without the place."""
    return phrases(flaw.key, **(flaw.values | _allowed(flaw, phrases)))  # type: ignore[operator]


def _named(flaw: Flaw) -> bool:
    return bool(flaw.sheet) and flaw.sheet != QUESTIONS.key


def _told_of_text(flaw: Flaw, phrases: Phrases, format: str, values: dict[str, object]) -> str:
    if not flaw.column:
        return phrases("loading.place.row", **values)
    column = QUESTIONS.column(flaw.column)
    if format in ("gift", "aiken") and column:
        return phrases("loading.place.part", part=phrases(column.key), **values)
    name = "options" if flaw.column in OPTIONS else flaw.column
    return phrases("loading.place.field", field=name, **values)


def _allowed(flaw: Flaw, phrases: Phrases) -> Mapping[str, object]:
    """The words a column accepts, as its drop-down shows them; where there are no sheets, as the file writes them."""
    words = flaw.values.get("allowed")
    if not isinstance(words, list):
        return {}
    sheet = BY_KEY.get(flaw.sheet)
    column = sheet.column(flaw.column) if sheet else None
    return {"allowed": ", ".join(shown(phrases, column.words, word) if column else word for word in words)}
