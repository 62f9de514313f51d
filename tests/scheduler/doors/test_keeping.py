"""Before a window closes a person is asked for a word: once, in office hours, only where something would be missed."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from content.phrases import Phrases
from scheduler.calendar import Calendar
from scheduler.doors.keeping import ask_for_a_word, is_time
from scheduler.doors.terms import Terms
from scheduler.planning import plan_ahead
from scheduler.rounds import open_now
from scheduler.wanted import still_wanted
from store.database import Database
from store.tables import Account, Delivery, Pause, Round
from tests.scheduler import stage
from tests.scheduler.doors.people import OA, open_doors
from tests.scheduler.stage import at

TIMES = {
    "on the sixth day": ("2026-11-11 09:00", "2026-11-10 09:00", True),
    "not before": ("2026-11-11 09:00", "2026-11-10 08:30", False),
    "on Friday, when it closes on Sunday": ("2026-11-15 10:00", "2026-11-13 08:00", True),
    "on Friday, when it closes before work on Monday": ("2026-11-16 07:30", "2026-11-13 16:00", True),
    "not on Friday, when Monday morning is left": ("2026-11-16 10:00", "2026-11-13 16:00", False),
    "not at noon": ("2026-11-11 09:00", "2026-11-10 12:00", False),
    "not on Saturday": ("2026-11-15 10:00", "2026-11-14 10:00", False),
    "not when it has closed": ("2026-11-10 09:00", "2026-11-10 09:00", False),
}


def moment(written: str) -> datetime:
    return at(*written.split())


@pytest.mark.parametrize("label", TIMES)
def test_when_to_ask(label: str) -> None:
    closes_at, now, expected = TIMES[label]
    assert is_time(Calendar(), moment(closes_at), moment(now)) is expected


OPENED, ASKED = at("2026-11-10", "09:00"), at("2026-11-16", "10:00")


def asked(database: Database) -> list[Delivery]:
    return stage.deliveries(database, "window")


def lives(database: Database, phrases: Phrases, heard_at: datetime, channel: str = "zalo-oa") -> None:
    """A round of last week; three people were last heard then."""
    with database.transaction() as session:
        people = stage.add_office(session, people=3, linked=0)
        open_doors(session, {"zalo-oa": OA, "telegram": Terms()})
        for person_id in people:
            session.add(
                Account(
                    channel=channel, address=str(person_id), person_id=person_id, state="active", last_heard_at=heard_at
                )
            )
        session.flush()
        plan_ahead(session, Calendar(), stage.MONDAY)
        open_now(session, phrases, Calendar(), stage.PLAN, OPENED)
        stage.send(session, OPENED)


def test_those_who_would_miss_the_next_round_are_asked_once(any_database: Database, phrases: Phrases) -> None:
    lives(any_database, phrases, at("2026-11-09", "11:00"))
    for minutes in (0, 1, 61, 122):
        with any_database.transaction() as session:
            ask_for_a_word(session, phrases, Calendar(), at("2026-11-16", "08:30") + timedelta(minutes=minutes))
    rows = asked(any_database)
    assert [row.expires_at for row in rows] == [at("2026-11-16", "11:00")] * 3
    assert "11:00 thứ Hai 16/11" in rows[0].body


def test_nobody_is_asked_for_a_word_where_nothing_would_be_missed(any_database: Database, phrases: Phrases) -> None:
    lives(any_database, phrases, at("2026-11-10", "09:30"))  # open until after Tuesday's opening at nine
    with any_database.transaction() as session:
        for row in session.exec(select(Round)):
            row.state = "closed"
        assert ask_for_a_word(session, phrases, Calendar(), ASKED).sent == 0


def test_who_pauses_or_has_another_door_is_not_asked(any_database: Database, phrases: Phrases) -> None:
    lives(any_database, phrases, at("2026-11-09", "11:00"))
    with any_database.transaction() as session:
        first, second, third = session.exec(select(Account.person_id).order_by(col(Account.id))).all()
        session.add(Pause(person_id=first or 0, from_at=OPENED))
        session.add(Account(channel="telegram", address="2", person_id=second, state="active"))
        session.flush()
        ask_for_a_word(session, phrases, Calendar(), ASKED)
    assert [row.person_id for row in asked(any_database)] == [third]


def test_who_has_written_meanwhile_is_left_in_peace(any_database: Database, phrases: Phrases) -> None:
    lives(any_database, phrases, at("2026-11-09", "11:00"))
    with any_database.transaction() as session:
        ask_for_a_word(session, phrases, Calendar(), ASKED)
    row = asked(any_database)[0]
    with any_database.transaction() as session:
        assert still_wanted(session, row, ASKED)
        session.get_one(Account, row.account_id).last_heard_at = ASKED
        session.flush()
        assert not still_wanted(session, row, ASKED)
