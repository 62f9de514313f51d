"""Where things stand in a workbook: which sheet holds what, in which row its headings are, which column is which."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from content.cells import cell_text
from content.fold import fold
from content.loading.drafts import FileRefused
from content.loading.excel.columns import QUESTIONS, SHEETS, Sheet
from content.phrases import Phrases
from content.sheets import heading, headings

HEADING_WITHIN = 10  # titles and guiding lines may stand above the headings
RULED = re.compile(r"\(?(\d{1,2})\)?")  # the line that numbers the columns, under the headings of official tables

Grid = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet found in a file. `grid` begins at cell A1; `top` is the place of the first row under the headings.

    `columns` holds names of fields by place, empty where a heading is none of ours; `titles` the headings as shown.
    """

    sheet: Sheet
    name: str
    grid: Grid
    top: int
    columns: tuple[str, ...]
    titles: tuple[str, ...]

    def place(self, column: str) -> int | None:
        """Where a field's column stands, counted from 0; None when the sheet has none."""
        return self.columns.index(column) if column in self.columns else None

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Filled rows under the headings: number as Excel shows it, and cells by field."""
        places = [(place, name) for place, name in enumerate(self.columns) if name]
        for at in range(self.top, len(self.grid)):
            cells = {name: self.grid[at][place] for place, name in places}
            if any(cell_text(cell) for cell in cells.values()) and not (at == self.top and _ruled(self.grid[at])):
                yield at + 1, cells


def open_workbook(body: bytes) -> dict[str, Grid]:
    """Every sheet by name, each beginning at cell A1. FileRefused when the bytes are no workbook."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(body)) as workbook:
            return {
                name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
            }
    except CalamineError as reason:
        raise FileRefused("refused.not_xlsx") from reason


def layouts(grids: dict[str, Grid], phrases: Phrases) -> list[Layout]:
    """The sheets of ours, by name; else the only sheet of whatever name whose headings are those of questions."""
    named = {fold(name): name for name in grids}
    found = [
        _layout(sheet, named[fold(phrases(sheet.key))], grids, phrases)
        for sheet in SHEETS
        if fold(phrases(sheet.key)) in named
    ]
    if found:
        return found
    unnamed = [_layout(QUESTIONS, name, grids, phrases) for name in grids]
    fitting = [layout for layout in unnamed if {"stem", "option_1", "right"} <= set(layout.columns)]
    return fitting if len(fitting) == 1 else []


def _layout(sheet: Sheet, name: str, grids: dict[str, Grid], phrases: Phrases) -> Layout:
    grid = grids[name]
    known = headings(phrases, sheet.columns)
    rows = [tuple(known.get(heading(cell), "") for cell in cells) for cells in grid[:HEADING_WITHIN]]
    at = max(range(len(rows)), key=lambda index: len(set(rows[index]) - {""}), default=0)
    columns = rows[at] if rows else ()
    titles = tuple(cell_text(cell) for cell in grid[at]) if rows else ()
    if at + 1 < len(rows) and (below := _second_line(columns, rows[at + 1])):
        titles = tuple(title or cell_text(cell) for title, cell in zip(titles, grid[at + 1], strict=True))
        return Layout(sheet, name, grid, at + 2, below, titles)
    if at and (above := _second_line(columns, rows[at - 1])):
        titles = tuple(title or cell_text(cell) for title, cell in zip(titles, grid[at - 1], strict=True))
        return Layout(sheet, name, grid, at + 1, above, titles)
    return Layout(sheet, name, grid, at + 1, columns, titles)


def _second_line(columns: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Headings merged over two lines: the other line fills places left open, and repeats nothing. Else empty."""
    fills = [name for name, known in zip(other, columns, strict=True) if name and not known]
    if not fills or set(fills) & set(columns) or len(set(fills)) < len(fills):
        return ()
    return tuple(known or name for known, name in zip(columns, other, strict=True))


def _ruled(cells: Sequence[Any]) -> bool:
    """Whether the row only numbers the columns: ``(1) (2) (3)``."""
    texts = [text for cell in cells if (text := cell_text(cell))]
    numbers = [int(found[1]) for text in texts if (found := RULED.fullmatch(text))]
    return len(numbers) == len(texts) > 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
