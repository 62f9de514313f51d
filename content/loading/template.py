"""Writing content as Excel: the empty template with drop-downs and a guide, or the same file filled with drafts."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from content.loading.columns import CARDS, DIFFICULTIES, GRADES, KINDS, QUESTIONS, SHEETS, SOURCES, Sheet
from content.loading.drafts import CardDraft, Known, QuestionDraft, SourceDraft
from content.loading.examples import example_rows
from content.loading.exporting import Exporting
from content.phrases import Phrases
from content.sheets import Column

FORMATTED_ROWS = 2_000  # how far down the drop-downs and the input messages reach
MADE_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - the same content gives the same bytes; Excel keeps no zone
GUIDE_WIDTHS = (14, 34, 130)
WIDER = 1.15  # words do not fill lines to the end
LINE = 15.0  # points
OPEN = frozenset({"source"})  # may also name what stands in the same file

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Looks:
    """The cell formats of the file."""

    needed: Any
    optional: Any
    text: Any
    example: Any
    title: Any


def write_template(phrases: Phrases, known: Known) -> bytes:
    """The empty file an admin fills in, with examples that are passed over when it is loaded."""
    examples = {sheet.key: example_rows(sheet, known, phrases) for sheet in SHEETS}
    return _written(phrases, known, {}, examples)


def write_workbook(
    phrases: Phrases,
    known: Known,
    questions: Sequence[QuestionDraft],
    cards: Sequence[CardDraft] = (),
    sources: Sequence[SourceDraft] = (),
) -> bytes:
    """The same file filled in. Every cell is text: nothing becomes a formula, and loading it again changes nothing."""
    exporting = Exporting(known, phrases)
    rows = {
        QUESTIONS.key: [exporting.question(draft) for draft in questions],
        CARDS.key: [exporting.card(draft) for draft in cards],
        SOURCES.key: [exporting.source(draft) for draft in sources],
    }
    return _written(phrases, known, rows, {})


def _written(phrases: Phrases, known: Known, rows: Mapping[str, Rows], examples: Mapping[str, Rows]) -> bytes:
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"created": MADE_AT})
    looks = _looks(workbook)
    lists = Lists(known, phrases)
    for sheet in SHEETS:
        _sheet(workbook, phrases, looks, sheet, lists, examples.get(sheet.key, ()), rows.get(sheet.key, ()))
    _guide(workbook, phrases, looks)
    lists.write(workbook, looks)
    workbook.close()
    return buffer.getvalue()


def _looks(workbook: Any) -> Looks:
    heading = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
    text = {"num_format": "@", "text_wrap": True, "valign": "top"}
    return Looks(
        needed=workbook.add_format(heading | {"bg_color": "#BDD7EE"}),
        optional=workbook.add_format(heading | {"bg_color": "#EDEDED"}),
        text=workbook.add_format(text),
        example=workbook.add_format(text | {"italic": True, "font_color": "#7F7F7F"}),
        title=workbook.add_format({"bold": True, "font_size": 14}),
    )


def _sheet(
    workbook: Any, phrases: Phrases, looks: Looks, sheet: Sheet, lists: "Lists", examples: Rows, rows: Rows
) -> None:
    page = workbook.add_worksheet(phrases(sheet.key))
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width, looks.text)
        page.write_string(0, at, phrases(column.key), looks.needed if column.needed else looks.optional)
        page.data_validation(1, at, FORMATTED_ROWS, at, _validation(phrases, column, lists))
    for row, cells, look in [
        *((row, cells, looks.example) for row, cells in enumerate(examples, 1)),
        *((row, cells, looks.text) for row, cells in enumerate(rows, 1 + len(examples))),
    ]:
        page.set_row(row, height(cells, [column.width for column in sheet.columns]))
        for at, text in enumerate(cells):
            if text:
                page.write_string(row, at, text, look)


def height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """The height in points a row of wrapped texts needs; not every program that opens the file works it out."""
    needs = (_lines(text, width) for text, width in zip(texts, widths, strict=True))
    return LINE * max(needs, default=1)


def _lines(text: str, width: int) -> int:
    return sum(max(1, ceil(WIDER * len(line) / width)) for line in text.split("\n"))


def _validation(phrases: Phrases, column: Column, lists: "Lists") -> dict[str, Any]:
    """The drop-down and the input message of a column."""
    rule: dict[str, Any] = {
        "validate": "any",
        "input_title": phrases(column.key),
        "input_message": phrases(column.note, limit=column.limit),
    }
    if source := lists.source(column.name):
        rule |= {
            "validate": "list",
            "source": source,
            "error_type": "information" if column.name in OPEN else "stop",
            "error_title": phrases("loading.template.choose_title"),
            "error_message": phrases("loading.template.choose"),
        }
    return rule


class Lists:
    """The visible sheet of lists that the drop-downs draw on: names, and the codes they stand for."""

    def __init__(self, known: Known, phrases: Phrases) -> None:
        self._name = phrases("loading.sheet.lists")
        self._code = phrases("loading.template.list_code")
        coded = {"topic": known.topics, "source": known.sources, "track": known.tracks}
        words = {"kind": KINDS, "difficulty": DIFFICULTIES, "verified": GRADES}
        self._lists = {name: [(text, code) for code, text in names.items()] for name, names in coded.items()}
        self._lists |= {name: [(phrases(word.key), word.value) for word in given] for name, given in words.items()}
        self._titles = {column.name: phrases(column.key) for column in QUESTIONS.columns}

    def source(self, name: str) -> str:
        """The cells of a column's list as a formula; empty for a column without one."""
        entries = self._lists.get(name)
        letter = chr(ord("A") + 2 * list(self._lists).index(name)) if entries else ""
        return f"='{self._name}'!${letter}$2:${letter}${len(entries) + 1}" if entries else ""

    def write(self, workbook: Any, looks: Looks) -> None:
        """The sheet itself."""
        page = workbook.add_worksheet(self._name)
        page.freeze_panes(1, 0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        for place, (name, entries) in enumerate(self._lists.items()):
            page.set_column(2 * place, 2 * place, _width(text for text, _ in entries), looks.text)
            page.set_column(2 * place + 1, 2 * place + 1, _width(code for _, code in entries), looks.text)
            page.write_string(0, 2 * place, self._titles[name], looks.needed)
            page.write_string(0, 2 * place + 1, self._code, looks.optional)
            for row, (text, code) in enumerate(entries, 1):
                page.write_string(row, 2 * place, text, looks.text)
                page.write_string(row, 2 * place + 1, code, looks.text)


def _width(texts: Iterable[str]) -> int:
    return max(14, *(len(text) + 4 for text in texts), 14)


def _guide(workbook: Any, phrases: Phrases, looks: Looks) -> None:
    page = workbook.add_worksheet(phrases("loading.sheet.guide"))
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    for at, width in enumerate(GUIDE_WIDTHS):
        page.set_column(at, at, width, looks.text)
    page.write_string(0, 0, phrases("loading.template.guide_title"), looks.title)
    row = 2
    for line in phrases("loading.template.guide").split("\n"):
        page.merge_range(row, 0, row, 2, line, looks.text)
        row += 1
    for at, key in enumerate(("loading.template.sheet", "loading.template.column", "loading.template.meaning")):
        page.write_string(row + 1, at, phrases(key), looks.needed)
    row += 2
    for sheet in SHEETS:
        for column in sheet.columns:
            name = phrases(column.key)
            named = phrases("loading.template.needed", name=name) if column.needed else name
            cells = [phrases(sheet.key), named, phrases(column.note, limit=column.limit)]
            page.set_row(row, height(cells, GUIDE_WIDTHS))
            for at, text in enumerate(cells):
                page.write_string(row, at, text, looks.text)
            row += 1
