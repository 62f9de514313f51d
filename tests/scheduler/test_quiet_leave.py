"""Leave and what goes out: nothing on days of leave, reported or approved, though it covers only part of a round."""

from datetime import date

from sqlmodel import Session

from content.message import Message
from content.phrases import Phrases
from participation import leave, leave_decisions, pausing
from scheduler import quiet
from scheduler.calendar import Calendar
from scheduler.leave_notices import ask_deciders
from scheduler.tick import tick
from store.database import Database
from store.tables import Duty
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, at

OPENING, REMINDER = at("2026-11-10", "09:00"), at("2026-11-11", "14:00")
WEDNESDAY = (date(2026, 11, 11), date(2026, 11, 11))


def test_who_reported_leave_for_the_day_of_the_reminder_gets_the_opening_and_no_reminder(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 6, 6)
        tick(session, phrases, Calendar(), MONDAY)
    waits, approved, refused, withdrawn, resumed, present = people
    with any_database.transaction() as session:
        asked = {
            one: leave.report(session, one, *WEDNESDAY, "leave", MONDAY).id or 0
            for one in (waits, approved, refused, withdrawn, resumed)
        }
        leave_decisions.approve(session, asked[approved], "test", "x", MONDAY)
        leave_decisions.refuse(session, asked[refused], "test", MONDAY)
        leave.withdraw(session, withdrawn, asked[withdrawn], MONDAY)
        tick(session, phrases, Calendar(), OPENING)
    assert [row.person_id for row in stage.deliveries(any_database, "open")] == people
    with any_database.transaction() as session:
        stage.send(session, OPENING)
        assert quiet.on_leave(session, WEDNESDAY[0]) == {waits, approved, resumed}
        leave_decisions.refuse(session, asked[resumed], "test", REMINDER)
        pausing.resume(session, resumed, REMINDER)
        tick(session, phrases, Calendar(), REMINDER)
    reminded = [row.person_id for row in stage.deliveries(any_database, "remind")]
    assert reminded == [withdrawn, resumed, present]  # who was refused keeps the pause until it is ended


def test_a_request_made_in_the_evening_waits_for_the_morning(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        head, an = stage.add_office(session, 2, 2)
        session.add(Duty(person_id=head, unit_id=1, kind="head", from_on=stage.LONG_AGO))
        session.flush()
        evening = at("2026-11-09", "20:00")
        request = leave.report(session, an, *WEDNESDAY, "leave", evening)
        assert ask_deciders(session, phrases, request, evening) == 1
        assert ask_deciders(session, phrases, request, evening) == 0
    (row,) = stage.deliveries(database, "notice")
    assert (row.person_id, row.key) == (head, f"leave:1:{head}")
    assert stage.told(row.due_at) == "Tue 2026-11-10 08:00"
    message = Message.loads(row.body)
    assert [choice.action for choice in message.choices] == ["leaveok:1", "leaveno:1", "say:nghi"]


def test_a_head_who_pauses_is_not_disturbed(database: Database, phrases: Phrases) -> None:
    def asks(session: Session, number: int, head: int, an: int) -> int:
        days = (date(2026, 11, 20 + number), date(2026, 11, 20 + number))
        return ask_deciders(session, phrases, leave.report(session, an, *days, "leave", MONDAY), MONDAY)

    with database.transaction() as session:
        head, an = stage.add_office(session, 2, 2)
        session.add(Duty(person_id=head, unit_id=1, kind="head", from_on=stage.LONG_AGO))
        session.flush()
        assert asks(session, 1, head, an) == 1
        pausing.pause(session, head, 3, MONDAY)
        assert asks(session, 2, head, an) == 0
