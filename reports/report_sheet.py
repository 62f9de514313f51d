"""A report as an Excel workbook: units, rounds and the way of counting. Numbers are numbers, every text is a text."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from content.phrases import Phrases
from participation.counting import Counts
from participation.shares import Share
from reports import report_words as words
from reports.gathering import Gathered, RoundLine

Value = str | int
PAPER_A4 = 9
HEADING_POINTS = 62  # room for four lines in a narrow column
LINE_POINTS, METHOD_WIDTH = 15, 110
MADE_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - the same report gives the same bytes; Excel keeps no zone


@dataclass(slots=True)
class Page:
    """One sheet, written downwards."""

    sheet: Any
    heading: Any
    cell: Any
    percent: Any
    bold: Any
    at: int = 0

    def text(self, text: str) -> None:
        """A line of its own."""
        self.sheet.write_string(self.at, 0, text, self.bold)
        self.at += 1

    def row(self, values: Sequence[Value], look: Any = None) -> None:
        """One row of a table. Text is written as text, whatever it begins with."""
        for column, value in enumerate(values):
            if isinstance(value, str):
                is_percent = column > 1 and value.endswith("%")
                self.sheet.write_string(self.at, column, value, look or (self.percent if is_percent else self.cell))
            else:
                self.sheet.write_number(self.at, column, value, look or self.cell)
        self.at += 1


def write_sheet(phrases: Phrases, found: Gathered) -> bytes:
    """The bytes of the workbook."""
    import xlsxwriter  # type: ignore[import-untyped]  # only now: it holds 20 MB

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    title = phrases("report.title", span=words.span_name(phrases, found.span))
    workbook.set_properties({"title": title, "status": phrases("report.draft"), "created": MADE_AT})
    _units(_page(workbook, phrases("report.sheet.units"), (6, 46, 6, 8, *[19] * 5)), phrases, found, title)
    _rounds(_page(workbook, phrases("report.sheet.rounds"), (36, 23, 16, *[9] * 17, 36)), phrases, found, title)
    page = _page(workbook, phrases("report.sheet.method"), (METHOD_WIDTH,), wraps=True)
    page.text(title)
    for line in words.method(phrases, found):
        page.sheet.set_row(page.at, LINE_POINTS * (1 + len(line) // METHOD_WIDTH))
        page.row([line])
    workbook.close()
    return buffer.getvalue()


def _page(workbook: Any, name: str, widths: Sequence[int], *, wraps: bool = False) -> Page:
    sheet = workbook.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    heading = workbook.add_format(
        {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    cell = workbook.add_format({"border": 1, "text_wrap": wraps, "valign": "top"})
    percent = workbook.add_format({"border": 1, "align": "right", "valign": "top"})
    return Page(sheet, heading, cell, percent, workbook.add_format({"bold": True}))


def _head(page: Page, phrases: Phrases, found: Gathered, title: str, columns: str) -> None:
    page.text(found.unit_name)
    page.text(title)
    counted = phrases("report.sheet.counted", unit=words.counted_in(phrases, found))
    page.text(f"{words.as_of(phrases, found)} {counted}")
    page.sheet.set_row(page.at, HEADING_POINTS)
    page.row(phrases(columns).split(";"), page.heading)
    page.sheet.freeze_panes(page.at, 2)
    page.sheet.repeat_rows(page.at - 1)


def _units(page: Page, phrases: Phrases, found: Gathered, title: str) -> None:
    _head(page, phrases, found, title, "report.sheet.units_columns")
    page.row([0, phrases("report.whole"), 0, found.summed, *_unit_counts(phrases, found.total)])
    unseen = phrases("report.not_apart")
    for number, row in enumerate(found.rows, 1):
        counts = _unit_counts(phrases, row.counts) if row.counts else [unseen] * 5
        page.row([number, words.row_name(phrases, row), row.depth, row.rounds, *counts])


def _unit_counts(phrases: Phrases, counts: Counts) -> list[Value]:
    shares = counts.participation, counts.completion
    return [counts.base, *(value for share in shares for value in (share.n, _percent(phrases, share)))]


def _percent(phrases: Phrases, share: Share) -> str:
    return share.percent or phrases("report.nobody")


def _rounds(page: Page, phrases: Phrases, found: Gathered, title: str) -> None:
    _head(page, phrases, found, title, "report.sheet.rounds_columns")
    for line in found.rounds:
        named = [words.round_name(phrases, line), words.round_days(phrases, line), words.round_state(phrases, line)]
        page.row([*named, *_round_counts(phrases, line.figures.counts), _corrected(line), ", ".join(line.was)])
    if len(found.rounds) > 1:
        total = phrases("report.all_rounds", rounds=found.summed)
        page.row([total, "", "", *_round_counts(phrases, found.total), "", ""])
    page.at += 1
    _period(page, phrases, found)
    if found.amendments:
        page.at += 1
        page.row([phrases("report.sheet.amendments")], page.heading)
        for told in words.amendments(phrases, found):
            page.row([told])


def _round_counts(phrases: Phrases, counts: Counts) -> list[Value]:
    base = counts.base

    def percent(n: int, of: int) -> str:
        return _percent(phrases, Share(n, of))

    return [
        counts.snapshot, counts.exempt, base,
        counts.connected, percent(counts.connected, base),
        counts.attempted, counts.accepted, percent(counts.accepted, counts.attempted),
        counts.participants, percent(counts.participants, base),
        counts.finished, percent(counts.finished, base),
        counts.absent, counts.absent_unconnected, counts.outside, counts.withdrawn,
    ]  # fmt: skip


def _corrected(line: RoundLine) -> str:
    return str(line.corrected) if line.corrected else ""


def _period(page: Page, phrases: Phrases, found: Gathered) -> None:
    """What counts each person once, or counts attempts, has numerators and denominators of its own."""
    page.text(phrases("report.sheet.period"))
    page.row(phrases("report.sheet.period_columns").split(";"), page.heading)
    over = found.over
    shares = {"coverage": over.coverage, "regular": over.regular, "active_units": over.units}
    for name, share in shares.items():
        page.row([phrases(f"report.sheet.{name}"), share.n, share.base, _percent(phrases, share)])
    retention, name = over.retention, phrases("report.sheet.retention")
    unseen = phrases("report.too_few")
    page.row([name, retention.n, retention.base, retention.percent] if retention else [name, "", "", unseen])
    for topic, share in found.weakest:
        page.row([phrases("report.sheet.weakest", topic=topic), share.n, share.base, share.percent])
