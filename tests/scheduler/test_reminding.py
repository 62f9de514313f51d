"""One early reminder, for those who have not started, never on a day of leave, always with a way out."""

from sqlmodel import Session, select

from content.message import Message
from content.phrases import Phrases
from participation import pausing
from scheduler.calendar import Calendar
from scheduler.reminding import remind
from scheduler.rounds import Opened, open_now
from scheduler.tick import tick
from store.database import Database
from store.tables import Account, Member, Person, Round
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, PLAN, at

REMINDER = at("2026-11-11", "14:00")


def opened(database: Database, phrases: Phrases, people: int) -> tuple[list[int], Opened]:
    with database.transaction() as session:
        ids = stage.add_office(session, people)
        round_ = open_now(session, phrases, Calendar(), PLAN, at("2026-11-10", "09:00"))
        stage.send(session, round_.opens_at)
        return ids, round_


def member(session: Session, round_id: int, person_id: int) -> Member:
    return session.get_one(Member, (round_id, person_id))


def test_of_ten_who_have_not_started_the_two_on_leave_that_day_are_left_in_peace(
    any_database: Database, phrases: Phrases
) -> None:
    people, round_ = opened(any_database, phrases, 17)
    with any_database.transaction() as session:
        for person_id in people[10:12]:
            member(session, round_.round_id, person_id).answers = 2
        member(session, round_.round_id, people[12]).answers = 1
        stage.grant_leave(session, people[:2], "2026-11-11", "2026-11-11")
        stage.grant_leave(session, people[13:14], "2026-11-10", "2026-11-12")
        pausing.pause(session, people[14], 10, MONDAY)
        member(session, round_.round_id, people[15]).declined_reminders = True
        session.exec(select(Account).where(Account.person_id == people[16])).one().state = "blocked"
    for _ in range(2):  # the second run sends nothing more
        with any_database.transaction() as session:
            tick(session, phrases, Calendar(), REMINDER)
    reminded = stage.deliveries(any_database, "remind")
    assert [row.person_id for row in reminded] == people[2:10]
    assert {row.state for row in reminded} == {"waiting"}


def test_a_reminder_offers_to_answer_to_be_away_or_to_be_left_alone(database: Database, phrases: Phrases) -> None:
    _, round_ = opened(database, phrases, 1)
    with database.transaction() as session:
        tick(session, phrases, Calendar(), REMINDER)
    (row,) = stage.deliveries(database, "remind")
    message = Message.loads(row.body)
    assert [choice.action for choice in message.choices] == [
        "say:tracnghiem",
        f"away:{round_.round_id}",
        f"mute:{round_.round_id}",
    ]
    assert message.plain() == (
        "Đợt 1 đang mở, Anh/Chị chưa trả lời câu nào. Mỗi lần chỉ mất khoảng 2 phút.\n"
        "Hạn: 17:00 thứ Năm 12/11.\n"
        "1. Trả lời ngay\n"
        "2. Tôi đang nghỉ hoặc đi công tác\n"
        "3. Không nhắc đợt này"
    )
    assert "!" not in message.plain()


def test_nobody_is_reminded_after_the_round_has_closed(database: Database, phrases: Phrases) -> None:
    opened(database, phrases, 2)
    with database.transaction() as session:
        tick(session, phrases, Calendar(), at("2026-11-12", "17:00"))
    assert stage.deliveries(database, "remind") == []
    assert stage.occurrences(database, "remind") == [("Wed 2026-11-11 14:00", "missed")]


def test_a_reminder_that_comes_late_waits_for_the_next_window(database: Database, phrases: Phrases) -> None:
    opened(database, phrases, 1)
    with database.transaction() as session:
        tick(session, phrases, Calendar(), at("2026-11-11", "20:00"))
    (row,) = stage.deliveries(database, "remind")
    assert row.due_at == at("2026-11-12", "08:00")


def test_ten_days_of_pause_bring_nothing_and_then_it_all_resumes_by_itself(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 2)
        pausing.pause(session, people[0], 10, MONDAY)
    moment = MONDAY
    while moment < at("2026-11-27", "18:00"):
        with any_database.transaction() as session:
            tick(session, phrases, Calendar(), moment)
            stage.send(session, moment)
        moment += stage.HALF_AN_HOUR
    # Paused from Monday 9 to Wednesday 18 November; the next round opens on Wednesday 25.
    assert {stage.told(row.due_at)[:14] for row in stage.deliveries(any_database) if row.person_id == people[0]} == {
        "Wed 2026-11-25",
        "Thu 2026-11-26",
    }
    assert [round_.number for round_ in stage.rounds(any_database)] == [1, 2, 3]
    assert stage.count(any_database, Member) == 6


def test_nobody_is_reminded_of_a_round_whose_opening_is_still_on_its_way(database: Database, phrases: Phrases) -> None:
    people, round_ = opened(database, phrases, 3)
    for row, state in zip(stage.deliveries(database, "open"), ("held", "waiting", "sent"), strict=True):
        row.state = state
        with database.transaction() as session:
            session.merge(row)
    with database.transaction() as session:
        remind(session, phrases, Calendar(), session.get_one(Round, round_.round_id), REMINDER)
    assert [row.person_id for row in stage.deliveries(database, "remind")] == [people[2]]


def test_people_who_left_are_not_reminded(database: Database, phrases: Phrases) -> None:
    people, _ = opened(database, phrases, 2)
    with database.transaction() as session:
        session.get_one(Person, people[0]).status = "left"
        tick(session, phrases, Calendar(), REMINDER)
    assert [row.person_id for row in stage.deliveries(database, "remind")] == [people[1]]
    assert stage.count(database, Round) == 1
