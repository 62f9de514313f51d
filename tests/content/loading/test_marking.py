"""The marked copy: values as they were, whatever they were, and marks where something is wrong."""

import io
import re
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from content.loading.excel.layout import open_workbook
from content.loading.excel.marking import RED, YELLOW, mark
from content.loading.excel.workbook import read_workbook
from content.phrases import Phrases
from tests.conftest import ROOT
from tests.content.loading.books import CARD_HEADINGS, HEADINGS, KNOWN, book, plain
from tests.content.loading.test_three_faults import comments
from tests.participation.workbooks import sheets

PHRASES = Phrases.load(ROOT / "content" / "phrases")


MOMENT = datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001 - Excel keeps no zone


def marked(body: bytes) -> bytes:
    return mark(body, read_workbook(body, KNOWN, PHRASES), PHRASES)


def coloured(body: bytes, colour: str, sheet: int = 1) -> set[str]:
    """The cells of a sheet with that background."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        styles = archive.read("xl/styles.xml").decode()
        page = archive.read(f"xl/worksheets/sheet{sheet}.xml").decode()
    fills = re.findall(r"<fill>(.*?)</fill>", styles)
    formats = re.findall(r'<xf [^>]*fillId="(\d+)"', styles.split("<cellXfs")[1])
    looks = {str(number) for number, fill in enumerate(formats) if colour[1:] in fills[int(fill)]}
    return {cell for cell, look in re.findall(r'<c r="(\w+)" s="(\d+)"', page) if look in looks}


def test_warnings_are_yellow_and_flaws_red() -> None:
    body = book(plain(), plain(Mã="VH-2", Đáp_án="E"), plain(Mã="VH-3"))
    copy = marked(body)
    assert coloured(copy, RED) == {"J3", "Q3"}
    assert coloured(copy, YELLOW) == {"E4"}
    assert comments(copy)["E4"] == "gần trùng câu ở dòng 2."


def test_a_cell_with_a_flaw_and_a_warning_is_red_and_says_both() -> None:
    copy = marked(book(*(plain(Mã=f"VH-{number}", Mức_kiểm_chứng="") for number in range(2)), plain(Đáp_án="")))
    assert "J4" in coloured(copy, RED)
    assert coloured(copy, YELLOW) == {"N1", "E3"}  # what concerns a whole column stands at its heading
    assert comments(copy)["N1"].startswith("2 câu hỏi ở mức theo trí nhớ (dòng 2, 3)")


def test_missing_columns_are_told_at_the_headings() -> None:
    copy = marked(book(plain()[:9], headings=HEADINGS[:9]))
    assert comments(copy) == {"A1": 'thiếu cột "Đáp án", "Giải thích", "Căn cứ".'}


def test_a_file_without_a_sheet_of_ours_is_told_at_its_first_cell() -> None:
    copy = marked(sheets({"Danh sách": [["Họ tên"], ["An"]], "Khác": []}))
    assert comments(copy)["A1"].startswith("Không tìm thấy sheet")
    assert open_workbook(copy)["Danh sách"] == [["Họ tên"], ["An"]]


def test_every_sheet_keeps_its_name_its_place_and_its_cells() -> None:
    body = sheets({
        "Ghi chú 'cũ' (1)": [["Số liệu", 1.5, date(2026, 11, 23)], ["=1+1", "-x"]],
        "Thẻ": [CARD_HEADINGS, ["T-1", "Trang phục", "Áo", "", "QD129"]],
        "Câu hỏi": [["Tháng 12"], [], HEADINGS, plain(Đáp_án="")],
    })  # fmt: skip
    before, after = open_workbook(body), open_workbook(marked(body))
    assert list(before) == list(after)
    for name, grid in before.items():
        width = len(grid[0])
        assert [list(row[:width]) for row in after[name]] == [list(row) for row in grid]
    assert after["Thẻ"][1][-1] == 'Cột "Nội dung": để trống.'
    assert after["Câu hỏi"][3][-1] == 'Cột "Đáp án": để trống.'


def test_values_of_every_kind_stay_what_they_are() -> None:
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = made.add_worksheet("Câu hỏi")
    cells: list[Any] = [True, 0.1, 12, 1e300, "0123", "=A1", date(2026, 1, 2), MOMENT, time(7, 30)]
    for at, cell in enumerate(cells):
        shape = {date: "dd/mm/yyyy", datetime: "dd/mm/yyyy hh:mm", time: "hh:mm"}.get(type(cell), "General")
        write = page.write_string if isinstance(cell, str) else page.write
        write(0, at, cell, made.add_format({"num_format": shape}))
    page.write_formula(1, 0, "=NA()", None, "#N/A")
    page.write_formula(1, 1, "=1/3", None, 1 / 3)
    made.close()
    body = buffer.getvalue()
    assert open_workbook(marked(body)) == open_workbook(body)


CELL = st.one_of(st.text(max_size=40), st.integers(-(10**9), 10**9), st.dates(date(1950, 1, 1), date(2090, 1, 1)))


@settings(max_examples=40)
@given(st.lists(st.lists(CELL, min_size=16, max_size=16), max_size=5))
def test_whatever_the_cells_hold_the_copy_holds_too(rows: list[list[Any]]) -> None:
    body = book(*rows)
    before, after = open_workbook(body)["Câu hỏi"], open_workbook(marked(body))["Câu hỏi"]
    assert [list(row[:16]) for row in after] == [list(row) for row in before]
    assert [flaw.key for flaw in read_workbook(marked(body), KNOWN, PHRASES).flaws] == [
        flaw.key for flaw in read_workbook(body, KNOWN, PHRASES).flaws
    ]


def test_no_row_is_higher_than_excel_takes() -> None:
    with zipfile.ZipFile(io.BytesIO(marked(book(plain(Câu_hỏi="rất dài " * 3_000))))) as archive:
        heights = re.findall(r'ht="([0-9.]+)"', archive.read("xl/worksheets/sheet1.xml").decode())
    assert 15 < max(map(float, heights)) < 409


@pytest.mark.parametrize("name", ["Câu hỏi", "Sheet1"])
def test_a_marked_copy_is_read_like_the_original(name: str) -> None:
    body = book(plain(), plain(Mã="VH-2", Đáp_án="E"), name=name)
    once, twice = read_workbook(body, KNOWN, PHRASES), read_workbook(marked(body), KNOWN, PHRASES)
    assert once == twice
