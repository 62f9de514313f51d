"""The statement in words: the lines a head reads, and small groups that must not show through."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session

from content.phrases import Phrases
from participation import exemptions, figures, rescoring
from participation.exemptions import OFFICE_ZONE
from participation.shares import Share
from reports.statement import statement
from reports.unit_list import units_message
from store.database import Database
from store.tables import Person, Round
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, open_round

NOW = OPENS + timedelta(hours=6, minutes=30)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One transaction over the office."""
    with database.transaction() as opened:
        yield opened


def rooms(session: Session, *sizes: int) -> tuple[int, list[list[int]]]:
    """A parent with rooms of these sizes; returns its id and the people of each room."""
    parent = add_unit(session, "S")
    return parent, [
        add_people(session, add_unit(session, f"P{number}", parent), size) for number, size in enumerate(sizes, 1)
    ]


def opened(session: Session) -> Round:
    """A round of one question."""
    return open_round(session, add_questions(session, 1))


def text(session: Session, phrases: Phrases, unit_id: int, round_: Round) -> str:
    """The statement as it is read."""
    told = statement(session, phrases, unit_id, round_.id or 0, NOW)
    assert told is not None
    return told.plain()


def test_it_says_both_numbers_the_moment_and_that_it_is_provisional(session: Session, phrases: Phrases) -> None:
    parent, (people,) = rooms(session, 6)
    round_ = opened(session)
    answer(session, round_, people[0], 1)
    assert text(session, phrases, parent, round_).splitlines()[:6] == [
        "Đơn vị S · Đợt 1 (10/11–12/11)",
        "Tham gia: 1/6 (16,7%)",
        "Hoàn thành: 1/6 (16,7%)",
        "Chưa tham gia: 5 (5 chưa kết nối) · Miễn: 0",
        "Kết nối: 0/6 (0%)",
        "Số liệu đến 15:30 ngày 10/11/2026, tạm tính.",
    ]


def test_the_round_before_stands_beside_and_a_final_one_says_so(session: Session, phrases: Phrases) -> None:
    parent, (people,) = rooms(session, 6)
    questions = add_questions(session, 1)
    first = open_round(session, questions)
    answer(session, first, people[0], questions[0])
    figures.freeze(session, first.id or 0, CLOSES + timedelta(days=1))
    assert "17:00 ngày 13/11/2026, đã chốt." in text(session, phrases, parent, first)
    second = open_round(session, questions)
    assert "Tham gia: 0/6 (0%), đợt trước 1/6 (16,7%)" in text(session, phrases, parent, second)


def test_a_correction_stands_beside_the_published_figure(session: Session, phrases: Phrases) -> None:
    parent, (people,) = rooms(session, 5)
    round_ = opened(session)
    answer(session, round_, people[0], 1)
    figures.freeze(session, round_.id or 0, CLOSES + timedelta(days=1))
    figures.correct_exemption(session, round_.id or 0, people[1], "phép nộp muộn", "test", CLOSES)
    told = text(session, phrases, parent, round_)
    assert "Tham gia: 1/5 (20,0%)\nTham gia sau đính chính: 1/4 (25,0%)" in told


@pytest.mark.parametrize(("finished", "shown"), [((5, 5), True), ((5, 4), False), ((6, 0), True), ((4, 4), False)])
def test_a_corrected_key_stands_beside_the_published_score_unless_a_small_group_would_show(
    session: Session, phrases: Phrases, finished: tuple[int, int], shown: bool
) -> None:
    _, staff = rooms(session, 6, 6)
    round_ = opened(session)
    for people, count in zip(staff, finished, strict=True):
        for place, person in enumerate(people[:count]):
            answer(session, round_, person, 1, 1 if place == 0 else 2)
    figures.freeze(session, round_.id or 0, CLOSES + timedelta(days=1))
    rescoring.correct_key(session, "cau-1", {1}, "Sai", "test", CLOSES + timedelta(days=2))
    unit = session.get_one(Person, staff[0][0]).unit_id
    told = text(session, phrases, unit, round_)
    n = finished[0]
    pair = f"Trả lời đúng của người hoàn thành: {Share(n - 1, n)}, sau khi sửa đáp án {Share(n, n)}\n"
    assert (pair in told) is shown
    assert ("sửa đáp án" in told) is shown
    assert "đính chính" not in told  # participation has not changed


def test_nobody_to_count_is_said_in_words(session: Session, phrases: Phrases) -> None:
    parent, (people,) = rooms(session, 1)
    day = OPENS.astimezone(OFFICE_ZONE).date()
    exemptions.enter(session, people[0], day, day + timedelta(days=9), "phép", "test", OPENS)
    assert text(session, phrases, parent, opened(session)) == "Đơn vị S · Đợt 1: không có đối tượng."
    assert statement(session, phrases, 999, 1, NOW) is None


def test_small_rooms_are_hidden_by_two_and_counted_in_the_whole(session: Session, phrases: Phrases) -> None:
    parent, people = rooms(session, 4, 6, 20)
    round_ = opened(session)
    for person in [*people[0][:3], *people[2][:10]]:
        answer(session, round_, person, 1)
    told = units_message(session, phrases, parent, round_.id or 0, NOW)
    assert told is not None
    assert "- Đơn vị P3: 10/20 (50,0%)" in told.text
    assert "2 nhóm ít người không hiển thị riêng" in told.text
    assert "P1" not in told.text
    assert "P2" not in told.text
    assert "Toàn đơn vị: 13/30 (43,3%)" in told.text


def test_rooms_of_a_size_stand_by_rate_not_by_head_count(session: Session, phrases: Phrases) -> None:
    parent, people = rooms(session, 20, 16)
    round_ = opened(session)
    for person in [*people[0][:10], *people[1][:12]]:
        answer(session, round_, person, 1)
    told = units_message(session, phrases, parent, round_.id or 0, NOW)
    assert told is not None
    assert told.text.index("P2: 12/16 (75,0%)") < told.text.index("P1: 10/20 (50,0%)")
