"""Raw entries become drafts or flaws: one flaw for each fault, none that merely follows from another."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.loading.checks.checking import check
from content.loading.checks.telling import told
from content.loading.drafts import CARD, QUESTION, SOURCE, Flaw, Known, RawEntry, Reading
from content.loading.excel.columns import BY_KIND
from content.phrases import Phrases
from tests.conftest import ROOT
from tests.content.loading.books import flaws, warnings

PHRASES = Phrases.load(ROOT / "content" / "phrases")
KNOWN = Known(
    topics={"gio-giac": "Giờ giấc làm việc", "mot-cua": "Một cửa", "khac": "Một cửa khác"},
    tracks={"y-te": "Cơ sở y tế", "mot-cua": "Bộ phận Một cửa"},
    sources={"QD129": "Quyết định 129/2007/QĐ-TTg", "NQ-1": "Nội quy", "NQ-2": "Nội quy"},
    cards={"VH-T1": "Đến đúng giờ"},
    stems={"VH-017": "Người dân đến quầy lúc gần hết giờ làm việc buổi sáng, Anh/Chị nên làm gì?"},
)
FIELDS = {
    "topic": "Giờ giấc làm việc", "kind": "situation", "difficulty": "2", "stem": "Buổi họp bắt đầu lúc mấy giờ?",
    "option_1": "Đúng giờ ghi trong giấy mời", "option_2": "Khi đông đủ", "option_3": "Khi lãnh đạo tới",
    "right": "A", "explanation": "Đúng giờ là tôn trọng người khác.", "source": "QD129", "verified": "press",
}  # fmt: skip
CARD_FIELDS = {
    "topic": "gio-giac", "title": "Đến đúng giờ", "text": "Đến sớm năm phút.", "source": "QD129", "verified": "press",
}  # fmt: skip
SOURCE_FIELDS = {
    "code": "QC1", "form": "Quy chế", "number": "15/QC-SM", "title": "Quy chế làm việc", "issuer": "Sở Mẫu",
    "verified": "text",
}  # fmt: skip


def entry(row: int = 8, kind: str = QUESTION, /, **changes: str) -> RawEntry:
    base = {QUESTION: FIELDS, CARD: CARD_FIELDS, SOURCE: SOURCE_FIELDS}[kind]
    fields = {name: text for name, text in (base | changes).items() if text}
    return RawEntry(kind, row, fields, sheet=BY_KIND[kind].key)


def checked(*entries: RawEntry, known: Known = KNOWN, partial: bool = False) -> Reading:
    return check("excel", entries, known, partial=partial)


def faults(*entries: RawEntry) -> list[str]:
    return flaws(checked(*entries), PHRASES)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"right": "E"}, 'cột "Đáp án": ghi E nhưng chỉ có phương án A–C.'),
        ({"right": "5"}, 'cột "Đáp án": ghi E nhưng chỉ có phương án A–C.'),
        ({"right": "0"}, 'cột "Đáp án": ghi 0 nhưng chỉ có phương án A–C.'),
        ({"right": "30"}, 'cột "Đáp án": ghi 30 nhưng chỉ có phương án A–C.'),
        ({"right": "D"}, 'cột "D": để trống trong khi đáp án là D.'),
        ({"right": ""}, 'cột "Đáp án": để trống.'),
        ({"right": "abc"}, 'cột "Đáp án": mọi phương án đều được ghi là đúng.'),
        (
            {"right": "sai"},
            'cột "Đáp án": ghi "sai", không rõ là phương án nào. Đề nghị ghi A–D hoặc 1–4.',
        ),
        ({"option_2": "", "right": "B"}, 'cột "B": để trống trong khi đáp án là B.'),
        ({"option_2": ""}, 'cột "B": để trống trong khi có phương án C.'),
        ({"option_3": "khi  đông ĐỦ"}, 'cột "C": trùng với phương án B.'),
        ({"option_2": "", "option_3": ""}, 'cột "B": cần ít nhất 2 phương án.'),
        ({"option_1": "", "option_2": "", "option_3": ""}, 'cột "A": cần ít nhất 2 phương án.'),
        ({"option_2": "x" * 81}, 'cột "B": 81 ký tự, tối đa 80.'),
        ({"option_2": "x" * 81, "right": "B"}, 'cột "B": 81 ký tự, tối đa 80.'),
        ({"stem": ""}, 'cột "Câu hỏi": để trống.'),
        ({"stem": "x" * 201}, 'cột "Câu hỏi": 201 ký tự, tối đa 200.'),
        ({"stem": "x" * 30_000}, 'cột "Câu hỏi": 30000 ký tự, tối đa 200.'),
        (
            {"stem": "Giờ\u200b làm?"},
            'cột "Câu hỏi": có ký tự ẩn hoặc ký tự điều khiển (U+200B). Đề nghị xóa và gõ lại.',
        ),
        (
            {"option_1": "abc\u202edcba"},
            'cột "A": có ký tự ẩn hoặc ký tự điều khiển (U+202E). Đề nghị xóa và gõ lại.',
        ),
        ({"explanation": "x" * 161}, 'cột "Giải thích": 161 ký tự, tối đa 160.'),
        ({"explanation": ""}, 'cột "Giải thích": để trống.'),
        ({"topic": ""}, 'cột "Chủ đề": để trống.'),
        ({"topic": "Nấu ăn"}, 'cột "Chủ đề": không có chủ đề "Nấu ăn" trong danh mục.'),
        ({"source": ""}, 'cột "Căn cứ": để trống.'),
        ({"source": "Luật 1"}, 'cột "Căn cứ": không có văn bản "Luật 1" trong danh mục và trong tệp.'),
        ({"source": "nội quy"}, 'cột "Căn cứ": ghi "nội quy", trùng tên nhiều mục. Đề nghị ghi mã: NQ-1, NQ-2.'),
        ({"track": "Nhà máy"}, 'cột "Đối tượng": không có đối tượng "Nhà máy" trong danh mục.'),
        ({"card": "VH-T9"}, 'cột "Thẻ": không có thẻ "VH-T9" trong hệ thống và trong tệp.'),
        ({"kind": "lạ"}, 'cột "Loại": ghi "lạ", không thuộc danh sách: Tình huống, Kiến thức.'),
        ({"difficulty": "4"}, 'cột "Độ khó": ghi "4", không thuộc danh sách: 1 - Dễ, 2 - Vừa, 3 - Khó.'),
        ({"code": "VH 17"}, 'cột "Mã": ghi "VH 17". Mã chỉ gồm chữ không dấu, chữ số và dấu gạch nối.'),
        ({"code": "V" * 33}, 'cột "Mã": 33 ký tự, tối đa 32.'),
        ({"article": "Đ" * 41}, 'cột "Điều, khoản": 41 ký tự, tối đa 40.'),
    ],
)
def test_each_fault_of_a_question_is_told_once(changes: dict[str, str], told: str) -> None:
    assert faults(entry(**changes)) == [f"Dòng 8, {told}"]


def test_explanation_and_source_must_fit_in_one_message() -> None:
    known = replace(KNOWN, sources={"QD129": "Quyết định " + "9" * 40})
    long = checked(entry(explanation="x" * 160, article="Điều " + "1" * 35, source="QD129"), known=known)
    assert flaws(long, PHRASES) == ['Dòng 8, cột "Giải thích": cùng với căn cứ dài 261 ký tự, tối đa 260.']


def test_several_faults_of_one_row_are_all_told_and_the_row_counts_once() -> None:
    reading = checked(entry(stem="", right="E", topic="?"), entry(9))
    assert len(reading.flaws) == 3
    assert (reading.rows, reading.faulty, len(reading.questions)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("topic", "gio-giac", "gio-giac"),
        ("topic", "GIỜ GIẤC  làm việc", "gio-giac"),
        ("topic", "gio giac lam viec", "gio-giac"),
        ("topic", "mot-cua", "mot-cua"),
        ("source", "qd129", "QD129"),
        ("source", "quyết định 129/2007/QĐ-TTg", "QD129"),
        ("source", "129/2007/qd-ttg", "QD129"),
        ("source", "NQ-2", "NQ-2"),
        ("track", "Cơ sở y tế", "y-te"),
        ("card", "Đến đúng giờ", "VH-T1"),
        ("card", "vh-t1", "VH-T1"),
    ],
)
def test_things_are_named_by_code_or_by_name(name: str, written: str, meant: str) -> None:
    (question,) = checked(entry(**{name: written})).questions
    assert getattr(question, name) == meant


def test_a_question_without_a_code_gets_the_same_one_every_time() -> None:
    (first,) = checked(entry()).questions
    (again,) = checked(entry(77, stem="buổi họp  BẮT ĐẦU lúc mấy giờ?")).questions
    assert first.code == again.code
    assert first.code.startswith("CH-")
    assert len(first.code) == 11
    assert faults(entry(8), entry(12)) == ['Dòng 12, cột "Câu hỏi": trùng với dòng 8.']


def test_a_code_keeps_the_spelling_the_house_knows() -> None:
    (question,) = checked(entry(code="vh-017")).questions
    assert question.code == "VH-017"


def test_a_code_stands_for_one_row() -> None:
    assert faults(entry(8, code="A-1"), entry(9, code="a-1", stem="Khác hẳn câu kia?")) == [
        'Dòng 9, cột "Mã": mã "a-1" đã có ở dòng 8.'
    ]


def test_sources_and_cards_of_the_same_file_count_as_known() -> None:
    reading = checked(
        entry(2, source="15/qc-sm", card="Lời chào"),
        entry(3, stem="Câu thứ hai nói chuyện khác?", source="Quy chế 15/QC-SM", card="T-9", verified=""),
        entry(2, CARD, code="T-9", title="Lời chào", source="qc1"),
        entry(2, SOURCE, in_force_from="01/07/2025", in_force_until="2026-06-30", replaced_by="129/2007/QĐ-TTg"),
    )
    assert flaws(reading, PHRASES) == []
    assert [(question.source, question.card) for question in reading.questions] == [("QC1", "T-9"), ("QC1", "T-9")]
    assert reading.questions[1].verified == "text"  # the grade of its source, which stands beside it
    (source,) = reading.sources
    assert (source.in_force_from, source.in_force_until) == (date(2025, 7, 1), date(2026, 6, 30))
    assert source.replaced_by == "QD129"
    assert (reading.rows, reading.faulty) == (4, 0)


def test_what_rests_on_a_faulty_source_of_the_same_file_waits_for_it() -> None:
    reading = checked(entry(2, source="QC1"), entry(5, SOURCE, issuer=""))
    assert flaws(reading, PHRASES) == [
        'Dòng 2, cột "Căn cứ": văn bản "QC1" (dòng 5 của tệp) còn lỗi nên chưa dùng được.',
        'Sheet "Căn cứ", dòng 5, cột "Cơ quan ban hành": để trống.',
    ]
    assert (reading.questions, reading.sources) == ((), ())


def test_what_rests_on_a_faulty_card_of_the_same_file_waits_for_it() -> None:
    reading = checked(entry(2, card="T-9"), entry(6, CARD, code="T-9", title="Lời chào", text=""))
    assert flaws(reading, PHRASES)[0] == 'Dòng 2, cột "Thẻ": thẻ "T-9" (dòng 6 của tệp) còn lỗi nên chưa dùng được.'
    assert len(reading.flaws) == 2


def test_a_source_the_house_holds_is_recognised_by_its_citation() -> None:
    again = {"form": "Quyết định", "number": "129/2007/QĐ-TTg"}
    reading = checked(entry(2, source="129/2007/QĐ-TTg"), entry(4, SOURCE, code="", **again))
    assert flaws(reading, PHRASES) == []
    assert [source.code for source in reading.sources] == ["QD129"]
    assert reading.questions[0].source == "QD129"
    assert faults(entry(4, SOURCE, code="NQ-2", form="Nội", number="quy")) == []
    other = checked(entry(2, source="129/2007/QĐ-TTg"), entry(4, SOURCE, code="QD-129", **again))
    assert flaws(other, PHRASES) == [
        'Sheet "Căn cứ", dòng 4, cột "Số hiệu": văn bản này đã có, mã QD129. Đề nghị dùng mã đó.'
    ]
    assert other.questions[0].source == "QD129"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"number": ""}, 'cột "Số hiệu": để trống.'),
        ({"issued_on": "31/02/2025"}, 'cột "Ngày ban hành": ghi "31/02/2025", không phải ngày dạng ngày/tháng/năm.'),
        (
            {"issued_on": "02/07/2025", "in_force_from": "01/07/2025"},
            'cột "Hiệu lực từ": trước ngày ban hành.',
        ),
        (
            {"in_force_from": "02/07/2025", "in_force_until": "01/07/2025"},
            'cột "Hiệu lực đến hết": trước ngày bắt đầu có hiệu lực.',
        ),
        ({"replaced_by": "QD129"}, 'cột "Hiệu lực đến hết": để trống trong khi có văn bản thay thế.'),
        (
            {"replaced_by": "QC1", "in_force_until": "01/07/2025"},
            'cột "Thay thế bởi": văn bản không thể thay thế chính nó.',
        ),
        (
            {"replaced_by": "Luật 7", "in_force_until": "01/07/2025"},
            'cột "Thay thế bởi": không có văn bản "Luật 7" trong danh mục và trong tệp.',
        ),
    ],
)
def test_each_fault_of_a_source_is_told_once(changes: dict[str, str], told: str) -> None:
    assert faults(entry(4, SOURCE, **changes)) == [f'Sheet "Căn cứ", dòng 4, {told}']


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": "x" * 61}, 'cột "Tiêu đề": 61 ký tự, tối đa 60.'),
        ({"text": "x" * 351}, 'cột "Nội dung": 351 ký tự, tối đa 350.'),
        ({"topic": "khác"}, None),
        ({"topic": "lạ"}, 'cột "Chủ đề": không có chủ đề "lạ" trong danh mục.'),
    ],
)
def test_each_fault_of_a_card_is_told_once(changes: dict[str, str], told: str | None) -> None:
    assert faults(entry(4, CARD, **changes)) == ([f'Sheet "Thẻ", dòng 4, {told}'] if told else [])


def test_what_a_format_cannot_carry_may_wait_until_approval() -> None:
    bare = RawEntry(QUESTION, 3, {"stem": "Họp lúc mấy giờ?", "option_1": "Bảy", "option_2": "Tám", "right": "2"})
    reading = check("aiken", [bare], KNOWN, partial=True)
    (question,) = reading.questions
    assert (question.topic, question.kind, question.difficulty, question.source) == ("", "", 0, "")
    strict = check("yaml", [bare], KNOWN)
    assert {flaw.column for flaw in strict.flaws} == {"topic", "source", "kind", "explanation", "difficulty"}


def test_flaws_of_the_reader_take_their_entries_along() -> None:
    entries = [RawEntry(QUESTION, 3, FIELDS, {"stem": 4}), RawEntry(QUESTION, 9, FIELDS | {"stem": "Khác?"})]
    broken = [Flaw("loading.flaw.yaml.not_plain", 4, "stem"), Flaw("loading.flaw.yaml.not_an_entry", 20)]
    reading = check("yaml", entries, KNOWN, broken)
    assert (reading.rows, reading.faulty, [question.row for question in reading.questions]) == (3, 2, [9])


def test_flaws_are_named_as_the_format_names_its_parts() -> None:
    reading = checked(entry(right=""), entry(9, CARD, text=""))
    (first, second) = reading.flaws
    assert told(first, PHRASES) == 'Dòng 8, cột "Đáp án": để trống.'
    assert told(second, PHRASES) == 'Sheet "Thẻ", dòng 9, cột "Nội dung": để trống.'
    assert told(replace(first, sheet=""), PHRASES) == 'Dòng 8, mục "right": để trống.'
    assert told(replace(first, sheet="", column="option_2"), PHRASES) == 'Dòng 8, mục "options": để trống.'
    assert told(replace(first, sheet=""), PHRASES, "gift") == 'Dòng 8, phần "Đáp án": để trống.'


def test_warnings_block_nothing() -> None:
    near = "Người dân đến quầy lúc đã gần hết giờ làm việc buổi sáng, Anh/Chị nên làm gì?"
    reading = checked(
        entry(2, stem=near),
        entry(3, stem="Một câu khác hẳn về bảng tên đặt trên bàn làm việc?", verified=""),
        entry(4, stem="Một câu khác hẳn về bảng tên đặt trên bàn làm việc nhỉ?"),
        entry(5, stem="Cuộc gọi nhỡ của người dân?", option_1="Gọi lại trong buổi và ghi nội dung vào sổ theo dõi"),
        entry(6, stem="Chậu cây trước phòng tiếp dân?", option_1="Tưới"),
    )
    assert len(reading.questions) == 5
    assert warnings(reading, PHRASES) == [
        "Cả 5 câu đều có đáp án A.",
        "1 câu hỏi ở mức theo trí nhớ (dòng 3): chưa dùng để chấm điểm khi chưa có người thẩm định.",
        'Dòng 2, cột "Câu hỏi": gần trùng câu đã có (mã VH-017).',
        'Dòng 4, cột "Câu hỏi": gần trùng câu ở dòng 3.',
        'Dòng 5, cột "A": phương án đúng dài 50 ký tự, các phương án khác trung bình 14, dễ đoán.',
    ]


def test_a_changed_question_is_not_like_itself() -> None:
    stem = KNOWN.stems["VH-017"].replace("sáng", "chiều")
    assert warnings(checked(entry(code="VH-017", stem=stem)), PHRASES) == []


def test_a_file_of_knowledge_alone_is_remarked_upon() -> None:
    assert warnings(checked(entry(kind="knowledge")), PHRASES) == ["Cả tệp không có câu tình huống nào."]


ANY = st.dictionaries(st.sampled_from([column.name for column in BY_KIND[QUESTION].columns]), st.text(max_size=300))


@given(st.lists(st.tuples(st.sampled_from([QUESTION, CARD, SOURCE]), ANY), max_size=6), st.booleans())
def test_whatever_is_written_is_either_a_draft_or_told(found: list[tuple[str, dict[str, str]]], partial: bool) -> None:
    entries = [RawEntry(kind, row, fields, sheet=BY_KIND[kind].key) for row, (kind, fields) in enumerate(found, 2)]
    reading = check("excel", entries, KNOWN, partial=partial)
    kept = {(QUESTION, draft.row) for draft in reading.questions} | {(CARD, draft.row) for draft in reading.cards}
    kept |= {(SOURCE, draft.row) for draft in reading.sources}
    at_fault = {(flaw.sheet, flaw.row) for flaw in reading.flaws}
    assert len(kept) + reading.faulty == reading.rows == len(entries)
    for one in entries:
        assert ((one.kind, one.row) in kept) != ((one.sheet, one.row) in at_fault)
    assert all(told(flaw, PHRASES) for flaw in (*reading.flaws, *reading.warnings))
