"""Reading a roster: tolerant of layout, exact about faults."""
# ruff: noqa: E501 - a case is easier to read on one line

import unicodedata
from datetime import date
from typing import Any

import pytest

from content.phrases import Phrases
from participation.roster import PersonRow, RosterFaults, UnitRow
from participation.roster.reading import read_roster
from tests.participation.workbooks import (
    AN,
    PEOPLE,
    PEOPLE_HEADINGS,
    UNIT_HEADINGS,
    UNITS,
    Rows,
    sheets,
    with_cell,
    workbook,
)


def faults(data: bytes, phrases: Phrases) -> list[str]:
    with pytest.raises(RosterFaults) as caught:
        read_roster(data, phrases)
    return caught.value.told(phrases)


def test_a_roster_is_read_as_it_stands(phrases: Phrases) -> None:
    roster = read_roster(workbook(), phrases)
    assert roster.units == (UnitRow(2, "S", "Sở Mẫu", "Sở"), UnitRow(3, "P", "Phòng Mẫu", "Phòng", "S"))
    assert roster.people == (
        PersonRow(
            2, "01", "Nguyễn Hoài An", "P", "Chuyên viên", "0900000001", duty="head", roles=frozenset({"operator"})
        ),
    )


LAYOUTS: list[tuple[str, bytes]] = [
    ("sheet names in capitals without accents", workbook(names=("DON VI", "can bo"))),
    ("columns in another order", workbook(people=[row[::-1] for row in PEOPLE])),
    ("a title above the headings", workbook(people=[["DANH SÁCH CÁN BỘ"], [], *PEOPLE])),
    ("headings in capitals with marks", workbook(people=[[f" {name.upper()} (*) " for name in PEOPLE[0]], AN])),
    ("another spelling of a heading", workbook(people=with_cell(PEOPLE, 1, "Họ tên", "Họ và tên"))),
    ("empty rows in between and after", workbook(people=[PEOPLE_HEADINGS, [], AN, [], ["", " "]])),
    ("columns nobody asked for", workbook(people=[[*PEOPLE_HEADINGS, "Ghi chú"], [*AN, "x"]])),
    ("numbers where text belongs", workbook(people=with_cell(PEOPLE, 2, "Số điện thoại", 900000001))),
    (
        "decomposed accents",
        workbook(people=[[unicodedata.normalize("NFD", str(cell)) for cell in row] for row in PEOPLE]),
    ),
    ("too many spaces", workbook(people=with_cell(PEOPLE, 2, "Họ tên", "  Nguyễn \n Hoài\u00a0 An "))),
    ("words without accents", workbook(people=with_cell(PEOPLE, 2, "Trạng thái", "Dang lam viec"))),
    ("an empty status", workbook(people=with_cell(PEOPLE, 2, "Trạng thái", ""))),
    ("codes in small letters", workbook(people=with_cell(PEOPLE, 2, "Mã đơn vị", "p"))),
    ("a third sheet", sheets({"Khác": [["x"]], "Đơn vị": UNITS, "Cán bộ": PEOPLE})),
]


@pytest.mark.parametrize("data", [pytest.param(data, id=label) for label, data in LAYOUTS])
def test_layout_does_not_matter(phrases: Phrases, data: bytes) -> None:
    person = read_roster(data, phrases).people[0]
    assert (person.staff_code, person.name, person.unit_code) == ("01", "Nguyễn Hoài An", "P")
    assert (person.phone, person.status, person.duty, person.roles) == (
        "0900000001", "working", "head", frozenset({"operator"}),
    )  # fmt: skip


@pytest.mark.parametrize("cell", [date(2025, 7, 1), "01/07/2025", "1-7-2025", "2025-07-01"])
def test_days_are_read_in_every_usual_form(phrases: Phrases, cell: object) -> None:
    roster = read_roster(workbook(units=with_cell(UNITS, 2, "Hiệu lực từ", cell)), phrases)
    assert roster.units[0].valid_from_on == date(2025, 7, 1)


def test_whole_numbers_are_codes_without_a_decimal_point(phrases: Phrases) -> None:
    roster = read_roster(workbook(people=with_cell(PEOPLE, 2, "Mã cán bộ", 5)), phrases)
    assert roster.people[0].staff_code == "5"


def test_several_roles_and_predecessors_stand_in_one_cell(phrases: Phrases) -> None:
    units = with_cell(UNITS, 3, "Mã đơn vị tiền thân", "q1; q2, Q1")
    people = with_cell(PEOPLE, 2, "Vai trò hệ thống", "Quản trị nội dung; vận hành")
    roster = read_roster(workbook(units, people), phrases)
    assert roster.units[1].predecessor_codes == ("Q1", "Q2")
    assert roster.people[0].roles == {"content_admin", "operator"}


def test_who_has_left_holds_nothing_and_needs_no_unit(phrases: Phrases) -> None:
    people = with_cell(with_cell(PEOPLE, 2, "Trạng thái", "thôi việc"), 2, "Mã đơn vị", "CŨ")
    person = read_roster(workbook(people=people), phrases).people[0]
    assert (person.status, person.duty, person.roles) == ("left", "", frozenset())


def test_formula_looking_text_stays_text(phrases: Phrases) -> None:
    roster = read_roster(workbook(people=with_cell(PEOPLE, 2, "Họ tên", '=HYPERLINK("x")')), phrases)
    assert roster.people[0].name == '=HYPERLINK("x")'


def test_invisible_letters_are_dropped(phrases: Phrases) -> None:
    roster = read_roster(workbook(people=with_cell(PEOPLE, 2, "Họ tên", "An\u202e\u200b Bình")), phrases)
    assert roster.people[0].name == "An Bình"


