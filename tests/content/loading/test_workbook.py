"""Workbooks as people lay them out: read tolerantly, refused precisely."""

import io
import unicodedata
from datetime import date
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from content.loading.drafts import FileRefused, QuestionDraft
from content.loading.excel.workbook import ROWS, read_workbook
from content.phrases import Phrases
from tests.content.loading.books import (
    CARD_HEADINGS,
    HEADINGS,
    KNOWN,
    PLAIN,
    SOURCE_HEADINGS,
    Cells,
    book,
    flaws,
    in_order,
    plain,
    warnings,
)  # fmt: skip
from tests.participation.workbooks import sheets

CARD = {"Chủ đề": "Trang phục", "Tiêu đề": "Áo có cổ", "Nội dung": "Gọn gàng, lịch sự.", "Căn cứ": "QD129"}
SOURCE = {
    "Mã": "QC1", "Loại văn bản": "Quy chế", "Số hiệu": "15/QC-SM", "Tên văn bản": "Quy chế làm việc",
    "Cơ quan ban hành": "Sở Mẫu", "Ngày ban hành": date(2025, 7, 1), "Mức kiểm chứng": "Đã đọc văn bản gốc",
}  # fmt: skip
BLANK = {"Tiêu đề": "Dép có quai hậu", "Nội dung": ""}
EMPTY: Cells = [""] * len(HEADINGS)


def only(body: bytes, phrases: Phrases) -> QuestionDraft:
    """The one question of a workbook without flaws."""
    reading = read_workbook(body, KNOWN, phrases)
    assert flaws(reading, phrases) == []
    (question,) = reading.questions
    return question


def test_a_row_becomes_a_draft(phrases: Phrases) -> None:
    assert only(book(plain()), phrases) == QuestionDraft(
        code="VH-1",
        topic="gio-giac",
        kind="situation",
        difficulty=2,
        stem="Sáng thứ Hai Anh/Chị đến cơ quan muộn mười phút vì mưa lớn. Nên làm gì trước tiên?",
        options=(
            "Báo cho người phụ trách",
            "Lặng lẽ vào chỗ ngồi",
            "Nhờ người khác điểm danh",
            "Xin nghỉ cả buổi sáng",
        ),
        right=(1,),
        explanation="Báo sớm thì công việc được sắp xếp lại kịp thời.",
        source="QD129",
        article="",
        card="",
        track="",
        verified="press",
    )


@pytest.mark.parametrize(
    ("heading", "cell", "name", "value"),
    [
        ("Đáp án", 2, "right", (2,)),
        ("Đáp án", 2.0, "right", (2,)),
        ("Đáp án", "2.0", "right", (2,)),
        ("Đáp án", " b ", "right", (2,)),
        ("Đáp án", "B, D", "right", (2, 4)),
        ("Đáp án", "2;3", "right", (2, 3)),
        ("Đáp án", 1.3, "right", (1, 3)),
        ("Độ khó", "3", "difficulty", 3),
        ("Độ khó", 3.0, "difficulty", 3),
        ("Độ khó", "Khó", "difficulty", 3),
        ("Độ khó", "vừa", "difficulty", 2),
        ("Loại", "kien thuc", "kind", "knowledge"),
        ("Loại", "SITUATION", "kind", "situation"),
        ("Mã", 17, "code", "17"),
        ("A", 2025, "options", ("2025", *(PLAIN[letter] for letter in "BCD"))),
        ("Câu hỏi", "  Họp\u00a0 lúc\nmấy giờ? ", "stem", "Họp lúc mấy giờ?"),
        ("Câu hỏi", unicodedata.normalize("NFD", "Họp ở đâu?"), "stem", "Họp ở đâu?"),
        ("Câu hỏi", "=HYPERLINK(1) là gì?", "stem", "=HYPERLINK(1) là gì?"),
        ("Đối tượng", "cơ sở y tế", "track", "y-te"),
        ("Mức kiểm chứng", "", "verified", "memory"),
        ("Mức kiểm chứng", "Văn bản gốc", "verified", "text"),
    ],
)
def test_cells_are_read_tolerantly(heading: str, cell: Any, name: str, value: Any, phrases: Phrases) -> None:
    question = only(book(in_order(PLAIN | {heading: cell})), phrases)
    assert getattr(question, name) == value


def test_rows_are_numbered_as_excel_shows_them(phrases: Phrases) -> None:
    wrong = plain(Mã="VH-2", Câu_hỏi="Câu thứ hai hỏi chuyện khác?", Đáp_án="")
    grid = [[], ["BỘ CÂU HỎI"], ["Điền từ dòng dưới", "", "", "x"], [], HEADINGS, EMPTY, plain(), EMPTY, wrong]
    reading = read_workbook(sheets({"Câu hỏi": grid}), KNOWN, phrases)
    assert flaws(reading, phrases) == ['Dòng 9, cột "Đáp án": để trống.']
    assert [question.row for question in reading.questions] == [7]


def test_a_table_may_begin_anywhere(phrases: Phrases) -> None:
    grid = [[], [], ["", "", *HEADINGS], ["", "", *plain()]]
    assert only(sheets({"Trang tính 1": grid}), phrases).row == 4


@pytest.mark.parametrize("name", ["Câu hỏi", "cau hoi", "Sheet1", unicodedata.normalize("NFD", "CÂU HỎI")])
def test_the_name_of_the_sheet_hardly_matters(name: str, phrases: Phrases) -> None:
    assert only(sheets({name: [HEADINGS, plain()], "Ghi chú": [["Tháng 12"]]}), phrases).code == "VH-1"


