"""Answering: the first valid reply is kept once; moments decide, not states."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from participation import answering
from participation.refusals import AlreadyAnswered, NoSuchQuestion, RoundClosed
from store.database import Database
from store.tables import Answer, LedgerEntry, Member, Person
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, open_round


def test_the_last_moment_of_grace_counts_and_the_next_does_not(any_database: Database) -> None:
    with any_database.transaction() as session:
        an, chi = add_people(session, add_unit(session, "A"), 2)
        (question,) = add_questions(session, 1)
        round_ = open_round(session, [question])
        grace = CLOSES - OPENS + timedelta(minutes=15)
        answer(session, round_, an, question, seconds=grace.total_seconds())
        with pytest.raises(RoundClosed):
            answer(session, round_, chi, question, seconds=grace.total_seconds() + 1)
        assert session.exec(select(Answer.person_id)).all() == [an]
        assert "answer_late" in session.exec(select(LedgerEntry.kind)).all()


def test_a_second_answer_is_refused_and_changes_no_counter(any_database: Database) -> None:
    with any_database.transaction() as session:
        (an,) = add_people(session, add_unit(session, "A"), 1)
        first, second = add_questions(session, 2)
        round_ = open_round(session, [first, second])
        answer(session, round_, an, first, 2)
        with pytest.raises(AlreadyAnswered):
            answer(session, round_, an, first, 1)
        member = session.get_one(Member, (round_.id, an))
        assert (member.answers, member.rights, member.finished_at) == (1, 1, None)
        verdict = answering.answer(session, an, round_.id or 0, second, 1, None, OPENS + timedelta(hours=2))
        assert (verdict.is_right, verdict.rights, verdict.total, verdict.next) == (False, 1, 2, None)
        assert member.finished_at == OPENS + timedelta(hours=2)


def test_the_open_question_is_the_first_unanswered_of_the_oldest_round(database: Database) -> None:
    with database.transaction() as session:
        (an,) = add_people(session, add_unit(session, "A"), 1)
        first, second, third = add_questions(session, 3)
        older = open_round(session, [first, second])
        open_round(session, [third], OPENS + timedelta(hours=1))
        now = OPENS + timedelta(hours=2)
        assert answering.remaining(session, an, now) == 2
        for question in (first, second, third):
            asked = answering.open_question(session, an, now)
            assert asked is not None
            assert asked.question.id == question
            answering.answer(session, an, asked.round.id or 0, question, 2, None, now)
        assert answering.open_question(session, an, now) is None
        assert answering.open_question(session, an, OPENS - timedelta(seconds=1)) is None
        assert older.number == 1


def test_who_has_left_may_not_play_and_the_log_never_says_which_option(database: Database) -> None:
    with database.transaction() as session:
        (an,) = add_people(session, add_unit(session, "A"), 1)
        (question,) = add_questions(session, 1)
        round_ = open_round(session, [question])
        (late,) = add_people(session, 1, 1)
        session.get_one(Person, late).status = "left"
        with pytest.raises(NoSuchQuestion):
            answer(session, round_, late, question)
        answer(session, round_, an, question, 3)
        told = session.exec(select(LedgerEntry.body).where(LedgerEntry.kind == "answered")).one()
        assert "option" not in told
        assert "right" not in told
        assert session.exec(select(col(Answer.counted))).all() == [True]
