"""The sender's workbook back with what is wrong marked in it: red with a comment for flaws, yellow for warnings."""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]

from content.fold import fold
from content.loading.checks.telling import sentence
from content.loading.drafts import Flaw, Reading
from content.loading.excel.layout import Grid, Layout, layouts, open_workbook
from content.loading.excel.looks import MADE_AT, height
from content.phrases import Phrases

RED, YELLOW = "#FF9F9F", "#FFF2CC"
WIDEST, NARROWEST = 50, 9
LAID_OUT = 1_000  # rows that get a height of their own
SHOWN_AS: tuple[tuple[type, str], ...] = (
    (datetime, "dd/mm/yyyy hh:mm"),
    (date, "dd/mm/yyyy"),
    (time, "hh:mm"),
    (timedelta, "[h]:mm"),
    (str, "@"),
)


@dataclass(slots=True)
class Mark:
    """What a cell is told: sentences, and whether any of them is a flaw rather than a warning."""

    sentences: list[str] = field(default_factory=list)
    flawed: bool = False


Marks = dict[tuple[int, int], Mark]


def mark(body: bytes, reading: Reading, phrases: Phrases) -> bytes:
    """The workbook with flaws and warnings as comments, and a last column that names the flaws of each row.

    Values, places and names of sheets stay as they are; looks, formulas, merged cells and drop-downs of the original
    do not come through. Once put right, the copy is loaded like the original: the last column is ours and ignored.
    """
    grids = open_workbook(body)
    found = {layout.name: layout for layout in layouts(grids, phrases)}
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"created": MADE_AT})
    looks = Looks(workbook)
    for number, (name, grid) in enumerate(grids.items()):
        sheet = _added(workbook, name)
        layout = found.get(name)
        marks = _marks(layout, reading, phrases, whole=not number)
        last = _last_place(layout, phrases) if layout else -1
        _copy(sheet, looks, grid, marks, layout.top if layout else 0, last)
        if layout is not None:
            _last_column(sheet, looks, layout, last, reading, phrases)
        _comment(sheet, marks, phrases("loading.template.author"))
    workbook.close()
    return buffer.getvalue()


class Looks:
    """Cell formats by background and kind of value, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, str, bool], Any] = {}

    def of(self, cell: Any, colour: str = "", bold: bool = False) -> Any:
        """The format for a value."""
        shape = next((shape for kind, shape in SHOWN_AS if isinstance(cell, kind)), "General")
        if (shape, colour, bold) not in self._made:
            looks = {"num_format": shape, "text_wrap": True, "valign": "top", "bold": bold}
            self._made[shape, colour, bold] = self._workbook.add_format(
                looks | ({"bg_color": colour} if colour else {})
            )
        return self._made[shape, colour, bold]


def _added(workbook: Any, name: str) -> Any:
    try:
        return workbook.add_worksheet(name)
    except XlsxWriterException:  # a name Excel itself would not have given
        return workbook.add_worksheet()


def _marks(layout: Layout | None, reading: Reading, phrases: Phrases, *, whole: bool) -> Marks:
    """What the cells of a sheet are told; `whole`: what concerns no sheet stands at the top of this one."""
    marks: Marks = {}
    flaws = [(flaw, True) for flaw in reading.flaws] + [(flaw, False) for flaw in reading.warnings]
    for flaw, grave in flaws:
        if layout is not None and flaw.sheet == layout.sheet.key:
            place = _place(layout, flaw)
        elif whole and not flaw.sheet:
            place = (0, 0)
        else:
            continue
        told = marks.setdefault(place, Mark())
        told.sentences.append(sentence(flaw, phrases))
        told.flawed |= grave
    return marks


def _place(layout: Layout, flaw: Flaw) -> tuple[int, int]:
    """The cell of a flaw: its row or the headings, its column or the first."""
    return (flaw.row or layout.top) - 1, layout.place(flaw.column) or 0


def _last_place(layout: Layout, phrases: Phrases) -> int:
    """Where the column of ours stands: where it stood in a copy marked before, else after all others."""
    ours = fold(phrases("loading.column.faults"))
    titles = [fold(title) for title in layout.titles]
    return titles.index(ours) if ours in titles else len(titles)


def _copy(sheet: Any, looks: Looks, grid: Grid, marks: Marks, top: int, last: int) -> None:
    """The cells as they are, with their marks; what stood in the column of ours is dropped."""
    for at, cells in enumerate(grid):
        for place, cell in enumerate(cells):
            told = marks.get((at, place))
            colour = "" if told is None else RED if told.flawed else YELLOW
            if (cell != "" or told) and (place != last or at < top - 1):
                _write(sheet, at, place, cell, looks.of(cell, colour, at == top - 1))
    widths = list(_widths(grid))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    for at, cells in enumerate(grid[:LAID_OUT]):
        sheet.set_row(at, height([str(cell) for cell in cells], widths))
    sheet.freeze_panes(top, 0)


def _widths(grid: Grid) -> Iterator[int]:
    for cells in zip(*grid, strict=True):
        longest = max((len(str(cell)) for cell in cells[:200]), default=0)
        yield max(NARROWEST, min(WIDEST, longest + 2))


def _write(sheet: Any, row: int, place: int, cell: Any, look: Any) -> None:
    if cell == "" or cell is None:
        sheet.write_blank(row, place, None, look)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, place, cell, look)
    elif isinstance(cell, (int, float)) and math.isfinite(cell):
        sheet.write_number(row, place, cell, look)
    elif isinstance(cell, (date, time, timedelta)):
        sheet.write_datetime(row, place, cell, look)
    else:
        sheet.write_string(row, place, str(cell), look)


def _last_column(sheet: Any, looks: Looks, layout: Layout, last: int, reading: Reading, phrases: Phrases) -> None:
    """The column of ours: every flaw of a row, each with its column's name."""
    told: dict[int, list[str]] = {}
    for flaw in reading.flaws:
        if flaw.sheet == layout.sheet.key and flaw.row:
            column = layout.sheet.column(flaw.column)
            what = sentence(flaw, phrases)
            named = phrases("loading.place.column", column=phrases(column.key), what=what) if column else what
            told.setdefault(flaw.row, []).append(named)
    if not told:
        return
    sheet.write_string(layout.top - 1, last, phrases("loading.column.faults"), looks.of("", bold=True))
    sheet.set_column(last, last, WIDEST)
    for row, sentences in told.items():
        sheet.write_string(row - 1, last, "\n".join(sentences), looks.of("", RED))


def _comment(sheet: Any, marks: Marks, author: str) -> None:
    for (row, place), told in marks.items():
        lines = sum(1 + len(text) // 40 for text in told.sentences)
        looks = {"author": author, "width": 300, "height": 24 + 18 * lines, "font_size": 10}
        sheet.write_comment(row, place, "\n".join(told.sentences), looks)