def people(heading: str, cell: Any) -> dict[str, Rows]:
    return {"people": with_cell(PEOPLE, 2, heading, cell)}


def units(heading: str, cell: Any, row: int = 3) -> dict[str, Rows]:
    return {"units": with_cell(UNITS, row, heading, cell)}


BAD: list[tuple[dict[str, Rows], str]] = [
    (people("Mã đơn vị", "X9"), 'Sheet "Cán bộ", dòng 2, cột "Mã đơn vị": không có đơn vị mã "X9" ở sheet "Đơn vị".'),
    (people("Mã đơn vị", ""), 'Sheet "Cán bộ", dòng 2, cột "Mã đơn vị": để trống.'),
    (people("Họ tên", " "), 'Sheet "Cán bộ", dòng 2, cột "Họ tên": để trống.'),
    (people("Họ tên", "A" * 121), 'Sheet "Cán bộ", dòng 2, cột "Họ tên": 121 ký tự, tối đa 120.'),
    (people("Mã cán bộ", "1,2"), 'Sheet "Cán bộ", dòng 2, cột "Mã cán bộ": "1,2" có dấu phẩy hoặc chấm phẩy, không dùng làm mã được.'),
    (people("Số điện thoại", "09x"), 'Sheet "Cán bộ", dòng 2, cột "Số điện thoại": "09x" không phải số di động 10 chữ số. Để trống nếu chưa có.'),
    (people("Trạng thái", "đi vắng"), 'Sheet "Cán bộ", dòng 2, cột "Trạng thái": "đi vắng" không thuộc danh sách: đang làm việc, thôi việc.'),
    (people("Vai trò lãnh đạo", "sếp"), 'Sheet "Cán bộ", dòng 2, cột "Vai trò lãnh đạo": "sếp" không thuộc danh sách: trưởng, phó.'),
    (people("Vai trò hệ thống", "vận hành, vua"), 'Sheet "Cán bộ", dòng 2, cột "Vai trò hệ thống": "vua" không thuộc danh sách: quản trị nội dung, quản trị danh sách, vận hành.'),
    (people("Họ tên", "") | units("Tên đơn vị", ""), 'Sheet "Đơn vị", dòng 3, cột "Tên đơn vị": để trống.|Sheet "Cán bộ", dòng 2, cột "Họ tên": để trống.'),
    ({"people": [*PEOPLE, AN[:6]]}, 'Sheet "Cán bộ", dòng 3, cột "Mã cán bộ": mã "01" đã có ở dòng 2.'),
    ({"people": [*PEOPLE, ["02", *AN[1:]]]}, 'Sheet "Cán bộ", dòng 3, cột "Vai trò lãnh đạo": đơn vị "P" đã có trưởng ở dòng 2.'),
    ({"people": [PEOPLE_HEADINGS]}, 'Sheet "Cán bộ": chưa có người nào.'),
    ({"people": [[name for name in PEOPLE_HEADINGS if name != "Chức vụ"]]}, 'Sheet "Cán bộ": thiếu cột "Chức vụ".'),
    ({"people": with_cell(PEOPLE, 1, "Chức vụ", "Họ tên")}, 'Sheet "Cán bộ": có hai cột "Họ tên", không rõ dùng cột nào.|Sheet "Cán bộ": thiếu cột "Chức vụ".'),
    ({"units": [UNIT_HEADINGS]}, 'Sheet "Đơn vị": chưa có đơn vị nào.|Sheet "Cán bộ", dòng 2, cột "Mã đơn vị": không có đơn vị mã "P" ở sheet "Đơn vị".'),
    (units("Mã đơn vị", "S"), 'Sheet "Đơn vị", dòng 3, cột "Mã đơn vị": mã "S" đã có ở dòng 2.|Sheet "Cán bộ", dòng 2, cột "Mã đơn vị": không có đơn vị mã "P" ở sheet "Đơn vị".'),
    (units("Mã đơn vị cấp trên", "Q"), 'Sheet "Đơn vị", dòng 3, cột "Mã đơn vị cấp trên": không có đơn vị mã "Q" ở sheet "Đơn vị".'),
    (units("Mã đơn vị cấp trên", "P", row=2), 'Sheet "Đơn vị", dòng 2, cột "Mã đơn vị cấp trên": các đơn vị vòng tròn cấp trên: S → P → S.'),
    (units("Mã đơn vị cấp trên", "P"), 'Sheet "Đơn vị", dòng 3, cột "Mã đơn vị cấp trên": các đơn vị vòng tròn cấp trên: P → P.'),
    (units("Hiệu lực từ", "31/02/2025"), 'Sheet "Đơn vị", dòng 3, cột "Hiệu lực từ": "31/02/2025" không phải ngày dạng ngày/tháng/năm.'),
]  # fmt: skip


@pytest.mark.parametrize(("contents", "told"), BAD)
def test_every_fault_is_told_by_sheet_row_and_column(phrases: Phrases, contents: dict[str, Rows], told: str) -> None:
    assert faults(workbook(**contents), phrases) == told.split("|")  # type: ignore[arg-type]


def test_a_missing_sheet_is_named(phrases: Phrases) -> None:
    assert faults(sheets({"Đơn vị": UNITS}), phrases) == ['Không có sheet "Cán bộ". Đề nghị dùng tệp mẫu.']


def test_an_empty_sheet_lacks_every_column(phrases: Phrases) -> None:
    told = faults(workbook(people=[]), phrases)
    assert told == [f'Sheet "Cán bộ": thiếu cột "{name}".' for name in PEOPLE_HEADINGS]
