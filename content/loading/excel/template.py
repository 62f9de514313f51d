"""Writing content as Excel: the empty template with drop-downs and a guide, or the same file filled with drafts."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from content.loading.drafts import CardDraft, Known, QuestionDraft, SourceDraft
from content.loading.excel.columns import CARDS, QUESTIONS, SHEETS, SOURCES, Sheet
from content.loading.excel.examples import example_rows
from content.loading.excel.exporting import Exporting
from content.loading.excel.lists import Lists
from content.loading.excel.looks import MADE_AT, Looks, height, looks_of
from content.phrases import Phrases
from content.sheets import Column

FORMATTED_ROWS = 2_000  # how far down the drop-downs and the input messages reach
GUIDE_WIDTHS = (14, 34, 130)
OPEN = frozenset({"source"})  # may also name what stands in the same file

Rows = Sequence[Sequence[str]]


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
    import xlsxwriter  # type: ignore[import-untyped]  # only now: it holds 20 MB

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"created": MADE_AT})
    looks = looks_of(workbook)
    lists = Lists(known, phrases)
    for sheet in SHEETS:
        _sheet(workbook, phrases, looks, sheet, lists, examples.get(sheet.key, ()), rows.get(sheet.key, ()))
    _guide(workbook, phrases, looks)
    lists.write(workbook, looks)
    workbook.close()
    return buffer.getvalue()


def _sheet(
    workbook: Any, phrases: Phrases, looks: Looks, sheet: Sheet, lists: Lists, examples: Rows, rows: Rows
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


def _validation(phrases: Phrases, column: Column, lists: Lists) -> dict[str, Any]:
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
