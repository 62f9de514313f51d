"""The library that ships: enough of it, within its lengths, fair to those who answer, courteous, in force."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from content.fold import fold
from content.library import Card, Grade, Kind, Library, Question, citation, load_library
from content.phrases import Phrases

CONTENT = Path(__file__).parents[2] / "content"
ON = date(2026, 11, 23)
NEVER_SAID = ("vi phạm", "chậm trễ", "thiếu ý thức", "bắt buộc", "cảnh cáo", "500.000", "!", "công đoàn", "cấp huyện")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(CONTENT / "library")


def pieces(library: Library) -> list[Card | Question]:
    """Every card and every question."""
    return [*library.cards.values(), *library.questions.values()]


def by_line(library: Library) -> dict[str, list[Question]]:
    """The questions of each line of content; those for everyone stand under the empty name."""
    lines: dict[str, list[Question]] = {}
    for question in library.questions.values():
        lines.setdefault(question.track, []).append(question)
    return lines


def texts(library: Library) -> list[str]:
    """Every text people read, cards and questions alike."""
    of_cards = [text for card in library.cards.values() for text in (card.title, card.text, card.article)]
    of_questions = [
        text
        for question in library.questions.values()
        for text in (question.stem, *question.options, question.explanation, question.article)
    ]
    return of_cards + of_questions


def test_there_is_enough_for_half_a_year_of_weekly_rounds(library: Library) -> None:
    assert len(library.cards) >= 60
    assert len(library.questions) >= 160


def test_two_questions_in_three_are_situations_in_every_line_of_content(library: Library) -> None:
    lines = by_line(library)
    for name, questions in [*lines.items(), ("all", list(library.questions.values()))]:
        situations = [question for question in questions if question.kind is Kind.SITUATION]
        assert len(situations) * 3 >= len(questions) * 2, name


def test_every_topic_has_something_for_everyone_to_read_and_enough_to_answer(library: Library) -> None:
    for code in library.topics:
        assert [card for card in library.cards_on(code) if not card.track], code
        assert len([question for question in library.questions_on(code) if not question.track]) >= 4, code


def test_a_question_takes_its_card_from_its_own_topic(library: Library) -> None:
    for question in library.questions.values():
        if question.card is not None:
            assert library.cards[question.card].topic == question.topic, question.code


def test_the_five_topics_of_the_campaign_are_there(library: Library) -> None:
    assert Counter(topic.group for topic in library.topics.values())["nam-khong"] == 5


def test_everything_may_be_scored_today(library: Library) -> None:
    assert [card.code for card in library.cards.values() if not library.scorable(card, ON)] == []
    assert [question.code for question in library.questions.values() if not library.scorable(question, ON)] == []
    assert library.lapsed(ON) == ()


def test_nothing_rests_on_memory(library: Library) -> None:
    assert all(source.verified is not Grade.MEMORY for source in library.sources.values())
    assert all(piece.verified is not Grade.MEMORY for piece in pieces(library))


def test_every_source_that_is_cited_is_in_force(library: Library) -> None:
    assert {piece.source for piece in pieces(library) if not library.sources[piece.source].in_force(ON)} == set()


def test_sources_that_have_ended_name_a_successor_in_force(library: Library) -> None:
    ended = [source for source in library.sources.values() if not source.in_force(ON)]
    successors = {source.code: source.replaced_by for source in ended}
    assert successors.pop("QD733") is None  # the movement ended and nothing has followed it yet
    assert all(code is not None and library.sources[code].in_force(ON) for code in successors.values())


def test_each_question_has_one_right_option_and_its_place_does_not_tell(library: Library) -> None:
    assert all(len(question.right) == 1 for question in library.questions.values())
    three = [question.right[0] for question in library.questions.values() if len(question.options) == 3]
    assert set(three) == {1, 2, 3}
    assert max(Counter(three).values()) <= len(three) * 0.4
    four = Counter(question.right[0] for question in library.questions.values() if len(question.options) == 4)
    assert max(four.values()) <= sum(four.values()) * 0.5


def test_the_place_of_the_right_option_does_not_tell_in_any_line_of_content(library: Library) -> None:
    for name, questions in by_line(library).items():
        if len(questions) >= 12:  # with fewer, chance alone may gather them
            places = Counter(question.right[0] for question in questions)
            assert max(places.values()) * 2 <= len(questions), name


def test_no_right_option_stands_out_by_its_length(library: Library) -> None:
    for question in library.questions.values():
        lengths = [len(option) for option in question.options]
        right = lengths.pop(question.right[0] - 1)
        assert right <= 1.6 * sum(lengths) / len(lengths), question.code


@pytest.mark.parametrize("extreme", [max, min])
def test_the_length_of_an_option_does_not_tell(library: Library, extreme: Callable[[list[int]], int]) -> None:
    told = 0
    for question in library.questions.values():
        lengths = [len(option) for option in question.options]
        told += lengths[question.right[0] - 1] == extreme(lengths)
    assert told <= len(library.questions) * 0.5


def test_an_explanation_with_its_source_fits_the_place_platforms_give_it(library: Library) -> None:
    for question in library.questions.values():
        shown = f"{question.explanation} Căn cứ: {library.citation(question)}."
        assert len(shown) <= 200, question.code


def test_a_card_with_two_lines_around_it_and_a_question_fit_one_message(library: Library) -> None:
    for question in library.questions.values():
        if question.card is None:
            continue
        card = library.cards[question.card]
        shown = len(card.text) + len(library.citation(card)) + len(question.stem) + sum(map(len, question.options))
        assert shown <= 1000, question.code


def test_all_texts_are_nfc_and_free_of_stray_white_space(library: Library) -> None:
    for text in texts(library):
        assert unicodedata.is_normalized("NFC", text)
        assert text == " ".join(text.split())


def test_no_word_is_said_that_is_never_said_to_a_person(library: Library) -> None:
    for text in texts(library):
        assert not [word for word in NEVER_SAID if word in text.lower()], text


def test_no_question_is_asked_twice(library: Library) -> None:
    """Not even in other words: two stems share less than six words in ten."""
    said = {
        question.code: frozenset(re.findall(r"\w+", fold(question.stem))) for question in library.questions.values()
    }
    alike = [
        (one, other)
        for (one, words), (other, others) in combinations(said.items(), 2)
        if len(words & others) >= 0.6 * len(words | others)
    ]
    assert alike == []


def test_citations_read_as_people_write_them(library: Library) -> None:
    assert citation(library.sources["QD129"], "Điều 9") == "Điều 9 Quyết định 129/2007/QĐ-TTg"


def test_the_shipped_phrases_load() -> None:
    assert Phrases.load(CONTENT / "phrases")
