"""Recalling: 12 days after a wrong answer, 24 after a right one, retired after two right in a row."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from participation import pausing, recalling
from participation.recalling import Met
from participation.refusals import AlreadyAnswered, NoSuchQuestion
from store.database import Database
from store.tables import Occurrence, Plan, Recall, RecallAsk
from tests.participation.rounds import OPENS, add_people, add_questions, add_unit, open_round


@pytest.mark.parametrize(
    ("answers", "days"),
    [([False], 12), ([True], 24), ([True, True], None), ([True, False], 12), ([False, True], 24),
     ([True, False, True], 24), ([False, True, True], None)],
)  # fmt: skip
def test_the_next_meeting_depends_on_the_last_answers(database: Database, answers: list[bool], days: int) -> None:
    with database.transaction() as session:
        (an,) = add_people(session, add_unit(session, "A"), 1)
        for is_right in answers:
            recalling.after_answers(session, [Met(an, "cau-1", is_right, OPENS)])
        due_at = session.get_one(Recall, (an, "cau-1")).due_at
        assert due_at == (OPENS + timedelta(days=days) if days else None)


def asked(session: Session) -> tuple[int, int, list[RecallAsk]]:
    """An and Chi; An was asked two review questions."""
    an, chi = add_people(session, add_unit(session, "A"), 2)
    questions = add_questions(session, 2)
    open_round(session, questions)
    plan = session.get_one(Plan, 1)
    occurrence = Occurrence(plan_id=plan.id or 0, kind="review", due_at=OPENS, fires_at=OPENS)
    session.add(occurrence)
    session.flush()
    asks = [
        RecallAsk(
            person_id=an, occurrence_id=occurrence.id or 0, question_version_id=question, position=place, asked_at=OPENS
        )
        for place, question in enumerate(questions, 1)
    ]
    session.add_all(asks)
    session.flush()
    return an, chi, asks


def test_a_review_is_answered_once_by_its_own_person_and_leads_to_the_next(any_database: Database) -> None:
    with any_database.transaction() as session:
        an, chi, (first, second) = asked(session)
        with pytest.raises(NoSuchQuestion):
            recalling.answer(session, chi, first.id or 0, 2, OPENS)
        verdict = recalling.answer(session, an, first.id or 0, 2, OPENS)
        assert (verdict.is_right, verdict.total) == (True, 2)
        assert verdict.next is second
        with pytest.raises(AlreadyAnswered):
            recalling.answer(session, an, first.id or 0, 1, OPENS)
        with pytest.raises(NoSuchQuestion):
            recalling.answer(session, an, second.id or 0, 9, OPENS)
        assert recalling.answer(session, an, second.id or 0, 1, OPENS).next is None
        assert recalling.open_ask(session, an, OPENS) is None


def test_a_review_two_weeks_old_is_no_longer_open(database: Database) -> None:
    with database.transaction() as session:
        an, _chi, _asks = asked(session)
        assert recalling.open_ask(session, an, OPENS + timedelta(days=13)) is not None
        assert recalling.open_ask(session, an, OPENS + timedelta(days=14)) is None


def test_a_pause_shifts_what_is_due_and_an_early_return_shifts_it_back(database: Database) -> None:
    with database.transaction() as session:
        (an,) = add_people(session, add_unit(session, "A"), 1)
        recalling.after_answers(session, [Met(an, "cau-1", False, OPENS)])
        pausing.pause(session, an, 10, OPENS)
        recall = session.get_one(Recall, (an, "cau-1"))
        assert recall.due_at == OPENS + timedelta(days=22)
        pausing.resume(session, an, OPENS + timedelta(days=4))
        assert recall.due_at == OPENS + timedelta(days=16)
