"""Loading a library: what it gives, and every way it can be wrong."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from content.library import Kind, Library, LibraryFaults, citation, load_library, read_library

SOURCES = """\
sources:
  - code: S1
    form: Quyết định
    number: 1/QĐ-A
    title: Về một việc
    issuer: Cơ quan A
    issued_on: 2020-01-01
    verified: press
  - code: S0
    form: Luật
    number: 0/QH
    title: Luật cũ
    issuer: Quốc hội
    in_force_from: 2010-01-01
    in_force_until: 2019-12-31
    replaced_by: S1
    verified: text
topics:
  - code: t1
    name: Chủ đề
    group: g1
"""
CARD = """\
cards:
  - code: C1
    topic: t1
    title: Tên thẻ
    text: Nội dung thẻ.
    source: S1
    article: Điều 9
"""
QUESTION = """\
questions:
  - code: Q1
    topic: t1
    difficulty: 2
    kind: situation
    stem: Nên làm gì?
    options:
      - Việc một
      - Việc hai
      - Việc ba
    right: [2]
    explanation: Vì thế.
    source: S1
    article: Điều 9
    card: C1
"""


def library(sources: str = SOURCES, cards: str = CARD, questions: str = QUESTION) -> Library:
    return read_library({"s.yaml": sources.encode(), "c.yaml": cards.encode(), "q.yaml": questions.encode()})


def faults(sources: str = SOURCES, cards: str = CARD, questions: str = QUESTION) -> list[str]:
    with pytest.raises(LibraryFaults) as caught:
        library(sources, cards, questions)
    assert str(caught.value).splitlines() == [str(fault) for fault in caught.value.faults]
    return [str(fault) for fault in caught.value.faults]


def test_a_sound_library_is_read_as_values() -> None:
    question = library().questions["Q1"]
    assert (question.kind, question.difficulty, question.right) == (Kind.SITUATION, 2, (2,))
    assert question.options == ("Việc một", "Việc hai", "Việc ba")
    assert library().cards_on("t1") == (library().cards["C1"],)
    assert library().questions_on("t1") == (question,)


def test_the_citation_names_article_form_and_number() -> None:
    made = library()
    assert made.citation(made.cards["C1"]) == "Điều 9 Quyết định 1/QĐ-A"
    assert citation(made.sources["S0"]) == "Luật 0/QH"


def test_a_library_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        library().cards["C2"] = library().cards["C1"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("source", "grade", "on", "may"),
    [
        pytest.param("S1", "press", date(2026, 11, 23), True, id="in force and read in the press"),
        pytest.param("S1", "memory", date(2026, 11, 23), False, id="the article rests on memory"),
        pytest.param("S1", "press", date(2019, 12, 31), False, id="before the day of issue"),
        pytest.param("S0", "text", date(2019, 12, 31), True, id="on the last day in force"),
        pytest.param("S0", "text", date(2020, 1, 1), False, id="the day after"),
    ],
)
def test_only_what_is_in_force_and_checked_is_scored(source: str, grade: str, on: date, may: bool) -> None:
    text = QUESTION.replace("source: S1", f"source: {source}\n    verified: {grade}")
    made = library(questions=text)
    assert made.scorable(made.questions["Q1"], on) is may


def test_a_source_from_memory_spoils_whatever_rests_on_it() -> None:
    made = library(SOURCES.replace("verified: press", "verified: memory"), CARD.rstrip() + "\n    verified: text\n")
    assert not made.scorable(made.cards["C1"], date(2026, 1, 1))


def test_a_piece_without_a_grade_has_that_of_its_source() -> None:
    assert library().questions["Q1"].verified == "press"


def test_what_rests_on_an_expired_source_is_listed() -> None:
    made = library(questions=QUESTION.replace("source: S1", "source: S0"))
    assert [piece.code for piece in made.lapsed(date(2026, 1, 1))] == ["Q1"]


def test_the_checksum_changes_with_what_people_see_and_with_nothing_else() -> None:
    before = library().questions["Q1"].checksum
    assert len(before) == 64
    assert library(questions=QUESTION.replace("difficulty: 2", "difficulty: 3")).questions["Q1"].checksum == before
    for old, new in [("right: [2]", "right: [3]"), ("Việc ba", "Việc bốn"), ("Điều 9", "Điều 8"), ("Vì", "Bởi")]:
        assert library(questions=QUESTION.replace(old, new)).questions["Q1"].checksum != before


def test_a_cards_checksum_follows_its_text() -> None:
    assert library().cards["C1"].checksum != library(cards=CARD.replace("Nội", "Toàn bộ nội")).cards["C1"].checksum


def test_three_faults_are_reported_as_exactly_three_with_their_lines() -> None:
    text = QUESTION.replace("difficulty: 2", "difficulty: 9").replace("[2]", "[4]").replace("card: C1", "card: C7")
    assert faults(questions=text) == [
        "q.yaml:4: 'difficulty' is '9'; give a whole number from 1 to 3",
        "q.yaml:11: 'right' is '4'; give a whole number from 1 to 3",
        "q.yaml:15: unknown card 'C7'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("kind: situation", "kind: riddle", "q.yaml:5: 'kind' is 'riddle'; choose one of: situation, knowledge"),
        ("kind: situation", "kind: situation\n    hint: x", "q.yaml:6: unknown key 'hint'"),
        ("    stem: Nên làm gì?\n", "", "q.yaml:2: 'stem' is missing"),
        ("stem: Nên làm gì?", "stem:", "q.yaml:6: 'stem' is missing"),
        ("stem: Nên làm gì?", "stem: [a]", "q.yaml:6: 'stem' must be text"),
        ("stem: Nên làm gì?", "stem: " + "ạ" * 231, "q.yaml:6: 'stem' has 231 characters, at most 200"),
        ("Việc ba", "v" * 81, "q.yaml:10: 'options[3]' has 81 characters, at most 80"),
        ("Việc ba", "việc  MỘT", "q.yaml:7: 'options' holds the same text twice"),
        ("      - Việc hai\n      - Việc ba\n    right: [2]", "    right: [1]",
         "q.yaml:7: 'options' holds 1 texts; give 2 to 4"),
        ("Việc ba", "Việc ba\n      - Việc tư\n      - Việc năm", "q.yaml:7: 'options' holds 5 texts; give 2 to 4"),
        ("Việc ba", "[lồng]", "q.yaml:10: 'options' must hold plain values"),
        ("right: [2]", "right: [1, 2, 3]", "q.yaml:11: 'right' names every option"),
        ("right: [2]", "right: [2, 2]", "q.yaml:11: 'right' repeats a number"),
        ("right: [2]", "right: 2", "q.yaml:11: 'right' must be a list"),
        ("right: [2]", "right: [B]", "q.yaml:11: 'right' is 'B'; give a whole number from 1 to 3"),
        ("Vì thế.", "x" * 161, "q.yaml:12: 'explanation' has 161 characters, at most 160"),
        ("topic: t1", "topic: t9", "q.yaml:3: unknown topic 't9'"),
        ("source: S1", "source: S9", "q.yaml:13: unknown source 'S9'"),
        ("code: Q1", "code: Câu 1", "q.yaml:2: 'code' is 'Câu 1'; a code has ASCII letters, digits and single hyphens"
         " only"),
        ("Nên làm gì?", unicodedata.normalize("NFD", "Nên làm gì?"), "q.yaml:6: 'stem' is not in Unicode NFC"),
        ("questions:", "question:",
         "q.yaml:1: unknown section 'question'; use sources, topics, tracks, cards, questions"),
        ("questions:\n", "questions:\n  - lời\n", "q.yaml:2: each of 'questions' must hold keys and values"),
    ],
)  # fmt: skip
def test_a_faulty_question_is_reported_with_file_and_line(old: str, new: str, fault: str) -> None:
    assert faults(questions=QUESTION.replace(old, new)) == [fault]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("2020-01-01", "01/01/2020", "s.yaml:7: 'issued_on' is '01/01/2020'; write a day as YYYY-MM-DD"),
        ("2020-01-01", "2020-02-30", "s.yaml:7: 'issued_on' is '2020-02-30'; write a day as YYYY-MM-DD"),
        ("2020-01-01", "20200101", "s.yaml:7: 'issued_on' is '20200101'; write a day as YYYY-MM-DD"),
        ("replaced_by: S1", "replaced_by: S7", "s.yaml:16: 'replaced_by' names unknown source 'S7'"),
        ("replaced_by: S1", "replaced_by: S0", "s.yaml:16: 'replaced_by' names the source itself"),
        ("    in_force_until: 2019-12-31\n", "",
         "s.yaml:15: 'replaced_by' needs 'in_force_until', the last day the text was in force"),
        ("2019-12-31", "2009-12-31", "s.yaml:15: 'in_force_until' 2009-12-31 is before the text came into force on"
         " 2010-01-01"),
        ("2020-01-01", "2020-01-01\n    in_force_from: 2019-01-01",
         "s.yaml:8: 'in_force_from' 2019-01-01 is before 'issued_on' 2020-01-01"),
        ("verified: press", "verified: hearsay",
         "s.yaml:8: 'verified' is 'hearsay'; choose one of: text, press, secondary, memory"),
        ("code: S0", "code: S1", "s.yaml:9: code 'S1' is used already at s.yaml:2"),
        ("topics:\n", "topics: none\nnotes:\n",
         "s.yaml:18: 'topics' must be a list"),
    ],
)  # fmt: skip
def test_a_faulty_source_is_reported_with_file_and_line(old: str, new: str, fault: str) -> None:
    assert fault in faults(SOURCES.replace(old, new))


def test_a_successor_that_expired_first_is_a_fault() -> None:
    ended = SOURCES.replace("2020-01-01", "2015-01-01\n    in_force_until: 2018-12-31")
    assert faults(ended) == ["s.yaml:17: 'replaced_by' names 'S1', itself expired on 2018-12-31"]


def test_an_explanation_must_leave_room_for_its_source() -> None:
    wide = SOURCES.replace("form: Quyết định", "form: " + "Q" * 40).replace("number: 1/QĐ-A", "number: " + "1" * 40)
    text = QUESTION.replace("Vì thế.", "x" * 160)
    assert faults(wide, questions=text.replace("Điều 9", "Đ" * 40)) == [
        "q.yaml:12: 'explanation' with its source has 291 characters, at most 260"
    ]
    assert library(wide, questions=text.replace("Điều 9", "Đ" * 9))


def test_one_unreadable_file_does_not_drown_its_fault_in_others() -> None:
    assert faults("sources: [\n") == [
        "s.yaml:2: YAML syntax: while parsing a flow node, expected the node content, but found '<stream end>'"
    ]


def test_a_card_over_its_length_is_reported_with_the_count(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "c.yaml").write_text(CARD.replace("Nội dung thẻ.", "ế" * 351), encoding="utf-8")
    with pytest.raises(LibraryFaults, match=r"^c.yaml:5: 'text' has 351 characters, at most 350$"):
        load_library(tmp_path)


def test_a_folder_without_content_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(LibraryFaults, match="no file holds any card or question"):
        load_library(tmp_path)
