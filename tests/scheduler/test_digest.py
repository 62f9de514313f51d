"""The digest: figures for whoever heads a unit, once after each round, never on a day off."""

from datetime import date, datetime

from content.message import Message
from content.phrases import Phrases
from scheduler.calendar import Calendar
from scheduler.rounds import open_now
from scheduler.tick import tick
from store.database import Database
from store.tables import Duty, Person, Plan, Round
from tests.scheduler import stage
from tests.scheduler.stage import LONG_AGO, PLAN, at, told

OPENING, DIGEST = at("2026-11-10", "09:00"), at("2026-11-13", "15:30")


def run(database: Database, phrases: Phrases, moment: datetime, calendar: Calendar | None = None) -> None:
    with database.transaction() as session:
        tick(session, phrases, calendar or Calendar(), moment)


def test_head_deputy_and_delegate_in_office_that_day_get_one_message_each(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 6, linked=5)
        unit_id = session.get_one(Person, people[0]).unit_id
        duties = [
            ("head", people[0], None),
            ("deputy", people[1], date(2026, 11, 13)),
            ("deputy", people[2], date(2026, 11, 12)),
            ("delegate", people[3], None),
            ("deputy", people[5], None),
        ]
        for kind, person_id, until_on in duties:
            session.add(Duty(person_id=person_id, unit_id=unit_id, kind=kind, from_on=LONG_AGO, until_on=until_on))
        open_now(session, phrases, Calendar(), PLAN, OPENING)
    run(any_database, phrases, DIGEST)
    run(any_database, phrases, DIGEST)
    sent = stage.deliveries(any_database, "digest")
    assert [row.person_id for row in sent] == [people[0], people[1], people[3]]
    message = Message.loads(sent[0].body).text
    assert "Tham gia: 0/6" in message
    assert "tạm tính" in message


def test_without_a_round_there_is_no_digest(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        people = stage.add_people(session, stage.add_unit(session), 1)
        plan = stage.add_plan(session)
        session.add(Duty(person_id=people[0], unit_id=1, kind="head", from_on=LONG_AGO))
        assert plan.active
    for moment in (stage.MONDAY, OPENING, DIGEST):
        run(database, phrases, moment)
    assert stage.deliveries(database) == []
    assert stage.count(database, Round) == 0
    assert stage.occurrences(database)[0] == ("Tue 2026-11-10 09:00", "missed")
    assert stage.count(database, Plan) == 1


def test_a_day_off_marked_after_opening_moves_the_digest(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 1)
        session.add(Duty(person_id=people[0], unit_id=1, kind="head", from_on=LONG_AGO))
        open_now(session, phrases, Calendar(), PLAN, OPENING)
    run(database, phrases, DIGEST, Calendar({date(2026, 11, 13): False}))
    assert [told(row.due_at) for row in stage.deliveries(database, "digest")] == ["Mon 2026-11-16 08:00"]


def test_a_digest_more_than_three_days_late_is_missed(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 1)
        session.add(Duty(person_id=people[0], unit_id=1, kind="head", from_on=LONG_AGO))
        open_now(session, phrases, Calendar(), PLAN, OPENING)
    run(database, phrases, at("2026-11-16", "15:31"))
    assert stage.deliveries(database, "digest") == []
    assert stage.occurrences(database, "digest") == [("Fri 2026-11-13 15:30", "missed")]
    assert stage.occurrences(database, "freeze") == [("Fri 2026-11-13 17:00", "done")]
    assert [round_.state for round_ in stage.rounds(database)] == ["frozen"]
