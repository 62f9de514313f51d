"""Excel files as people make them, for tests: any cells in any place."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

UNIT_HEADINGS = ["Mã đơn vị", "Tên đơn vị", "Loại", "Mã đơn vị cấp trên", "Mã đơn vị tiền thân", "Hiệu lực từ"]
PEOPLE_HEADINGS = [
    "Mã cán bộ", "Họ tên", "Mã đơn vị", "Chức vụ", "Số điện thoại", "Trạng thái", "Vai trò lãnh đạo",
    "Vai trò hệ thống",
]  # fmt: skip
UNITS = [UNIT_HEADINGS, ["S", "Sở Mẫu", "Sở"], ["P", "Phòng Mẫu", "Phòng", "S"]]
AN = ["01", "Nguyễn Hoài An", "P", "Chuyên viên", "0900000001", "đang làm việc", "trưởng", "vận hành"]
PEOPLE = [PEOPLE_HEADINGS, AN]

Rows = Sequence[Sequence[Any]]


def workbook(units: Rows = UNITS, people: Rows = PEOPLE, names: tuple[str, str] = ("Đơn vị", "Cán bộ")) -> bytes:
    """The bytes of a workbook with these two sheets."""
    return sheets({names[0]: units, names[1]: people})


def sheets(contents: dict[str, Rows]) -> bytes:
    """The bytes of a workbook with these sheets."""
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    days = made.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in contents.items():
        sheet = made.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, days)
                elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
                    sheet.write_number(row, column, cell)
                elif cell:
                    sheet.write_string(row, column, cell)
    made.close()
    return buffer.getvalue()


def with_cell(rows: Rows, row: int, heading: str, cell: object) -> list[list[Any]]:
    """The rows with one cell of a row (Excel's number) replaced."""
    at = list(rows[0]).index(heading)
    copied = [[*cells, *[""] * (len(rows[0]) - len(cells))] for cells in rows]
    copied[row - 1][at] = cell
    return copied
