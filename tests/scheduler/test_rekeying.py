"""The note after a corrected key: once for each person and correction, in the windows, for who may be written to."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from content.message import Message
from content.phrases import Phrases
from participation import pausing, privacy
from participation.answering import answer, questions_of
from scheduler.calendar import Calendar
from scheduler.caps import Written
from scheduler.rekeying import announce, rekey
from scheduler.rounds import open_now
from scheduler.tick import tick
from scheduler.wanted import still_wanted
from store.database import Database
from store.tables import Account, Delivery, Person, QuestionVersion, Round
from tests.scheduler import stage
from tests.scheduler.stage import PLAN, at, told

WHY = "Sai đáp án"
OPENING = at("2026-11-10", "09:00")
FRIDAY = at("2026-11-13", "10:00")


def answered(session: Session, phrases: Phrases, people: list[int]) -> str:
    """A round opens and everybody answers A, which was not the key; returns the question's code."""
    open_now(session, phrases, Calendar(), PLAN, OPENING)
    stage.send(session, OPENING)
    round_ = session.exec(select(Round)).one()
    question = questions_of(session, round_.id or 0)[0]
    for person in people:
        answer(session, person, round_.id or 0, question, 1, None, OPENING + timedelta(hours=1))
    return session.get_one(QuestionVersion, question).code


def notes(database: Database) -> list[Delivery]:
    return stage.deliveries(database, "rekey")


def test_each_person_gets_one_note_and_a_second_run_writes_none(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 3, linked=2)
        code = answered(session, phrases, people)
        done = rekey(session, phrases, Calendar(), code, {1}, WHY, "cli", FRIDAY)
        assert (done.rescored.raised, done.notes) == (3, Written(sent=2))
        assert announce(session, phrases, Calendar(), done.rescored, FRIDAY) == Written()
    assert [(note.key, note.state, note.due_at) for note in notes(any_database)] == [
        (f"rekey:1:{person}", "waiting", FRIDAY) for person in people[:2]
    ]
    text = Message.loads(notes(any_database)[0].body).text
    assert "Phương án đúng: Một\n" in text
    assert "nay được tính là đúng" in text
    assert len(text) < 600
    assert "!" not in text


@pytest.mark.parametrize(
    ("corrected", "due"),
    [
        (at("2026-11-13", "10:00"), "Fri 2026-11-13 10:00"),
        (at("2026-11-13", "12:00"), "Fri 2026-11-13 13:45"),
        (at("2026-11-13", "20:00"), "Mon 2026-11-16 08:00"),
        (at("2026-11-14", "10:00"), "Mon 2026-11-16 08:00"),
        # Tuesday, Wednesday and Thursday belong to the opening, the reminder and the review.
        (at("2026-11-10", "15:00"), "Fri 2026-11-13 08:00"),
        (at("2026-11-11", "08:30"), "Fri 2026-11-13 08:00"),
    ],
)
def test_it_goes_out_in_a_window_of_a_day_the_plan_leaves_free(
    database: Database, phrases: Phrases, corrected: datetime, due: str
) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 1)
        code = answered(session, phrases, people)
        tick(session, phrases, Calendar(), OPENING)
        rekey(session, phrases, Calendar(), code, {1}, WHY, "cli", corrected)
    (note,) = notes(database)
    assert told(note.due_at) == due


def test_who_has_three_messages_this_week_hears_it_next_week(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 1)
        code = answered(session, phrases, people)
        account = session.exec(select(Account)).one()
        for day in ("2026-11-11", "2026-11-12"):
            session.add(
                Delivery(
                    key=day, token=day, account_id=account.id or 0, person_id=people[0], channel="web", kind="remind",
                    lane=1, body="{}", due_at=at(day, "09:00"), state="sent",
                )
            )  # fmt: skip
        session.flush()
        assert rekey(session, phrases, Calendar(), code, {1}, WHY, "cli", FRIDAY).notes == Written(held=1)
    with any_database.transaction() as session:
        tick(session, phrases, Calendar(), at("2026-11-13", "17:00"))
    (note,) = notes(any_database)
    assert (note.state, told(note.due_at)) == ("waiting", "Mon 2026-11-16 08:00")


def test_paused_left_blocked_and_erased_people_get_none(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 5)
        code = answered(session, phrases, people)
        pausing.pause(session, people[0], 30, OPENING)
        session.get_one(Person, people[1]).status = "left"
        session.exec(select(Account).where(Account.person_id == people[2])).one().state = "blocked"
        privacy.erase(session, people[3], OPENING)
        done = rekey(session, phrases, Calendar(), code, {1}, WHY, "cli", FRIDAY)
        assert done.rescored.people == (*people[:3], people[4])
    assert [note.person_id for note in notes(database)] == [people[4]]


def test_wishes_are_looked_at_again_at_sending(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 1)
        code = answered(session, phrases, people)
        rekey(session, phrases, Calendar(), code, {1}, WHY, "cli", FRIDAY)
        note = session.exec(select(Delivery).where(Delivery.kind == "rekey")).one()
        assert still_wanted(session, note, FRIDAY)
        pausing.pause(session, people[0], 3, FRIDAY)
        assert not still_wanted(session, note, FRIDAY)
