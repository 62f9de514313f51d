"""Figures of a period: each with its own denominator, people and attempts apart, nothing of fewer than five people."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, select

from participation.periods import PeriodFigures, period_figures
from participation.shares import Share
from store.database import Database
from store.tables import Member, Round
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, open_round, reviewed

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def four_rounds(session: Session, questions: list[int]) -> list[Round]:
    """Four rounds that close on the same Thursday."""
    return [open_round(session, questions) for _ in range(4)]


def close_all(session: Session) -> None:
    """Every round comes to its end."""
    session.execute(update(Round).values(state="closed"))


def november(session: Session, unit_id: int) -> PeriodFigures:
    """The month's figures of a unit, when its rounds are over."""
    close_all(session)
    return period_figures(session, unit_id, *NOVEMBER)


def test_coverage_counts_people_once_and_regularity_asks_three_of_four(any_database: Database) -> None:
    with any_database.transaction() as session:
        unit, question = add_unit(session, "A"), add_questions(session, 1)
        always, thrice, once, never = add_people(session, unit, 4)
        rounds = four_rounds(session, question)
        for person, times in ((always, 4), (thrice, 3), (once, 1)):
            for round_ in rounds[:times]:
                answer(session, round_, person, question[0])
        found = november(session, unit)
        assert never
    assert (found.rounds, found.coverage, found.regular) == (4, Share(3, 4), Share(2, 4))


def test_who_was_in_fewer_than_three_rounds_is_not_asked_for_regularity(database: Database) -> None:
    with database.transaction() as session:
        unit, question = add_unit(session, "A"), add_questions(session, 1)
        (old,) = add_people(session, unit, 1)
        rounds = four_rounds(session, question)[:2]
        (new,) = add_people(session, unit, 1)
        last = open_round(session, question)
        answer(session, last, new, question[0])
        answer(session, rounds[0], old, question[0])
        found = november(session, unit)
    assert (found.coverage, found.regular) == (Share(2, 2), Share(0, 1))


def test_the_exempt_are_in_no_denominator_and_a_parent_pools_its_units(database: Database) -> None:
    with database.transaction() as session:
        top, question = add_unit(session, "TOP"), add_questions(session, 1)
        busy, idle, away = (add_unit(session, code, top) for code in ("B", "I", "X"))
        (worker,), _, (absent,) = (add_people(session, unit, 1) for unit in (busy, idle, away))
        round_ = open_round(session, question)
        member = session.exec(select(Member).where(Member.person_id == absent)).one()
        member.exempt = "leave"
        session.add(member)
        answer(session, round_, worker, question[0])
        whole, part = november(session, top), november(session, idle)
    assert (whole.coverage, whole.units) == (Share(1, 2), Share(1, 2))
    assert (part.coverage, part.units) == (Share(0, 1), Share(0, 1))


@pytest.mark.parametrize(("people", "shown"), [(4, {}), (5, {"giao-tiep": Share(4, 5)})])
def test_topics_of_fewer_than_five_people_stay_hidden(database: Database, people: int, shown: dict[str, Share]) -> None:
    with database.transaction() as session:
        unit, question = add_unit(session, "A"), add_questions(session, 1)
        answering = add_people(session, unit, people)
        round_ = open_round(session, question)
        for person in answering:
            answer(session, round_, person, question[0], option=1 if person == answering[0] else 2)
        assert november(session, unit).topics == shown


def test_a_round_belongs_to_the_day_it_closes_on(database: Database) -> None:
    with database.transaction() as session:
        unit, question = add_unit(session, "A"), add_questions(session, 1)
        add_people(session, unit, 1)
        open_round(session, question)
        closing = CLOSES.date()
        assert period_figures(session, unit, closing, closing).rounds == 0  # it still runs
        close_all(session)
        assert period_figures(session, unit, closing, closing).rounds == 1
        assert period_figures(session, unit, OPENS.date(), closing - timedelta(days=1)).rounds == 0
        assert november(session, unit + 1).rounds == 0


def test_retention_takes_only_what_came_back_after_a_first_right(database: Database) -> None:
    with database.transaction() as session:
        unit, (question,) = add_unit(session, "A"), add_questions(session, 1)
        people = add_people(session, unit, 6)
        round_ = open_round(session, [question])
        for person in people:
            ask = reviewed(session, round_, person, question, is_right=person != people[0])
            ask.after_first_right = person != people[5]
        assert november(session, unit).retention == Share(4, 5)
