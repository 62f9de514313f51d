"""Planning ahead: holidays move a slot, Tết gives one round, downtime no backlog, two planners one row."""

import threading
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from content.phrases import Phrases
from scheduler.calendar import Calendar, office_day
from scheduler.plan_files import load_plans
from scheduler.planning import Planned, placed, plan_ahead
from scheduler.rounds import open_now
from scheduler.shapes import Shape, Weekday
from scheduler.tick import tick
from scheduler.windows import in_window
from store.database import Database
from store.tables import Campaign, Occurrence, Plan
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, PLAN, PLANS, at, told


def plan(database: Database, now: datetime, calendar: Calendar | None = None) -> Planned:
    with database.transaction() as session:
        return plan_ahead(session, calendar or Calendar(), now)


def run(database: Database, phrases: Phrases, now: datetime, calendar: Calendar | None = None) -> None:
    with database.transaction() as session:
        tick(session, phrases, calendar or Calendar(), now)


def test_the_next_opening_is_planned_once_and_only_once(any_database: Database) -> None:
    with any_database.transaction() as session:
        stage.add_plan(session)
    assert plan(any_database, MONDAY) == Planned(written=1)
    assert plan(any_database, MONDAY) == Planned()
    assert plan(any_database, MONDAY + timedelta(hours=3)) == Planned()
    assert stage.occurrences(any_database) == [("Tue 2026-11-10 09:00", "waiting")]


def test_a_plan_first_seen_after_its_slot_begins_with_the_next_one(database: Database) -> None:
    with database.transaction() as session:
        stage.add_plan(session)
    plan(database, at("2026-11-10", "09:01"))
    assert stage.occurrences(database) == [("Tue 2026-11-17 09:00", "waiting")]


