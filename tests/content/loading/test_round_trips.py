"""Out and in again: what a format can carry comes back equal, what it cannot is said."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.entries import Question
from content.fold import fold, nfc
from content.library import Library, citation, load_library
from content.loading.drafts import Known, QuestionDraft
from content.loading.text.aiken import read_aiken, write_aiken
from content.loading.text.gift import read_gift
from content.loading.text.gift_blocks import blocks
from content.loading.text.gift_question import Choice, parse
from content.loading.text.gift_writing import write_gift
from content.phrases import Phrases

HERE = Path(__file__).parent
LIBRARY = HERE.parents[2] / "content" / "library"


@pytest.fixture(scope="module")
def library() -> Library:
    """What ships."""
    return load_library(LIBRARY)


def known_of(library: Library, *, stems: bool = False) -> Known:
    """What the house holds when it holds the library, with or without its questions."""
    return Known(
        topics={topic.code: topic.name for topic in library.topics.values()},
        tracks={track.code: track.name for track in library.tracks.values()},
        sources={source.code: citation(source) for source in library.sources.values()},
        cards={card.code: card.title for card in library.cards.values()},
        stems={question.code: question.stem for question in library.questions.values()} if stems else {},
    )


def draft_of(question: Question) -> QuestionDraft:
    """A question of the library as a draft."""
    return QuestionDraft(
        code=question.code,
        topic=question.topic,
        kind=str(question.kind),
        difficulty=question.difficulty,
        stem=question.stem,
        options=question.options,
        right=question.right,
        explanation=question.explanation,
        source=question.source,
        article=question.article,
        card=question.card or "",
        track=question.track,
        verified=str(question.verified),
    )


def test_the_library_goes_to_gift_and_comes_back_equal(phrases: Phrases, library: Library) -> None:
    drafts = [draft_of(question) for question in library.questions.values()]
    reading = read_gift(write_gift(drafts), known_of(library), phrases)
    assert reading.flaws == ()
    assert list(reading.questions) == drafts
    assert write_gift(reading.questions) == write_gift(drafts)
    assert not [warning for warning in reading.warnings if warning.key.startswith("exchange")]


def test_the_library_goes_to_aiken_and_comes_back_with_all_that_aiken_has(library: Library) -> None:
    drafts = [draft_of(question) for question in library.questions.values()]
    text, left = write_aiken(drafts)
    reading = read_aiken(text, known_of(library, stems=True))
    carried = {draft.code: draft for draft in drafts if len(draft.right) == 1}
    assert reading.flaws == ()
    assert [(draft.code, draft.stem, draft.options, draft.right) for draft in reading.questions] == [
        (draft.code, draft.stem, draft.options, draft.right) for draft in carried.values()
    ]
    assert [flaw.values.get("code") for flaw in left] == [
        *(draft.code for draft in drafts if len(draft.right) > 1),
        None,
    ]
    assert left[-1].key == "exchange.left.fields"


def test_a_moodle_export_goes_in_and_comes_out_equal(phrases: Phrases) -> None:
    """Documented changes of the text: numbers and names of questions, the code as name; markup as plain text; the
    topic's code as category; the feedback of single options gone; true/false as two options; grades and kinds as tags.
    """
    known = Known(topics={"giao-tiep": "Giao tiếp với người dân"})
    export, again = ((HERE / name).read_text() for name in ("moodle_export.gift", "moodle_export_again.gift"))
    reading = read_gift(export, known, phrases)
    assert reading.flaws == ()
    assert (reading.rows, len(reading.questions), reading.faulty) == (9, 4, 5)
    assert write_gift(reading.questions) == again
    second = read_gift(again, known, phrases)
    assert (second.questions, second.flaws) == (reading.questions, ())
    assert write_gift(second.questions) == again


def test_where_the_second_file_differs_from_the_export_it_means_the_same() -> None:
    """Question by question, as Moodle itself would take the two files: same stems, options and shares."""
    first, second = (
        [parse(block.lines) for block in blocks((HERE / name).read_text())]
        for name in ("moodle_export.gift", "moodle_export_again.gift")
    )
    one = [question for question in first if isinstance(question, Choice)]
    two = [question for question in second if isinstance(question, Choice)]
    assert [question.stem for question in one] == [question.stem for question in two]
    for before, after in zip(one[:3], two[:3], strict=True):
        assert [(option.text, option.weight) for option in before.options] == [
            (option.text, option.weight) for option in after.options
        ]
    assert (one[3].truth, two[3].right) == (True, (1,))


LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"))
WORDS = st.text(st.one_of(LETTERS, st.sampled_from(" \\:#={}~[]%<>&/-\"'nt$*")), min_size=1, max_size=40)
PROSE = WORDS.map(lambda text: " ".join(nfc(text).split())).filter(bool)


@st.composite
def drafted(draw: st.DrawFn) -> QuestionDraft:
    """A question without faults, in any letters."""
    options = draw(st.lists(PROSE, min_size=2, max_size=4, unique_by=lambda text: text.casefold()))
    numbers = st.integers(1, len(options))
    right = draw(st.sets(numbers, min_size=1, max_size=len(options) - 1))
    return QuestionDraft(
        code=draw(st.from_regex(r"\A[A-Z]{2}-[0-9]{1,4}\Z")), topic=draw(st.sampled_from(["", "giao-tiep", "t1"])),
        kind=draw(st.sampled_from(["", "situation", "knowledge"])), difficulty=draw(st.integers(0, 3)),
        stem=draw(PROSE), options=tuple(options), right=tuple(sorted(right)), explanation=draw(st.just("") | PROSE),
        source=draw(st.sampled_from(["", "QD129"])), article=draw(st.sampled_from(["", "Điều 9 [a]", "điểm a"])),
        card=draw(st.sampled_from(["", "T1"])), track=draw(st.sampled_from(["", "y-te"])),
        verified=draw(st.sampled_from(["text", "press", "secondary", "memory"])),
    )  # fmt: skip


KNOWN = Known(
    {"giao-tiep": "Giao tiếp", "t1": "Khác"}, {"y-te": "Y tế"}, {"QD129": "Quyết định 129"}, {"T1": "Chào hỏi"}
)


@given(st.lists(drafted(), min_size=1, max_size=4, unique_by=(lambda one: one.code, lambda one: fold(one.stem))))
def test_any_question_goes_to_gift_and_comes_back_equal(phrases: Phrases, drafts: list[QuestionDraft]) -> None:
    reading = read_gift(write_gift(drafts), KNOWN, phrases)
    assert reading.flaws == ()
    assert list(reading.questions) == drafts


@given(drafted())
def test_any_question_goes_to_aiken_and_comes_back_or_is_said_to_be_left(draft: QuestionDraft) -> None:
    text, left = write_aiken([draft])
    reading = read_aiken(text, Known(stems={draft.code: draft.stem}))
    if left and left[0].key != "exchange.left.fields":
        assert (text, reading.questions) == ("", ())
        return
    (back,) = reading.questions
    assert (back.code, back.stem, back.options, back.right) == (draft.code, draft.stem, draft.options, draft.right)


def test_questions_without_a_topic_after_others_stay_without(phrases: Phrases) -> None:
    one = QuestionDraft("A-1", "giao-tiep", "", 0, "Một?", ("a", "b"), (1,), "", "", "", "", "", "memory")
    two = replace(one, code="A-2", topic="", stem="Hai?")
    assert read_gift(write_gift([one, two]), KNOWN, phrases).questions == (one, two)
