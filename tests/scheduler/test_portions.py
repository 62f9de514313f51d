"""Portions: a step is written a few people at a time; whoever goes on, and whenever, everybody gets one message."""

import asyncio
import threading
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection, event
from sqlmodel import col, func, select

from content.phrases import Phrases
from scheduler.calendar import Calendar
from scheduler.caps import Released, release_held, release_next
from scheduler.digest import Draft
from scheduler.firing import MISSED, TAKEN, due, fire, prepare
from scheduler.portions import BEGUN
from scheduler.reminding import remind
from scheduler.restoring import distrust
from scheduler.rounds import begin_now, open_now
from scheduler.tick import run_tick, tick
from store.database import Database
from store.tables import Delivery, Duty, Member, Occurrence, Round
from tests.scheduler import stage
from tests.scheduler.stage import LONG_AGO, MONDAY, PLAN, at

OPENING, REMINDER, DIGEST = at("2026-11-10", "09:00"), at("2026-11-11", "14:00"), at("2026-11-13", "15:30")
CALENDAR = Calendar()


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.portions.PEOPLE", 2)
    monkeypatch.setattr("scheduler.portions.ASKED", 2)
    monkeypatch.setattr("scheduler.portions.UNITS", 1)


def furnish(database: Database, people: int = 5) -> list[int]:
    with database.transaction() as session:
        return stage.add_office(session, people)


def fire_once(database: Database, phrases: Phrases, now: datetime) -> str:
    with database.transaction() as session:
        (occurrence_id, *_) = due(session, now)
        return fire(session, phrases, CALENDAR, occurrence_id, now)


