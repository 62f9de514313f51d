"""The tick: everything once, whatever clocks, restarts and other processes do; one failure holds up nothing else."""

import asyncio
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, col, select

from content.phrases import Phrases
from scheduler.calendar import Calendar
from scheduler.curfew import observe_curfew
from scheduler.firing import TAKEN, due, fire
from scheduler.portions import BEGUN
from scheduler.rounds import Opened, open_round
from scheduler.tick import TickReport, run_tick, tick
from scheduler.windows import in_window
from store.database import Database
from store.tables import Account, Delivery, LedgerEntry, Member, Occurrence, Plan
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, at, told

OPENING = at("2026-11-10", "09:00")


def run(database: Database, phrases: Phrases, now: datetime) -> TickReport:
    return asyncio.run(run_tick(database, phrases, now))


def test_a_week_runs_by_itself_and_every_step_happens_once(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, 2)
    moment, reports = MONDAY, []
    while moment < at("2026-11-13", "18:00"):
        reports.append(run(any_database, phrases, moment))
        with any_database.transaction() as session:
            stage.send(session, moment)
        moment += stage.HALF_AN_HOUR
    assert sum(report.done for report in reports) == 6
    assert sum(report.missed + report.skipped + report.failed for report in reports) == 0
    assert sum(not report.is_idle for report in reports) == 7  # the first planned, six fired
    with any_database.transaction() as session:
        done = session.exec(select(Occurrence).where(Occurrence.state == "done").order_by(col(Occurrence.fires_at)))
        steps = [(row.kind, told(row.done_at or MONDAY)) for row in done]
        kinds = session.exec(select(LedgerEntry.kind).where(LedgerEntry.round_id == 1)).all()
    assert steps == [
        ("open", "Tue 2026-11-10 09:00"),
        ("remind", "Wed 2026-11-11 14:00"),
        ("review", "Thu 2026-11-12 09:00"),
        ("close", "Thu 2026-11-12 17:00"),
        ("digest", "Fri 2026-11-13 15:30"),
        ("freeze", "Fri 2026-11-13 17:00"),
    ]
    assert sorted(kinds) == ["frozen", "round_closed", "round_opened"]
    assert stage.occurrences(any_database)[1:] == [("Tue 2026-11-17 09:00", "waiting")]
    assert [row.state for row in stage.deliveries(any_database)] == ["sent"] * 4


def test_ticking_twice_at_one_moment_opens_one_round(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, 3)
    run(any_database, phrases, MONDAY)
    assert run(any_database, phrases, OPENING).done == 1
    assert run(any_database, phrases, OPENING).is_idle
    assert len(stage.deliveries(any_database, "open")) == 3


def test_four_processes_that_fire_the_same_opening_open_one_round(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, 5)
        tick(session, phrases, Calendar(), MONDAY)
        (occurrence_id,) = due(session, OPENING)
    ready = threading.Barrier(4)
    states: list[str] = []

    def process() -> None:
        ready.wait()
        with any_database.transaction() as session:
            states.append(fire(session, phrases, Calendar(), occurrence_id, OPENING))

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == [BEGUN, "done", TAKEN, TAKEN]  # the round, then its messages
    assert len(stage.rounds(any_database)) == 1
    assert len(stage.deliveries(any_database)) == stage.count(any_database, Member) == 5


def test_whole_ticks_in_four_processes_do_no_more_than_one(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, 5)
        tick(session, phrases, Calendar(), MONDAY)
    ready = threading.Barrier(4)
    reports: list[TickReport] = []

    def process() -> None:
        ready.wait()
        reports.append(run(any_database, phrases, OPENING))

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.done for report in reports) == 1
    assert sum(report.failed for report in reports) == 0
    assert stage.occurrences(any_database) == [("Tue 2026-11-10 09:00", "done"), ("Tue 2026-11-17 09:00", "waiting")]


def test_a_clock_that_jumps_ahead_and_back_fires_nothing_twice(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, 2)
    for moment in (MONDAY, OPENING, OPENING - timedelta(hours=2), OPENING, OPENING + timedelta(minutes=10), OPENING):
        run(any_database, phrases, moment)
    assert len(stage.rounds(any_database)) == 1
    assert len(stage.deliveries(any_database)) == 2
    run(any_database, phrases, OPENING + timedelta(days=2, hours=8))
    run(any_database, phrases, OPENING - timedelta(days=1))
    assert [round_.state for round_ in stage.rounds(any_database)] == ["closed"]
    assert [row.kind for row in stage.deliveries(any_database)] == ["open", "open"]