def test_headings_are_recognised_as_people_write_them(phrases: Phrases) -> None:
    written = [
        "Mã câu hỏi", "chu de (*)", "Loại câu", "Mức độ:", "NỘI DUNG CÂU HỎI", "Phương án A", "Phương án B",
        "Phương án C", "Phương án D", "Đáp án đúng", "Giải thích đáp án", "Căn cứ pháp lý", "Điều khoản", "Kiểm chứng",
        "Mã thẻ", "Dành cho",
    ]  # fmt: skip
    assert only(book(plain(), headings=written), phrases) == only(book(plain()), phrases)


def test_headings_merged_over_two_lines_are_one(phrases: Phrases) -> None:
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet("Đề thi")
    sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "NGÂN HÀNG CÂU HỎI THÁNG 12")
    for at, name in enumerate(HEADINGS):
        if name in "ABCD":
            sheet.write_string(2, at, name)
        else:
            sheet.merge_range(1, at, 2, at, name)
    sheet.merge_range(1, 5, 1, 8, "Phương án trả lời")
    for at, cell in enumerate(plain()):
        sheet.write(4, at, cell)
        sheet.write_string(3, at, f"({at + 1})")
    made.close()
    assert only(buffer.getvalue(), phrases).row == 5


def test_a_formula_without_a_kept_value_reads_as_empty(phrases: Phrases) -> None:
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet("Câu hỏi")
    for at, (name, cell) in enumerate(zip(HEADINGS, plain(), strict=True)):
        sheet.write_string(0, at, name)
        sheet.write(1, at, cell)
    sheet.write_formula(1, HEADINGS.index("Giải thích"), '="a"&"b"', None, "")
    made.close()
    assert flaws(read_workbook(buffer.getvalue(), KNOWN, phrases), phrases) == ['Dòng 2, cột "Giải thích": để trống.']


def test_three_sheets_are_read_together(phrases: Phrases) -> None:
    reading = read_workbook(
        sheets({
            "Căn cứ": [SOURCE_HEADINGS, in_order(SOURCE, SOURCE_HEADINGS)],
            "Thẻ": [CARD_HEADINGS, *(in_order(CARD | other, CARD_HEADINGS) for other in ({}, BLANK))],
            "Câu hỏi": [HEADINGS, plain(Căn_cứ="15/QC-SM", Thẻ="Áo có cổ")],
        }),
        KNOWN,
        phrases,
    )  # fmt: skip
    assert flaws(reading, phrases) == ['Sheet "Thẻ", dòng 3, cột "Nội dung": để trống.']
    assert (reading.rows, reading.faulty) == (4, 1)
    assert reading.sources[0].issued_on == date(2025, 7, 1)
    assert reading.questions[0].source == "QC1"
    assert reading.questions[0].card == reading.cards[0].code


def test_cards_alone_are_enough(phrases: Phrases) -> None:
    reading = read_workbook(sheets({"Thẻ": [CARD_HEADINGS, in_order(CARD, CARD_HEADINGS)]}), KNOWN, phrases)
    assert (len(reading.cards), flaws(reading, phrases)) == (1, [])


@pytest.mark.parametrize(
    ("grids", "told"),
    [
        ({"Sheet1": [["Họ tên", "Đơn vị"], ["An", "P1"]]}, 'Không tìm thấy sheet "Câu hỏi", "Thẻ" hoặc "Căn cứ".'),
        ({"1": [HEADINGS, plain()], "2": [HEADINGS, plain()]}, 'Không tìm thấy sheet "Câu hỏi"'),
        ({"Câu hỏi": [HEADINGS]}, "Tệp chưa có câu hỏi, thẻ hoặc căn cứ nào."),
        ({"Câu hỏi": []}, "Tệp chưa có câu hỏi, thẻ hoặc căn cứ nào."),
        ({"Câu hỏi": [HEADINGS[:9], plain()[:9]]}, 'Thiếu cột "Đáp án", "Giải thích", "Căn cứ".'),
        ({"Câu hỏi": [[*HEADINGS, "Phương án A"], [*plain(), "x"]]}, 'Có hai cột "A", không rõ dùng cột nào.'),
        ({"Thẻ": [CARD_HEADINGS[:3], ["a", "b", "c"]]}, 'Sheet "Thẻ": thiếu cột "Nội dung", "Căn cứ".'),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(grids: dict[str, Any], told: str, phrases: Phrases) -> None:
    (found,) = flaws(read_workbook(sheets(grids), KNOWN, phrases), phrases)
    assert found.startswith(told)


def test_rows_under_doubtful_headings_count_as_faulty(phrases: Phrases) -> None:
    reading = read_workbook(book(plain()[:9], headings=HEADINGS[:9]), KNOWN, phrases)
    assert (reading.rows, reading.faulty) == (1, 1)


def test_columns_of_their_own_are_remarked_upon_once(phrases: Phrases) -> None:
    headings = ["STT", *HEADINGS, "Người soạn", "Lỗi"]
    reading = read_workbook(book([1, *plain(), "An", "x"], headings=headings), KNOWN, phrases)
    assert warnings(reading, phrases) == ['Cột "Người soạn" không được dùng đến.']
    assert len(reading.questions) == 1


def test_more_rows_than_anyone_types_are_not_read(phrases: Phrases) -> None:
    rows = [plain(Mã=f"A{number}") for number in range(ROWS + 1)]
    reading = read_workbook(book(*rows), KNOWN, phrases)
    assert flaws(reading, phrases) == ["Có 5001 dòng, tối đa 5000. Đề nghị chia thành nhiều tệp."]
    assert (reading.rows, reading.faulty, reading.questions) == (ROWS + 1, ROWS + 1, ())


def test_what_is_no_workbook_is_refused(phrases: Phrases) -> None:
    with pytest.raises(FileRefused) as refused:
        read_workbook(b"no workbook", KNOWN, phrases)
    assert refused.value.key == "refused.not_xlsx"
