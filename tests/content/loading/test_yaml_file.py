"""YAML in the layout of the library: faults told in Vietnamese with their lines, and out and in again equal."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.cells import clean
from content.loading.drafts import CardDraft, QuestionDraft, SourceDraft
from content.loading.text.yaml_file import read_yaml_file
from content.loading.text.yaml_writing import write_yaml
from content.phrases import Phrases
from tests.conftest import ROOT
from tests.content.loading.books import KNOWN, flaws, library_drafts, warnings

PHRASES = Phrases.load(ROOT / "content" / "phrases")
SOURCE = SourceDraft(
    "QC1", "Quy chế", "15/QC-SM", "Quy chế", "Sở Mẫu", date(2025, 7, 1), None, date(2026, 6, 30), "QD129", "text"
)
CARD = CardDraft("VH-T9", "trang-phuc", "Áo có cổ", "Gọn gàng.", "QC1", "Điều 3", "y-te", "press")
GOOD = """\
questions:
  - code: VH-1
    topic: gio-giac
    kind: situation
    difficulty: 2
    stem: Buổi họp bắt đầu lúc mấy giờ?
    options:
      - Đúng giờ ghi trong giấy mời
      - Khi lãnh đạo tới
    right: [1]
    explanation: Đúng giờ là tôn trọng người khác.
    source: QD129
    verified: press