def test_what_fails_leaves_nothing_behind_and_is_tried_again_by_the_next_tick(
    any_database: Database, phrases: Phrases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, 2)
        second = session.exec(select(Plan)).one().model_dump(exclude={"id"}) | {"code": "khac"}
        session.add(Plan(**second))
    run(any_database, phrases, MONDAY)
    calls: list[int] = []

    def full_disk(*args: Any) -> Opened:
        opened = open_round(*args)
        calls.append(opened.round_id)
        if len(calls) == 1:
            raise OSError("the disk is full")
        return opened

    monkeypatch.setattr("scheduler.firing.open_round", full_disk)
    report = run(any_database, phrases, OPENING)
    assert (report.failed, report.done) == (1, 1)
    assert len(stage.rounds(any_database)) == 1
    assert run(any_database, phrases, OPENING + timedelta(seconds=30)).done == 1
    assert len(stage.rounds(any_database)) == 2


def test_an_opening_with_nothing_to_ask_is_missed_with_the_reason(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        stage.add_people(session, stage.add_unit(session), 1)
        stage.add_plan(session)
    run(database, phrases, MONDAY)
    assert run(database, phrases, OPENING).missed == 1
    with database.transaction() as session:
        (occurrence, *_) = session.exec(select(Occurrence).order_by(col(Occurrence.due_at))).all()
    assert (occurrence.state, occurrence.note) == ("missed", "round.missed_nothing_to_ask")
    assert phrases(occurrence.note).startswith("Không mở được đợt")


def test_after_a_day_and_a_half_of_downtime_the_round_still_closes_and_freezes(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, 1)
    run(any_database, phrases, MONDAY)
    run(any_database, phrases, OPENING)
    report = run(any_database, phrases, at("2026-11-14", "12:00"))
    assert (report.done, report.missed) == (3, 2)  # closing, digest, freezing; reminder and review are too late
    assert [round_.state for round_ in stage.rounds(any_database)] == ["frozen"]
    assert {(row.kind, row.state) for row in stage.deliveries(any_database)} == {("open", "dropped")}


def test_broadcasts_left_over_from_the_day_wait_for_the_morning_and_replies_do_not(database: Database) -> None:
    with database.transaction() as session:
        stage.add_office(session, 1)
        account_id = session.exec(select(Account.id)).one() or 0
        for key, lane in (("broadcast", 1), ("reply", 0)):
            row = Delivery(
                key=key, token=key, account_id=account_id, channel="web", kind=key, lane=lane, body="{}", due_at=OPENING
            )
            session.add(row)
    with database.transaction() as session:
        assert observe_curfew(session, Calendar(), at("2026-11-10", "11:14")) == 0
        assert observe_curfew(session, Calendar(), at("2026-11-10", "11:15")) == 1
        assert observe_curfew(session, Calendar(), at("2026-11-10", "11:16")) == 0
    assert [told(row.due_at) for row in stage.deliveries(database)] == ["Tue 2026-11-10 13:45", "Tue 2026-11-10 09:00"]


def test_what_is_left_over_is_put_off_a_portion_at_a_time(
    any_database: Database, phrases: Phrases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.portions.PUT_OFF", 2)
    with any_database.transaction() as session:
        stage.add_office(session, 4)
        tick(session, phrases, Calendar(), OPENING)
    commits: list[object] = []
    event.listen(any_database.engine, "commit", commits.append)
    evening = at("2026-11-10", "16:45")
    assert run(any_database, phrases, evening).put_off == 4
    with_four = len(commits)
    assert run(any_database, phrases, evening + timedelta(seconds=30)).put_off == 0
    assert with_four - (len(commits) - with_four) == 2  # 2, 2, 0 instead of 0
    assert {told(row.due_at) for row in stage.deliveries(any_database)} == {"Wed 2026-11-11 08:00"}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 40), min_size=10, max_size=40), st.integers(0, 2**20))
def test_however_irregular_the_ticks_nothing_scheduled_is_due_outside_a_window_or_over_a_cap(
    database: Database, phrases: Phrases, hours: list[int], start: int
) -> None:
    calendar, moment = Calendar(), MONDAY + timedelta(minutes=start % 40_000)
    with Session(database.engine) as session:  # never committed, so that every example finds an empty store
        stage.add_office(session, 2)
        for step in hours:
            tick(session, phrases, calendar, moment)
            session.flush()
            stage.send(session, moment if in_window(calendar, moment) else moment - timedelta(days=400))
            moment += timedelta(hours=step)
        rows = session.exec(select(Delivery)).all()
        assert all(in_window(calendar, row.due_at) for row in rows)
        days = [(row.person_id, told(row.due_at)[:14]) for row in rows if row.state in ("sent", "waiting")]
        assert len(days) == len(set(days))
