"""Weak topics: five people behind each, over rounds that are over, and nothing of fewer to be worked out."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from participation import rescoring
from participation.small_groups import SMALLEST_SHOWN
from reports.topics import weak_topics
from store.database import Database
from store.tables import Answer, Member, QuestionVersion, Round, RoundUnit
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, open_round

OVER = CLOSES + timedelta(minutes=16)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


def questions_of_two_topics(session: Session) -> list[int]:
    """Two questions, the second on another topic."""
    found = add_questions(session, 2)
    second = session.get_one(QuestionVersion, found[1])
    second.topic, second.card_code = "trang-phuc", "the-tp"
    session.flush()
    return found


def take(session: Session, round_: Round, people: list[int], question: int, rights: int) -> None:
    """All of them answer a question, so many rightly."""
    for place, person in enumerate(people):
        answer(session, round_, person, question, 2 if place < rights else 1)


def test_the_weakest_comes_first_with_the_card_behind_the_wrong_answers(session: Session) -> None:
    unit = add_unit(session, "S")
    people = add_people(session, unit, 10)
    questions = questions_of_two_topics(session)
    round_ = open_round(session, questions)
    take(session, round_, people[:8], questions[0], 7)
    take(session, round_, people[:6], questions[1], 2)
    found = weak_topics(session, unit, {unit}, OVER)
    assert found.numbers == (1,)
    assert [(one.code, str(one.right), one.card_code) for one in found.topics] == [
        ("trang-phuc", "2/6 (33,3%)", "the-tp"),
        ("giao-tiep", "7/8 (87,5%)", ""),
    ]


def test_a_topic_needs_five_people_in_each_round(session: Session) -> None:
    unit = add_unit(session, "S")
    people = add_people(session, unit, 10)
    questions = questions_of_two_topics(session)
    round_ = open_round(session, questions)
    take(session, round_, people[:5], questions[0], 1)
    take(session, round_, people[:4], questions[1], 1)
    found = weak_topics(session, unit, {unit}, OVER)
    assert [one.code for one in found.topics] == ["giao-tiep"]
    assert found.hidden == 1


def test_a_round_that_runs_tells_nothing(session: Session) -> None:
    """Its head sees who has just answered: two looks would tell how."""
    unit = add_unit(session, "S")
    people = add_people(session, unit, 10)
    round_ = open_round(session, add_questions(session, 1))
    take(session, round_, people, 1, 3)
    for moment in (OPENS + timedelta(hours=5), CLOSES + timedelta(minutes=10)):
        assert weak_topics(session, unit, {unit}, moment).numbers == ()
    assert weak_topics(session, unit, {unit}, OVER).numbers == (1,)


def test_from_above_a_unit_is_silent_where_its_sibling_would_show(session: Session) -> None:
    top = add_unit(session, "S")
    small, next_, big = (add_unit(session, code, top) for code in "ABC")
    staff = {unit: add_people(session, unit, size) for unit, size in ((small, 8), (next_, 9), (big, 30))}
    round_ = open_round(session, add_questions(session, 1))
    for unit, takers in ((small, 2), (next_, 6), (big, 20)):
        take(session, round_, staff[unit][:takers], 1, 1)

    def told(unit: int, *headed: int) -> list[str]:
        return [str(one.right) for one in weak_topics(session, unit, set(headed), OVER).topics]

    assert told(top, top) == ["3/28 (10,7%)"]
    assert told(big, top) == ["1/20 (5,0%)"]
    assert told(next_, top) == told(small, top) == []
    assert told(next_, next_) == ["1/6 (16,7%)"]
    assert told(next_, next_, top) == []  # heading both, one could take one from the other
    assert told(small, small) == told(big, small) == []


def test_two_databases_count_alike(any_database: Database) -> None:
    with any_database.transaction() as session:
        unit = add_unit(session, "S")
        people = add_people(session, unit, 6)
        take(session, open_round(session, add_questions(session, 1)), people, 1, 2)
        assert [str(one.right) for one in weak_topics(session, unit, {unit}, OVER).topics] == ["2/6 (33,3%)"]


def test_a_corrected_key_is_seen(session: Session) -> None:
    unit = add_unit(session, "S")
    people = add_people(session, unit, 6)
    round_ = open_round(session, add_questions(session, 1))
    take(session, round_, people, 1, 1)
    rescoring.correct_key(session, "cau-1", {1}, "Sai", "test", OVER)
    assert [str(one.right) for one in weak_topics(session, unit, {unit}, OVER).topics] == ["6/6 (100%)"]


@pytest.mark.parametrize("seed", range(25))
def test_no_sum_or_difference_of_what_one_head_sees_rests_on_fewer_than_five(session: Session, seed: int) -> None:
    """Whoever takes everything shown below a unit from the unit itself is left with nobody or with five people."""
    chance = random.Random(seed)
    units = [add_unit(session, "S")]
    for number in range(chance.randint(2, 8)):
        units.append(add_unit(session, f"P{number}", chance.choice(units)))
    for unit in units:
        add_people(session, unit, chance.choice((0, 2, 4, 6, 9, 20)))
    round_ = open_round(session, add_questions(session, 1))
    answered: dict[int, set[int]] = {}
    for person, unit in _members(session, round_):
        if chance.random() < 0.6:
            answer(session, round_, person, 1, chance.randint(1, 3))
            answered.setdefault(unit, set()).add(person)
    top = units[0]
    parents = _parents(session, round_)
    shown = {unit for unit in units if weak_topics(session, unit, {top}, OVER).topics}
    for unit in units:
        behind = _below(parents, answered, unit)
        assert unit not in shown or len(behind) >= SMALLEST_SHOWN
        children = [child for child, parent in parents.items() if parent == unit and child in shown]
        if unit in shown and children:
            rest = len(behind) - sum(len(_below(parents, answered, child)) for child in children)
            assert rest == 0 or rest >= SMALLEST_SHOWN
    total = session.exec(select(Answer.id).where(Answer.round_id == round_.id)).all()
    assert len(total) == sum(map(len, answered.values()))


def _members(session: Session, round_: Round) -> list[tuple[int, int]]:
    return [(one.person_id, one.unit_id) for one in session.exec(select(Member).where(Member.round_id == round_.id))]


def _parents(session: Session, round_: Round) -> dict[int, int | None]:
    query = select(RoundUnit).where(RoundUnit.round_id == round_.id)
    return {unit.unit_id: unit.parent_id for unit in session.exec(query)}


def _below(parents: dict[int, int | None], answered: dict[int, set[int]], unit: int) -> set[int]:
    found = set(answered.get(unit, ()))
    for child, parent in parents.items():
        if parent == unit:
            found |= _below(parents, answered, child)
    return found
