"""Answering: the first valid reply is kept once; moments decide, not states."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import col, select

from participation import answering, counters
from participation.answering import Reply, Verdict, answer_all
from participation.census import census
from participation.refusals import AlreadyAnswered, NoSuchQuestion, Refusal, RoundClosed
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


def test_replies_taken_together_come_to_what_they_come_to_in_order(any_database: Database) -> None:
    with any_database.transaction() as session:
        unit = add_unit(session, "A")
        an, chi = add_people(session, unit, 2)
        first, second = add_questions(session, 2)
        round_ = open_round(session, [first, second])
        (newcomer,) = add_people(session, unit, 1)
        given = [(an, first, 2), (chi, first, 1), (an, first, 1), (an, second, 2), (newcomer, second, 2), (chi, 77, 1)]
        given += [(chi, second, 4), (newcomer, second, 2), (newcomer, first, 3)]
        at = OPENS + timedelta(hours=1)
        outcomes = answer_all(
            session, [Reply(who, round_.id or 0, what, option, None, at) for who, what, option in given]
        )
        said = [
            type(one) if isinstance(one, Refusal) else (one.is_right, one.rights, one.next.position if one.next else 0)
            for one in outcomes
        ]
        assert said == [
            *((True, 1, 2), (False, 0, 2), AlreadyAnswered, (True, 2, 0), (True, 1, 1), NoSuchQuestion),
            *(NoSuchQuestion, AlreadyAnswered, (False, 1, 0)),
        ]
        assert counters.of_units(session, round_.id or 0) == census(session, round_.id or 0)
        assert counters.of_units(session, round_.id or 0)[unit][5:10] == (2, 1, 0, 0, 1)


def test_two_batches_at_once_keep_one_answer_of_each_person(any_database: Database) -> None:
    """Taken in opposite orders: neither waits for the other for ever, and whoever comes second finds what stands."""
    with any_database.transaction() as session:
        unit = add_unit(session, "A")
        people = add_people(session, unit, 20)
        (question,) = add_questions(session, 1)
        round_id = open_round(session, [question]).id or 0
        people += add_people(session, unit, 5)  # outside the snapshot
    together = Barrier(2)

    def take(order: list[int]) -> list[type]:
        replies = [Reply(person, round_id, question, 2, None, OPENS + timedelta(hours=1)) for person in order]
        with any_database.transaction() as session:
            together.wait()
            return [type(outcome) for outcome in answer_all(session, replies)]

    if any_database.is_sqlite:  # its one writer lets no second transaction begin
        together = Barrier(1)
    with ThreadPoolExecutor(2) as runners:
        outcomes = sorted(runners.map(take, (people, people[::-1])), key=lambda one: one[0] is Verdict)
    assert outcomes == [[AlreadyAnswered] * 25, [Verdict] * 25]
    with any_database.transaction() as session:
        assert len(session.exec(select(Answer)).all()) == 25
        assert counters.of_units(session, round_id) == census(session, round_id)


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