"""
TEXT = st.text(min_size=1, max_size=60).map(clean).filter(lambda text: 0 < len(text) <= 60)
OPTIONS = st.lists(TEXT, min_size=2, max_size=4, unique_by=lambda text: text.casefold())


def told(text: str) -> list[str]:
    return flaws(read_yaml_file(text, KNOWN), PHRASES)


def test_an_entry_becomes_a_draft() -> None:
    reading = read_yaml_file(GOOD, KNOWN)
    assert (flaws(reading, PHRASES), warnings(reading, PHRASES)) == ([], [])
    (question,) = reading.questions
    assert (question.code, question.topic, question.right, question.row) == ("VH-1", "gio-giac", (1,), 2)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("right: [1]", "right: [3]", 'Dòng 10, mục "right": ghi C nhưng chỉ có phương án A–B.'),
        ("right: [1]", "right: [1, 2]", 'Dòng 10, mục "right": mọi phương án đều được ghi là đúng.'),
        ("right: [1]", "right: [[1]]", 'Dòng 10, mục "right": phải là chữ hoặc số, không phải danh sách.'),
        ("kind: situation", "kind: lạ", 'Dòng 4, mục "kind": ghi "lạ", không thuộc danh sách: situation, knowledge.'),
        ("Khi lãnh đạo tới", "x" * 81, 'Dòng 9, mục "options": 81 ký tự, tối đa 80.'),
        ("stem: Buổi họp bắt đầu lúc mấy giờ?", "stem:", 'Dòng 6, mục "stem": để trống.'),
        ("topic: gio-giac", "topic: [gio-giac]", 'Dòng 3, mục "topic": phải là chữ hoặc số, không phải danh sách.'),
        ("topic: gio-giac", "topic: nau-an", 'Dòng 3, mục "topic": không có chủ đề "nau-an" trong danh mục.'),
        ("verified: press", "grade: press", 'Dòng 13, mục "grade": không có mục này.'),
        (GOOD, "questions: chưa có\n", 'Dòng 1, mục "questions": phải là một danh sách,'),
        ("questions:", "topics: []\nquestions:", 'Dòng 1: mục "topics" thuộc về hệ thống, không nạp qua tệp được.'),
        ("questions:", "tracks: []\nquestions:", 'Dòng 1: mục "tracks" thuộc về hệ thống, không nạp qua tệp được.'),
        ("questions:", "quiz: []\nquestions:", 'Dòng 1: không có mục "quiz". Chỉ dùng sources, cards, questions.'),
        ("  - code", "  - chỉ có chữ\n  - code", "Dòng 2: phải gồm các mục con dạng tên: giá trị."),
        ("right: [1]", "right: [1", "Dòng 11: sai cú pháp YAML."),
        ("      - Khi lãnh đạo tới", "      - [Khi]", 'Dòng 7, mục "options": phải là chữ hoặc số'),
        (
            "    options:\n      - Đúng giờ ghi trong giấy mời\n      - Khi lãnh đạo tới",
            "    options: Bảy",
            'Dòng 7, mục "options": phải là một danh sách',
        ),
        ("VH-1", "&a VH-1", "Dòng 2: dùng &a (đánh dấu), không được nhận. Đề nghị bỏ đi."),
        ("VH-1", "*a", "Dòng 2: dùng *a (tham chiếu), không được nhận. Đề nghị viết đầy đủ."),
        ("VH-1", "!!python/object:os.system x", "Dòng 2: dùng thẻ kiểu tag:yaml.org,2002:python/object:os.system"),
        ("kind: situation", "kind: situation\n    code: VH-2", 'Dòng 5: mục "code" ghi hai lần.'),
        ("kind: situation", "kind: situation\n    ? [a]\n    : b", "Dòng 5: tên mục phải là chữ thường."),
        ("VH-1", "[" * 13 + "]" * 13, "Dòng 2: lồng quá nhiều mức."),
        (GOOD, "chỉ có chữ", "Dòng 1: cần có các mục sources, cards hoặc questions ở mức ngoài cùng."),
        (GOOD, "", "Dòng 1: cần có các mục sources, cards hoặc questions ở mức ngoài cùng."),
        (GOOD, "questions: []\n", "Tệp chưa có câu hỏi, thẻ hoặc căn cứ nào."),
    ],
)
def test_faults_are_told_with_their_lines(old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    (only,) = told(GOOD.replace(old, new))
    assert only.startswith(sentence)


def test_five_options_are_one_fault() -> None:
    text = GOOD.replace("      - Khi", "      - b\n      - c\n      - d\n      - Khi")
    assert told(text) == ['Dòng 7, mục "options": có 5 phương án, tối đa 4.']


def test_an_entry_with_a_fault_of_layout_is_no_draft_and_the_others_are() -> None:
    second = GOOD.split("\n", 1)[1].replace("VH-1", "VH-2").replace("Buổi họp bắt đầu", "Ca trực kết thúc")
    reading = read_yaml_file(GOOD.replace("verified", "grade") + second, KNOWN)
    assert (reading.rows, reading.faulty) == (2, 1)
    assert [question.code for question in reading.questions] == ["VH-2"]


def test_a_key_may_be_written_as_a_word() -> None:
    (question,) = read_yaml_file(GOOD.replace("[1]", "B"), KNOWN).questions
    assert question.right == (2,)


def test_numbers_and_words_of_yaml_stay_as_written() -> None:
    (question,) = read_yaml_file(GOOD.replace("VH-1", "0017").replace("Khi lãnh đạo tới", "no"), KNOWN).questions
    assert (question.code, question.options[1]) == ("0017", "no")


def test_the_library_goes_out_and_comes_back_equal() -> None:
    drafts = library_drafts()
    reading = read_yaml_file(write_yaml(drafts, [CARD], [SOURCE]), KNOWN)
    assert (flaws(reading, PHRASES), warnings(reading, PHRASES)) == ([], [])
    assert (reading.questions, reading.cards, reading.sources) == (drafts, (CARD,), (SOURCE,))


def test_the_librarys_own_files_are_read() -> None:
    text = (ROOT / "content" / "library" / "mot-cua.yaml").read_text()
    reading = read_yaml_file(text, KNOWN)
    assert flaws(reading, PHRASES) == []
    assert len(reading.questions) > 5


def test_what_is_written_reads_like_a_file_of_the_library() -> None:
    (question,) = read_yaml_file(GOOD, KNOWN).questions
    lines = write_yaml([question]).splitlines()
    assert lines[:2] == ["questions:", "  - code: VH-1"]
    assert "    right: [1]" in lines
    assert lines.index("    options:") == lines.index("    stem: Buổi họp bắt đầu lúc mấy giờ?") + 1


@given(stem=TEXT, options=OPTIONS, explanation=TEXT)
def test_any_text_survives_writing_and_reading(stem: str, options: list[str], explanation: str) -> None:
    draft = QuestionDraft(
        "VH-9", "gio-giac", "knowledge", 1, stem, tuple(options), (2,), explanation, "QD129", "", "", "", "text"
    )  # fmt: skip
    reading = read_yaml_file(write_yaml([draft]), KNOWN)
    assert (reading.flaws, reading.questions) == ((), (draft,))
