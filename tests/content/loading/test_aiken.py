"""Aiken as people write it (docs.moodle.org, Aiken format)."""

import pytest

from content.loading.checks.telling import told
from content.loading.drafts import Known, QuestionDraft
from content.loading.text.aiken import read_aiken, write_aiken
from content.phrases import Phrases

GOOD = "Hỏi gì?\nA. một\nB. hai\nC. ba\nANSWER: B\n"


@pytest.mark.parametrize(
    ("text", "stem", "options", "right"),
    [
        pytest.param(GOOD, "Hỏi gì?", ("một", "hai", "ba"), (2,), id="as documented"),
        pytest.param("Hỏi gì?\nA) một\nB) hai\nANSWER: A", "Hỏi gì?", ("một", "hai"), (1,), id="brackets"),
        pytest.param("Hỏi\ngì?\nA.một\nB.hai\nANSWER:B", "Hỏi gì?", ("một", "hai"), (2,), id="two lines, no spaces"),
        pytest.param("\n\nHỏi?\n\nA. 1\n\nB. 2\nAnswer: b\n\n", "Hỏi?", ("1", "2"), (2,), id="blank lines within"),
        pytest.param("  Hỏi?  \n A.  a \n\tB. b\n ANSWER : A ", "Hỏi?", ("a", "b"), (1,), id="white space"),
        pytest.param("B. Franklin là ai?\nA. a\nB. b\nANSWER: A", "B. Franklin là ai?", ("a", "b"), (1,), id="a name"),
        pytest.param("Hỏi <b>?\nA. x < y\nB. &amp;\nANSWER: A", "Hỏi <b>?", ("x < y", "&amp;"), (1,), id="no markup"),
    ],
)
def test_a_question_is_read(text: str, stem: str, options: tuple[str, ...], right: tuple[int, ...]) -> None:
    reading = read_aiken(text, Known())
    assert reading.flaws == ()
    (draft,) = reading.questions
    assert (draft.stem, draft.options, draft.right) == (stem, options, right)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("Một?\nA. a\nB. b\n\n", 'Dòng 1: câu hỏi chưa có dòng "ANSWER: ..." ở cuối.', id="no answer"),
        pytest.param(
            "Một?\nA. a\nB. b\nHai?\nA. a\nB. b\nANSWER: A",
            'Dòng 1: câu hỏi chưa có dòng "ANSWER: ..." ở cuối.',
            id="the next one begins",
        ),
        pytest.param("A. a\nB. b\nANSWER: A", "Dòng 1: các phương án không có câu hỏi đứng trước.", id="no stem"),
        pytest.param("\nANSWER: A", "Dòng 2: các phương án không có câu hỏi đứng trước.", id="an answer alone"),
        pytest.param("Một?\nA. a\nC. b\nANSWER: A", "Dòng 1: phương án ghi C trong khi phải là B.", id="a letter gone"),
        pytest.param(
            "Một?\nA. a\nB. b\nC. c\nD. d\nE. e\nANSWER: A", "Dòng 1: có 5 phương án, tối đa 4.", id="five options"
        ),
        pytest.param(
            "Một?\nA. a\nB. b\nANSWER: C", 'Dòng 4, phần "Đáp án": ghi C nhưng chỉ có phương án A–B.', id="key beyond"
        ),
    ],
)
def test_a_flaw_names_its_line(phrases: Phrases, text: str, sentence: str) -> None:
    reading = read_aiken(text, Known())
    assert [told(flaw, phrases, reading.format) for flaw in reading.flaws] == [sentence]
    good = read_aiken(f"{text}\n\n{GOOD}", Known())
    assert len(good.flaws) == 1
    assert good.rows == len(good.questions) + 1


def test_a_question_of_the_house_keeps_its_code_and_a_new_one_gets_its_own() -> None:
    known = Known(stems={"GT-1": "HỎI  GÌ?", "GT-2": "Khác?"})
    assert [draft.code for draft in read_aiken(GOOD, known).questions] == ["GT-1"]
    new = read_aiken(GOOD, Known()).questions[0].code
    assert new.startswith("CH-")
    assert [draft.code for draft in read_aiken(GOOD, Known()).questions] == [new]


def test_two_questions_of_the_house_with_one_stem_are_told_apart_by_how_it_is_written() -> None:
    known = Known(stems={"GT-1": "Ban?", "GT-2": "Bàn?"})
    assert read_aiken("Bàn?\nA. a\nB. b\nANSWER: A", known).questions[0].code == "GT-2"
    assert read_aiken("Bán?\nA. a\nB. b\nANSWER: A", known).questions[0].code.startswith("CH-")


def draft(stem: str, right: tuple[int, ...]) -> QuestionDraft:
    """A question with three options."""
    return QuestionDraft("GT-1", "t", "", 0, stem, ("a", "b", "c"), right, "vì", "", "", "", "", "memory")


def test_what_aiken_cannot_carry_is_said(phrases: Phrases) -> None:
    text, left = write_aiken(
        [draft("Một?", (1, 2)), draft("A. Một?", (1,)), draft("ANSWER: gì?", (1,)), draft("Hai?", (3,))]
    )
    assert text == "Hai?\nA. a\nB. b\nC. c\nANSWER: C\n"
    assert [told(flaw, phrases) for flaw in left] == [
        "Câu GT-1 có nhiều phương án đúng, Aiken không ghi được nên bỏ qua.",
        'Câu GT-1 bắt đầu như một phương án hoặc dòng "ANSWER:", Aiken không ghi được nên bỏ qua.',
        'Câu GT-1 bắt đầu như một phương án hoặc dòng "ANSWER:", Aiken không ghi được nên bỏ qua.',
        phrases("exchange.left.fields"),
    ]
    assert write_aiken([]) == ("", [])