def planned(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        tick(session, phrases, CALENDAR, MONDAY)


def begin(database: Database, phrases: Phrases) -> None:
    """The round and the first portion of its messages."""
    assert fire_once(database, phrases, OPENING) == fire_once(database, phrases, OPENING) == BEGUN


def asked(database: Database) -> list[int | None]:
    return [row.person_id for row in stage.deliveries(database, "open")]


def test_a_round_is_opened_whole_and_its_messages_follow_in_portions(any_database: Database, phrases: Phrases) -> None:
    people = furnish(any_database)
    planned(any_database, phrases)
    states, reached = [], []
    for _ in range(4):
        states.append(fire_once(any_database, phrases, OPENING))
        reached.append(asked(any_database))
        assert stage.count(any_database, Member) == 5
    assert states == [BEGUN, BEGUN, BEGUN, "done"]
    assert reached == [[], people[:2], people[:4], people]
    assert len(stage.rounds(any_database)) == 1


def test_what_a_crash_cut_off_is_made_whole_by_the_next_tick(any_database: Database, phrases: Phrases) -> None:
    people = furnish(any_database)
    planned(any_database, phrases)
    begin(any_database, phrases)
    report = asyncio.run(run_tick(any_database, phrases, OPENING + timedelta(hours=24)))
    assert report.done == 1  # later than an opening may be: this one was in time
    assert asked(any_database) == people
    assert asyncio.run(run_tick(any_database, phrases, OPENING + timedelta(hours=24))).is_idle


def test_processes_that_write_one_opening_together_ask_everybody_once(any_database: Database, phrases: Phrases) -> None:
    people = furnish(any_database, 9)
    planned(any_database, phrases)
    with any_database.transaction() as session:
        (occurrence_id,) = due(session, OPENING)
    ready = threading.Barrier(3)
    states: list[str] = []

    def process() -> None:
        ready.wait()
        state = BEGUN
        while state == BEGUN:
            with any_database.transaction() as session:
                state = fire(session, phrases, CALENDAR, occurrence_id, OPENING)
            states.append(state)

    threads = [threading.Thread(target=process) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(states) == {BEGUN: 5, "done": 1, TAKEN: 2}
    assert asked(any_database) == people
    assert len(stage.rounds(any_database)) == 1


def test_no_transaction_of_a_week_writes_more_messages_than_a_portion(database: Database, phrases: Phrases) -> None:
    furnish(database, 7)
    written: list[int] = []

    @event.listens_for(database.engine, "commit")
    def count(connection: Connection) -> None:
        written.append(connection.scalar(select(func.count()).select_from(Delivery)) or 0)

    for moment in (MONDAY, OPENING, REMINDER):
        asyncio.run(run_tick(database, phrases, moment))
        with database.transaction() as session:
            stage.send(session, moment)
    steps = [after - before for before, after in pairwise(written)]
    assert max(steps) == 2
    assert written[-1] == 14


def test_a_reminder_does_not_overtake_an_opening_that_is_still_being_written(
    database: Database, phrases: Phrases
) -> None:
    people = furnish(database)
    planned(database, phrases)
    begin(database, phrases)
    with database.transaction() as session:
        stage.send(session, OPENING)
        round_ = session.exec(select(Round)).one()
        after = 0
        while (portion := remind(session, phrases, CALENDAR, round_, REMINDER, after)).reached:
            after = portion.reached
    assert [row.person_id for row in stage.deliveries(database, "remind")] == people[:2]


def test_an_opening_nobody_could_answer_any_more_asks_nobody_else(database: Database, phrases: Phrases) -> None:
    people = furnish(database)
    planned(database, phrases)
    begin(database, phrases)
    asyncio.run(run_tick(database, phrases, at("2026-11-14", "12:00")))
    assert asked(database) == people[:2]
    assert stage.occurrences(database)[0] == ("Tue 2026-11-10 09:00", "done")
    assert [round_.state for round_ in stage.rounds(database)] == ["frozen"]


def digest_of_three_units(database: Database, phrases: Phrases) -> list[int]:
    """Three units with a head each, and a round of theirs; returns the heads."""
    with database.transaction() as session:
        stage.add_office(session, 1)
        heads = []
        for code in ("A", "B", "C"):
            unit_id = stage.add_unit(session, code)
            heads += stage.add_people(session, unit_id, 1)
            session.add(Duty(person_id=heads[-1], unit_id=unit_id, kind="head", from_on=LONG_AGO))
        open_now(session, phrases, CALENDAR, PLAN, OPENING)
        tick(session, phrases, CALENDAR, at("2026-11-12", "17:00"))
    return heads


def test_a_digest_goes_on_where_it_stopped_and_is_missed_once_too_late(
    any_database: Database, phrases: Phrases
) -> None:
    heads = digest_of_three_units(any_database, phrases)
    assert fire_once(any_database, phrases, DIGEST) == BEGUN
    assert fire_once(any_database, phrases, DIGEST + timedelta(hours=1)) == BEGUN
    assert [row.person_id for row in stage.deliveries(any_database, "digest")] == heads[:2]
    with any_database.transaction() as session:
        tick(session, phrases, CALENDAR, DIGEST + timedelta(days=4))
        occurrence = session.exec(select(Occurrence).where(Occurrence.kind == "digest")).one()
    assert (occurrence.state, occurrence.note) == ("missed", MISSED)
    assert [row.person_id for row in stage.deliveries(any_database, "digest")] == heads[:2]


def test_each_head_gets_one_digest_whichever_of_two_processes_drafted_it(
    any_database: Database, phrases: Phrases
) -> None:
    heads = digest_of_three_units(any_database, phrases)
    with any_database.transaction() as session:
        (occurrence_id,) = due(session, DIGEST)
    drafts: list[Draft | None] = []
    state = BEGUN
    while state == BEGUN:
        with any_database.reading() as session:
            drafts.append(prepare(session, phrases, CALENDAR, occurrence_id, DIGEST))
        for prepared in drafts:  # also those of portions that are written already
            with any_database.transaction() as session:
                state = fire(session, phrases, CALENDAR, occurrence_id, DIGEST, prepared)
            if state != BEGUN:
                break
    assert sorted(row.person_id or 0 for row in stage.deliveries(any_database, "digest")) == heads
    with any_database.reading() as session:
        assert prepare(session, phrases, CALENDAR, occurrence_id, DIGEST) is None


def test_a_draft_writes_nothing(database: Database, phrases: Phrases) -> None:
    digest_of_three_units(database, phrases)
    with database.transaction() as session:
        (occurrence_id,) = due(session, DIGEST)
        drafted = prepare(session, phrases, CALENDAR, occurrence_id, DIGEST)
        assert drafted is not None
        assert len(drafted.letters) == 1
        assert not session.new
        assert not session.dirty
    assert stage.deliveries(database, "digest") == []


def test_a_restored_database_does_not_go_on_with_what_was_begun(database: Database, phrases: Phrases) -> None:
    people = furnish(database)
    planned(database, phrases)
    begin(database, phrases)
    with database.transaction() as session:
        assert distrust(session, (), OPENING + timedelta(minutes=5)).occurrences == 1
        tick(session, phrases, CALENDAR, OPENING + timedelta(minutes=5))
    assert asked(database) == people[:2]


def test_a_round_opened_by_hand_takes_over_a_slot_of_the_same_moment(database: Database, phrases: Phrases) -> None:
    people = furnish(database)
    planned(database, phrases)
    with database.transaction() as session:
        opened, occurrence = begin_now(session, CALENDAR, PLAN, OPENING)
        assert (opened.members, opened.sent, occurrence.state) == (5, 0, BEGUN)
    asyncio.run(run_tick(database, phrases, OPENING))
    assert asked(database) == people
    assert stage.occurrences(database) == [("Tue 2026-11-10 09:00", "done"), ("Tue 2026-11-17 09:00", "waiting")]


@pytest.mark.parametrize(("looked_at", "released"), [(1, 1), (2, 1), (3, 2), (500, 40)])
def test_held_messages_are_released_alike_however_many_at_once(
    database: Database, phrases: Phrases, monkeypatch: pytest.MonkeyPatch, looked_at: int, released: int
) -> None:
    monkeypatch.setattr("scheduler.caps.LOOKED_AT", looked_at)
    monkeypatch.setattr("scheduler.caps.RELEASED", released)
    people = furnish(database, 7)
    with database.transaction() as session:
        stage.grant_leave(session, people[:1], "2026-11-12", "2026-11-12")
        open_now(session, phrases, CALENDAR, PLAN, OPENING)
        rows = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
        for row in rows:
            row.state, row.reason = "held", "round.held_day"
        rows[2].expires_at = OPENING
        session.get_one(Member, (rows[3].round_id, rows[3].person_id)).exempt = "leave"
    total, reached, portions = Released(), 0, 0
    while portions == 0 or reached:
        with database.transaction() as session:
            some, reached = release_next(session, CALENDAR, OPENING + timedelta(hours=1), reached)
        total, portions = total + some, portions + 1
    assert total == Released(released=5, dropped=2)
    assert (portions > 1) == (looked_at < 7)
    with database.transaction() as session:
        assert release_held(session, CALENDAR, OPENING + timedelta(hours=1)) == Released()


def test_heads_of_one_day_are_read_for_that_day(database: Database, phrases: Phrases) -> None:
    heads = digest_of_three_units(database, phrases)
    with database.transaction() as session:
        duty = session.exec(select(Duty).where(Duty.person_id == heads[1])).one()
        duty.until_on = date(2026, 11, 12)
        session.add(duty)
    asyncio.run(run_tick(database, phrases, DIGEST))
    assert [row.person_id for row in stage.deliveries(database, "digest")] == [heads[0], heads[2]]
