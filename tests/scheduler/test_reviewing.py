"""Review questions: what is due, two at most, in one message, outside every round's figures."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from content.message import Message
from content.phrases import Phrases
from participation import figures, pausing, recalling
from scheduler.calendar import Calendar
from scheduler.rounds import open_now
from scheduler.tick import tick
from store.database import Database
from store.tables import Member, QuestionVersion, Recall, RecallAsk, Round
from tests.scheduler import stage
from tests.scheduler.stage import PLAN, at

OPENING, REVIEW = at("2026-11-10", "09:00"), at("2026-11-12", "09:00")


def owe(session: Session, person_id: int, *codes: str, since: datetime = REVIEW - timedelta(days=1)) -> None:
    """These questions are due again for a person."""
    for number, code in enumerate(codes):
        session.add(
            Recall(person_id=person_id, question_code=code, due_at=since - timedelta(hours=len(codes) - number))
        )


def review(database: Database, phrases: Phrases, moment: datetime = REVIEW) -> None:
    with database.transaction() as session:
        tick(session, phrases, Calendar(), moment)


def asks(database: Database) -> list[tuple[int, str, int, bool]]:
    with database.transaction() as session:
        query = (
            select(RecallAsk.person_id, QuestionVersion.code, RecallAsk.position, RecallAsk.after_first_right)
            .join(QuestionVersion)
            .order_by(col(RecallAsk.id))
        )
        return list(session.exec(query).all())


def test_each_person_gets_one_message_with_the_first_of_two_questions_longest_due(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 3)
        open_now(session, phrases, Calendar(), PLAN, OPENING)
        owe(session, people[0], "trang-phuc-3", "trang-phuc-1", "gio-giac-2")
        owe(session, people[1], "gio-giac-1")
        owe(session, people[2], "gio-giac-1", since=REVIEW + timedelta(days=1))
    review(any_database, phrases)
    review(any_database, phrases)
    assert asks(any_database) == [
        (people[0], "trang-phuc-3", 1, False),
        (people[0], "trang-phuc-1", 2, False),
        (people[1], "gio-giac-1", 1, False),
    ]
    sent = stage.deliveries(any_database, "review")
    assert [(row.person_id, row.round_id) for row in sent] == [(people[0], None), (people[1], None)]
    assert Message.loads(sent[0].body).text == "Câu ôn 1/2. Tình huống trang-phuc 3?"
    assert Message.loads(sent[1].body).text == "Câu ôn 1/1. Tình huống gio-giac 1?"


def test_answering_a_review_question_moves_no_figure_of_the_round(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 5)
        round_ = open_now(session, phrases, Calendar(), PLAN, OPENING)
        owe(session, people[0], "gio-giac-1")
    review(database, phrases)
    with database.transaction() as session:
        ask = session.exec(select(RecallAsk)).one()
        before = figures.counts_by_unit(session, session.get_one(Round, round_.round_id))
        recalling.answer(session, people[0], ask.id or 0, 2, REVIEW)
        assert figures.counts_by_unit(session, session.get_one(Round, round_.round_id)) == before


def test_retention_is_what_is_asked_again_at_least_24_days_after_the_first_right_answer(
    database: Database, phrases: Phrases
) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 2)
        open_now(session, phrases, Calendar(), PLAN, OPENING)
        for person_id, days in zip(people, (24, 23), strict=True):
            first_right_at = REVIEW - timedelta(days=days)
            session.add(
                Recall(person_id=person_id, question_code="gio-giac-1", due_at=OPENING, first_right_at=first_right_at)
            )
    review(database, phrases)
    assert [ask[3] for ask in asks(database)] == [True, False]


def test_whoever_paused_is_away_or_exempt_is_not_asked(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 4)
        open_now(session, phrases, Calendar(), PLAN, OPENING)
        for person_id in people:
            owe(session, person_id, "gio-giac-1")
        pausing.pause(session, people[0], None, OPENING)
        stage.grant_leave(session, people[1:2], "2026-11-12", "2026-11-12")
        stage.grant_leave(session, people[2:3], "2026-11-10", "2026-11-12", OPENING)
    review(any_database, phrases)
    assert [ask[0] for ask in asks(any_database)] == [people[3]]


def test_a_question_whose_source_lapsed_is_not_asked_again(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 1)
        open_now(session, phrases, Calendar(), PLAN, OPENING)
        stage.add_questions(session, "cu", 1, in_force_until=OPENING.date())
        owe(session, people[0], "cu-1", "khong-con")
    review(database, phrases)
    assert stage.deliveries(database, "review") == []
    assert stage.count(database, Member) == 1