def test_two_planners_at_once_write_one_row(any_database: Database) -> None:
    with any_database.transaction() as session:
        stage.add_plan(session)
    ready = threading.Barrier(4)
    written: list[int] = []

    def planner() -> None:
        ready.wait()
        written.append(plan(any_database, MONDAY).written)

    threads = [threading.Thread(target=planner) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == [0, 0, 0, 1]
    assert stage.count(any_database, Occurrence) == 1


def test_a_holiday_tuesday_moves_the_slot_and_the_deadline_together(any_database: Database, phrases: Phrases) -> None:
    # Tuesday 24 November 2026 is Culture day.
    with any_database.transaction() as session:
        stage.add_office(session)
    monday = at("2026-11-23", "08:30")
    run(any_database, phrases, monday)
    assert stage.occurrences(any_database) == [("Wed 2026-11-25 09:00", "waiting")]
    run(any_database, phrases, at("2026-11-24", "09:00"))
    assert stage.deliveries(any_database) == []
    run(any_database, phrases, at("2026-11-25", "09:00"))
    (round_,) = stage.rounds(any_database)
    assert told(round_.closes_at) == "Fri 2026-11-27 17:00"
    bodies = [stage.said(any_database, row) for row in stage.deliveries(any_database)]
    assert len(bodies) == 3
    assert all("17:00 thứ Sáu 27/11" in body for body in bodies)
    assert stage.occurrences(any_database, "remind") == [("Thu 2026-11-26 14:00", "waiting")]
    assert stage.occurrences(any_database, "digest") == [("Mon 2026-11-30 15:30", "waiting")]


def test_a_marked_tuesday_and_a_swapped_saturday_move_the_week_by_the_organisations_table(
    database: Database, phrases: Phrases
) -> None:
    overrides = {date(2026, 11, day): False for day in (10, 11, 12, 13)} | {date(2026, 11, 14): True}
    with database.transaction() as session:
        stage.add_office(session)
    run(database, phrases, MONDAY, Calendar(overrides))
    assert stage.occurrences(database)[0] == ("Sat 2026-11-14 09:00", "waiting")
    run(database, phrases, at("2026-11-14", "09:00"), Calendar(overrides))
    assert told(stage.rounds(database)[0].closes_at) == "Tue 2026-11-17 17:00"


def test_a_calendar_changed_after_planning_moves_the_planned_opening(any_database: Database) -> None:
    with any_database.transaction() as session:
        stage.add_plan(session)
    plan(any_database, MONDAY)
    assert plan(any_database, MONDAY, Calendar({date(2026, 11, 10): False})) == Planned(moved=1)
    assert stage.occurrences(any_database) == [("Wed 2026-11-11 09:00", "waiting")]
    assert plan(any_database, MONDAY) == Planned(moved=1)
    assert stage.occurrences(any_database) == [("Tue 2026-11-10 09:00", "waiting")]


def test_after_tet_there_is_one_round_and_no_backlog(any_database: Database, phrases: Phrases) -> None:
    # The office is closed for both Tuesdays; their slots land on the same Thursday.
    overrides = {date(2027, 2, 1) + timedelta(days=ahead): False for ahead in range(10)}
    calendar = Calendar(overrides)
    with any_database.transaction() as session:
        stage.add_office(session)
    run(any_database, phrases, at("2027-02-01", "08:00"), calendar)
    run(any_database, phrases, at("2027-02-11", "09:00"), calendar)
    assert stage.occurrences(any_database) == [
        ("Thu 2027-02-11 09:00", "done"),
        ("Thu 2027-02-11 09:00", "skipped"),
        ("Tue 2027-02-16 09:00", "waiting"),
    ]
    assert len(stage.rounds(any_database)) == 1
    assert len(stage.deliveries(any_database, "open")) == 3


def test_a_slot_inside_a_round_opened_by_hand_is_skipped_with_a_note(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        stage.add_office(session)
        open_now(session, phrases, Calendar(), PLAN, at("2026-11-09", "10:00"))
    assert plan(database, MONDAY + timedelta(hours=3)) == Planned(written=1, skipped=1)
    assert stage.occurrences(database)[1:] == [("Tue 2026-11-10 09:00", "skipped"), ("Tue 2026-11-17 09:00", "waiting")]


def test_a_waiting_slot_overtaken_by_a_round_opened_by_hand_is_skipped(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        stage.add_office(session)
    run(database, phrases, MONDAY)
    with database.transaction() as session:
        open_now(session, phrases, Calendar(), PLAN, at("2026-11-09", "10:00"))
    run(database, phrases, at("2026-11-10", "09:00"))
    assert len(stage.rounds(database)) == 1
    assert ("Tue 2026-11-10 09:00", "skipped") in stage.occurrences(database)


def test_weeks_of_downtime_leave_one_missed_opening_and_go_on_from_now(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        stage.add_office(session)
    run(any_database, phrases, MONDAY)
    run(any_database, phrases, at("2026-12-17", "10:00"))
    assert stage.occurrences(any_database) == [("Tue 2026-11-10 09:00", "missed"), ("Tue 2026-12-22 09:00", "waiting")]
    assert stage.rounds(any_database) == []


@pytest.mark.parametrize(("clock", "state"), [("13:00", "done"), ("13:01", "missed")])
def test_an_opening_may_be_four_hours_late_and_no_more(
    database: Database, phrases: Phrases, clock: str, state: str
) -> None:
    with database.transaction() as session:
        stage.add_office(session)
    run(database, phrases, MONDAY)
    run(database, phrases, at("2026-11-10", clock))
    assert stage.occurrences(database)[0] == ("Tue 2026-11-10 09:00", state)
    assert all(told(row.due_at) == "Tue 2026-11-10 13:45" for row in stage.deliveries(database))


def test_a_campaign_plans_nothing_outside_its_days(database: Database) -> None:
    with database.transaction() as session:
        stage.add_plan(session)
        campaign = session.exec(select(Campaign)).one()
        campaign.starts_on, campaign.ends_on = date(2026, 12, 1), date(2026, 12, 31)
    assert plan(database, at("2026-12-30", "08:00")) == Planned()
    plan(database, MONDAY)
    assert stage.occurrences(database) == [("Tue 2026-12-01 09:00", "waiting")]


def test_a_resting_plan_is_not_planned(database: Database) -> None:
    with database.transaction() as session:
        stage.add_plan(session)
        session.exec(select(Plan)).one().active = False
    assert plan(database, MONDAY) == Planned()


days_off = st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=60)
clocks = st.sampled_from(["08:00", "09:00", "11:14", "13:45", "16:44"])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(days_off, st.sampled_from(Weekday), clocks, st.dates(date(2026, 1, 1), date(2027, 11, 30)))
def test_whatever_the_calendar_all_of_a_week_lies_in_windows_on_working_days_and_in_order(
    off: set[date], weekday: Weekday, clock: str, day: date
) -> None:
    calendar = Calendar(dict.fromkeys(off, False))
    template = load_plans(PLANS)[0].shape
    shape = Shape.loads(template.dumps().replace('"tue"', f'"{weekday}"'))
    nominal = shape.slot_after(at(day.isoformat(), clock))
    fires_at = placed(calendar, nominal)
    assert in_window(calendar, fires_at)
    assert fires_at >= nominal
    opened_on = office_day(fires_at)
    steps = [shape.remind, shape.review, shape.closes, shape.digest]
    moments = [step.moment(calendar, opened_on) for step in steps]
    assert moments == sorted(moments)
    assert all(calendar.is_working(office_day(moment)) for moment in moments)
    assert all(in_window(calendar, step.moment(calendar, opened_on)) for step in steps if step is not shape.closes)
