"""Reading a content workbook: tolerant of how it is laid out, exact about what is wrong and where."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from content.cells import written
from content.fold import fold
from content.loading.checks.checking import check, in_order
from content.loading.checks.entry import LONGEST
from content.loading.drafts import Flaw, Known, RawEntry, Reading
from content.loading.excel.columns import Sheet
from content.loading.excel.examples import Examples
from content.loading.excel.layout import Layout, layouts, open_workbook
from content.phrases import Phrases
from content.sheets import spellings, vocabulary

EXCEL = "excel"
ROWS = 5_000
QUOTED = 40  # characters of a foreign heading that a warning repeats


def read_workbook(body: bytes, known: Known, phrases: Phrases) -> Reading:
    """What the sheets "Câu hỏi", "Thẻ" and "Căn cứ" hold; any of them may be missing, but not all.

    A workbook without those names is read when exactly one of its sheets has the headings of questions. Rows are
    numbered as Excel shows them. FileRefused when the bytes are no workbook.
    """
    found = layouts(open_workbook(body), phrases)
    if not found:
        return Reading(EXCEL, flaws=(Flaw("loading.flaw.no_sheet"),))
    filled = {layout.sheet.key: list(layout.rows()) for layout in found}
    count = sum(map(len, filled.values()))
    if count > ROWS:
        return Reading(EXCEL, count, count, flaws=(Flaw("loading.flaw.too_many_rows", values=_limit(count)),))
    flaws = [flaw for layout in found if filled[layout.sheet.key] for flaw in _headings_at_fault(layout, phrases)]
    doubtful = {flaw.sheet for flaw in flaws}
    entries = [
        entry
        for layout in found
        if layout.sheet.key not in doubtful
        for entry in _entries(layout.sheet, filled[layout.sheet.key], phrases)
    ]
    unread = sum(len(filled[key]) for key in doubtful)
    if not entries and not unread:
        flaws.append(Flaw("loading.flaw.nothing"))
    reading = check(EXCEL, entries, known, flaws)
    warnings = [*reading.warnings, *(warning for layout in found for warning in _unknown(layout, phrases))]
    return replace(reading, rows=reading.rows + unread, faulty=reading.faulty + unread, warnings=in_order(warnings))


def _limit(count: int) -> dict[str, object]:
    return {"count": count, "limit": ROWS}


def _headings_at_fault(layout: Layout, phrases: Phrases) -> Iterator[Flaw]:
    """One flaw for all missing columns of a sheet, one for each that stands twice."""
    sheet = layout.sheet
    missing = [column.key for column in sheet.columns if column.needed and column.name not in layout.columns]
    if missing:
        names = ", ".join(f'"{phrases(key)}"' for key in missing)
        yield Flaw("loading.flaw.missing_columns", 0, "", sheet.key, {"names": names})
    for column in sheet.columns:
        if layout.columns.count(column.name) > 1:
            values = {"name": phrases(column.key)}
            yield Flaw("loading.flaw.column_twice", 0, column.name, sheet.key, values)


def _unknown(layout: Layout, phrases: Phrases) -> Iterator[Flaw]:
    """Headings that are none of ours; those of ordinal numbers and of our own marks go without saying."""
    silent = {
        *spellings(phrases, "loading.column.ordinal", "loading.column.ordinal_also"),
        *spellings(phrases, "loading.column.faults", ""),
    }
    for name, title in zip(layout.columns, layout.titles, strict=True):
        if not name and title and fold(title) not in silent:
            yield Flaw("loading.warning.unknown_column", 0, "", layout.sheet.key, {"name": title[:QUOTED]})


def _entries(sheet: Sheet, rows: Sequence[tuple[int, dict[str, Any]]], phrases: Phrases) -> Iterator[RawEntry]:
    words = {column.name: vocabulary(phrases, column.words) for column in sheet.columns if column.words}
    examples = Examples(sheet, phrases)
    for row, cells in rows:
        fields = {name: text for name, cell in cells.items() if (text := _text(cell))}
        for name, known in words.items():
            if name in fields:
                fields[name] = known.get(fold(fields[name]), fields[name])
        if not examples.unchanged(fields):
            yield RawEntry(sheet.kind, row, fields, sheet=sheet.key)


def _text(cell: Any) -> str:
    """What is too long for any field is measured later and not worked on."""
    return cell if isinstance(cell, str) and len(cell) > LONGEST else written(cell)
