"""The working calendar and the send windows, as tables of cases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import Calendar, NeverWorking, load_calendar
from scheduler.windows import in_window, next_slot
from store.database import Database
from store.tables import CalendarOverride
from tests.scheduler.stage import at, told

DAYS = [
    ("an ordinary Tuesday", "2026-11-10", True),
    ("a Saturday", "2026-11-14", False),
    ("a Sunday", "2026-11-15", False),
    ("New Year's day", "2026-01-01", False),
    ("the day after New Year's day", "2026-01-02", True),
    ("the eve of Tết 2026", "2026-02-16", False),
    ("the first day of Tết 2026", "2026-02-17", False),
    ("the fourth day of Tết 2026", "2026-02-20", False),
    ("the Monday after Tết 2026", "2026-02-23", True),
    ("the 29th of the twelfth month before Tết 2027", "2027-02-04", False),
    ("the day in lieu at the end of Tết 2027", "2027-02-10", False),
    ("the first working day after Tết 2027", "2027-02-11", True),
    ("the Hùng Kings' day, a Sunday", "2026-04-26", False),
    ("the day in lieu of the Hùng Kings' day", "2026-04-27", False),
    ("Reunification day", "2026-04-30", False),
    ("the working Saturday swapped for 31 August 2026", "2026-08-22", True),
    ("the Monday off swapped with 22 August 2026", "2026-08-31", False),
    ("National day", "2026-09-02", False),
    ("the day after National day", "2026-09-03", True),
    ("24 November before it became a holiday", "2025-11-24", True),
    ("the first Culture day", "2026-11-24", False),
    ("the second Culture day", "2027-11-24", False),
    ("the last day of a year", "2026-12-31", True),
    ("a working Saturday swapped for a day of the year after", "2014-12-27", True),
    ("29 February", "2028-02-29", True),
]


@pytest.mark.parametrize(("day", "works"), [case[1:] for case in DAYS], ids=[case[0] for case in DAYS])
def test_the_calendar_knows_the_working_days_of_viet_nam(day: str, works: bool) -> None:
    assert Calendar().is_working(date.fromisoformat(day)) is works


def test_the_organisations_own_table_wins_over_the_built_in_one(any_database: Database) -> None:
    with any_database.transaction() as session:
        session.add(CalendarOverride(day_on=date(2026, 11, 10), working=False, basis="Công văn 12"))
        session.add(CalendarOverride(day_on=date(2026, 11, 14), working=True, basis="Công văn 12"))
        session.add(CalendarOverride(day_on=date(2026, 11, 24), working=True, basis="Công văn 13"))
    with any_database.transaction() as session:
        calendar = load_calendar(session)
    assert not calendar.is_working(date(2026, 11, 10))
    assert calendar.is_working(date(2026, 11, 14))
    assert calendar.is_working(date(2026, 11, 24))
    assert calendar.is_working(date(2026, 11, 11))


@pytest.mark.parametrize(
    ("start", "count", "reached"),
    [
        ("2026-11-10", 0, "2026-11-10"),
        ("2026-11-10", 2, "2026-11-12"),
        ("2026-11-13", 1, "2026-11-16"),
        ("2026-11-14", 0, "2026-11-16"),
        ("2026-11-23", 1, "2026-11-25"),
        ("2026-08-21", 1, "2026-08-22"),
        ("2026-08-28", 1, "2026-09-03"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2027-02-03", 1, "2027-02-11"),
        ("2028-02-28", 2, "2028-03-01"),
    ],
)
def test_working_days_are_counted_over_whatever_lies_between(start: str, count: int, reached: str) -> None:
    assert Calendar().add_working_days(date.fromisoformat(start), count) == date.fromisoformat(reached)


def test_a_table_that_leaves_no_working_day_is_refused() -> None:
    never = {date(2026, 1, 1) + timedelta(days=ahead): False for ahead in range(800)}
    with pytest.raises(NeverWorking):
        Calendar(never).next_working(date(2026, 1, 1))


SLOTS = [
    ("before the office opens", at("2026-11-10", "06:00"), "Tue 2026-11-10 08:00"),
    ("the first minute of the morning", at("2026-11-10", "08:00"), "Tue 2026-11-10 08:00"),
    ("inside the morning", at("2026-11-10", "09:07"), "Tue 2026-11-10 09:07"),
    ("the end of the morning", at("2026-11-10", "11:15"), "Tue 2026-11-10 13:45"),
    ("inside the afternoon", at("2026-11-10", "16:44"), "Tue 2026-11-10 16:44"),
    ("the end of the afternoon", at("2026-11-10", "16:45"), "Wed 2026-11-11 08:00"),
    ("a Friday night", at("2026-11-13", "21:30"), "Mon 2026-11-16 08:00"),
    ("a Saturday", at("2026-11-14", "09:00"), "Mon 2026-11-16 08:00"),
    ("the night before Culture day", at("2026-11-23", "17:00"), "Wed 2026-11-25 08:00"),
    ("Tết 2027", at("2027-02-06", "09:00"), "Thu 2027-02-11 08:00"),
    ("a working Saturday", at("2026-08-22", "09:00"), "Sat 2026-08-22 09:00"),
    ("UTC, when the office is a day ahead", at("2026-11-11", "00:30").astimezone(UTC), "Wed 2026-11-11 08:00"),
]


@pytest.mark.parametrize(("moment", "slot"), [case[1:] for case in SLOTS], ids=[case[0] for case in SLOTS])
def test_the_next_slot_is_now_or_the_start_of_the_next_window(moment: datetime, slot: str) -> None:
    assert told(next_slot(Calendar(), moment)) == slot


@given(st.datetimes(at("2020-01-01", "00:00").replace(tzinfo=None), at("2032-12-31", "00:00").replace(tzinfo=None)))
def test_the_next_slot_is_never_past_always_in_a_window_and_stays_when_asked_again(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    slot = next_slot(Calendar(), moment)
    assert slot >= moment
    assert in_window(Calendar(), slot)
    assert next_slot(Calendar(), slot) == slot
