"""Doors that fail for days are halted and come back by themselves; the operator is told once, and of quotas too."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from content.message import Message
from content.phrases import Phrases
from scheduler import outbox
from scheduler.calendar import Calendar
from scheduler.caps import release_held
from scheduler.channel import Later, Outcome, Refused, Sent, Unknown
from scheduler.doors import health, quota
from scheduler.doors.readdressing import readdress
from scheduler.doors.terms import Terms
from scheduler.doors.watching import watch
from store.database import Database
from store.tables import Delivery, Grant
from tests.scheduler.doors.people import LINES, add_person, claim, door, open_doors, rows
from tests.scheduler.fakes import START, add_letter
from tests.scheduler.stage import LONG_AGO

DAY, DOWN = timedelta(days=1), Later(1, "T_CONNECT: not connected")
LINE = LINES["telegram"]

SIGNS: dict[str, tuple[list[Outcome], bool, str]] = {
    "accepted": ([Sent("1")], True, ""),
    "refused, and so it spoke": ([Refused("no such chat")], True, ""),
    "not reached": ([DOWN], False, DOWN.reason),
    "cut off": ([Unknown("cut off")], False, "cut off"),
    "its token is dead": ([Refused("unauthorised", whole_bot=True)], False, "unauthorised"),
    "one of many got through": ([DOWN, Sent("1"), DOWN], True, ""),
}


@pytest.mark.parametrize("label", SIGNS)
def test_what_outcomes_say_of_a_door(database: Database, label: str) -> None:
    outcomes, is_well, trouble = SIGNS[label]
    with database.transaction() as session:
        open_doors(session, {"telegram": Terms()})
        health.note(session, "telegram", "telegram", 25, outcomes, START)
    found = door(database, "telegram")
    assert (found.well_at == START, found.failing_since_at == START, found.trouble) == (is_well, not is_well, trouble)


def fail(session: Session, now: datetime, outcome: Outcome = DOWN) -> None:
    health.note(session, "telegram", "telegram", 25, [outcome], now)


def notices(database: Database) -> list[str]:
    with database.transaction() as session:
        found = session.exec(select(Delivery.body).where(Delivery.kind == "notice").order_by(col(Delivery.id)))
        return [Message.loads(body).text for body in found]


def test_three_days_without_an_answer_halt_a_door_and_tell_the_operator_once_elsewhere(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"telegram": Terms(), "web": Terms()})
        operator, _ = add_person(session, {"telegram": START, "web": START - DAY})
        session.add(Grant(person_id=operator, role="operator", from_on=LONG_AGO))
        fail(session, START)
        fail(session, START + DAY)
        assert watch(session, phrases, START + 3 * DAY - timedelta(seconds=1)) == 0
        assert watch(session, phrases, START + 3 * DAY) == 1
        assert watch(session, phrases, START + 4 * DAY) == 0
    (told,) = notices(any_database)
    assert "Kênh telegram không gửi được tin từ 09:00 thứ Ba 10/11 (T_CONNECT: not connected)" in told
    assert {channel for channel, _, _ in rows(any_database).values()} == {"web"}


def test_a_good_moment_in_between_begins_the_days_anew(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"telegram": Terms()})
        fail(session, START)
        fail(session, START + 2 * DAY, Sent("1"))
        fail(session, START + 2 * DAY + timedelta(hours=1))
        assert watch(session, phrases, START + 4 * DAY) == 0
    assert door(any_database, "telegram").failing_since_at == START + 2 * DAY + timedelta(hours=1)


def test_a_door_comes_back_without_a_flood(any_database: Database, phrases: Phrases) -> None:
    back_at = START + 7 * DAY
    with any_database.transaction() as session:
        open_doors(session, {"telegram": Terms()})
        for number in range(4):
            person_id, ids = add_person(session, {"telegram": START}, f"NV{number}")
            for kind in ("open", "review", "digest"):
                add_letter(session, ids["telegram"], f"{kind}:{number}:0", kind=kind, person_id=person_id)
            add_letter(session, ids["telegram"], f"late {number}", person_id=person_id, expires_at=back_at - DAY)
        fail(session, START)
        watch(session, phrases, START + 3 * DAY)
        readdress(session, START + 3 * DAY)
        readdress(session, back_at)
        (probe,) = claim(session, "telegram", back_at)
        assert claim(session, "telegram", back_at + timedelta(minutes=1)) == []
        outbox.settle(session, LINE, probe.parcel.delivery_id, Sent("1"), back_at)
    found = door(any_database, "telegram")
    assert (found.halted_at, found.failing_since_at, found.well_at) == (None, None, back_at)
    with any_database.transaction() as session:
        for minute in range(3):
            release_held(session, Calendar(), back_at + timedelta(minutes=minute))
    states = {key: state for key, (_, state, _) in rows(any_database).items()}
    assert {states[f"late {number}"] for number in range(4)} == {"dropped"}
    for number in range(4):
        mine = [state for key, state in states.items() if f":{number}:" in key]
        assert sum(state in ("waiting", "sent") for state in mine) <= 1


def test_a_deaf_door_halts_too_gets_no_probe_and_opens_when_it_hears_again(
    any_database: Database, phrases: Phrases
) -> None:
    deaf, hears = {"telegram": "telegram.trouble.network"}, {"telegram": ""}
    with any_database.transaction() as session:
        open_doors(session, {"telegram": Terms(), "web": Terms()})
        operator, _ = add_person(session, {"web": START})
        session.add(Grant(person_id=operator, role="operator", from_on=LONG_AGO))
        person_id, ids = add_person(session, {"telegram": START}, "NV2")
        add_letter(session, ids["telegram"], "card", person_id=person_id, due_at=START + 3 * DAY)
        health.note_hearing(session, deaf, START)
        health.note_hearing(session, deaf, START + DAY)
        fail(session, START + 2 * DAY, Sent("1"))  # that something goes out brings no answer in
        assert watch(session, phrases, START + 3 * DAY) == 1
        fail(session, START + 3 * DAY, Sent("2"))
        assert watch(session, phrases, START + 3 * DAY) == 0
        assert claim(session, "telegram", START + 3 * DAY) == []
    found = door(any_database, "telegram")
    assert (found.deaf_since_at, found.halted_at) == (START, START + 3 * DAY)
    (told,) = notices(any_database)
    assert "Kênh telegram không nhận được tin từ 09:00 thứ Ba 10/11 (telegram.trouble.network)" in told
    with any_database.transaction() as session:
        health.note_hearing(session, hears, START + 4 * DAY)
        assert len(claim(session, "telegram", START + 4 * DAY)) == 1
    found = door(any_database, "telegram")
    assert (found.deaf_since_at, found.deafness, found.halted_at) == (None, "", None)


def test_when_a_door_hears_again_its_whole_outage_is_over_though_nothing_is_sent(database: Database) -> None:
    with database.transaction() as session:
        open_doors(session, {"telegram": Terms()})
        fail(session, START)
        health.note_hearing(session, {"telegram": "telegram.trouble.network"}, START + timedelta(seconds=30))
        health.note_hearing(session, {"telegram": "", "zalo-bot:1": ""}, START + DAY)
    found = door(database, "telegram")
    assert (found.failing_since_at, found.trouble, found.well_at) == (None, "", START + DAY)


def test_hearing_says_nothing_of_what_sends_alone_have_met(database: Database) -> None:
    with database.transaction() as session:
        open_doors(session, {"telegram": Terms()})
        health.note_hearing(session, {"telegram": ""}, START)
        fail(session, START)
        health.note_hearing(session, {"telegram": ""}, START + DAY)
    assert door(database, "telegram").failing_since_at == START


def test_a_probe_that_fails_is_not_followed_by_another_at_once(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"telegram": Terms()})
        person_id, ids = add_person(session, {"telegram": START})
        letter = add_letter(session, ids["telegram"], "card", person_id=person_id)
        fail(session, START)
        watch(session, phrases, START + 3 * DAY)
        now = START + 3 * DAY
        tried = 0
        for _ in range(31):
            now += timedelta(minutes=1)
            readdress(session, now)
            for one in claim(session, "telegram", now):
                tried += 1
                outbox.settle(session, LINE, one.parcel.delivery_id, DOWN, now)
        assert tried == 3  # in the first minute, and every quarter of an hour
        assert session.get_one(Delivery, letter, populate_existing=True).state in ("waiting", "held")


def test_the_operator_is_warned_of_a_quota_once_a_month(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-bot:1": Terms(monthly_quota=3000)})
        operator, _ = add_person(session, {"zalo-bot:1": START})
        session.add(Grant(person_id=operator, role="operator", from_on=LONG_AGO))
        quota.count(session, "zalo-bot:1", quota.SENT, 1400, START)
        quota.count(session, "zalo-bot:1", quota.RECEIVED, 999, START)
        watch(session, phrases, START)
    assert notices(any_database) == []
    with any_database.transaction() as session:
        quota.count(session, "zalo-bot:1", quota.RECEIVED, 1, START)
        for minute in range(3):
            watch(session, phrases, START + timedelta(minutes=minute))
    (told,) = notices(any_database)
    assert "đã dùng 2400/3000 tin của tháng (gửi 1400, nhận 1000)" in told


def test_a_bot_that_only_receives_warns_of_its_quota_as_well_and_once(
    any_database: Database, phrases: Phrases, caplog: pytest.LogCaptureFixture
) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-bot:1": Terms(monthly_quota=3000)})
        quota.count(session, "zalo-bot:1", quota.RECEIVED, 2400, START)
        watch(session, phrases, START)
        quota.count(session, "zalo-bot:1", quota.SENT, 1, START)
        watch(session, phrases, START)
    assert caplog.text.count("has used 2400 of 3000 messages") == 1
    assert "2401" not in caplog.text
