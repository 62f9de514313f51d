"""The rate budget: even slots, a cap over any sliding window, one gate per bot that survives a restart."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from scheduler import pace
from store.database import Database
from store.tables import Pace
from tests.scheduler.fakes import START, peak

BOT = "telegram:8123"
RATES = [25.0, 30.0, 1000.0, 100 / 60, 2000 / 60, 7.3, 0.5]
arrivals = st.lists(st.tuples(st.floats(0, 1.5), st.integers(0, 60)), max_size=60)


@pytest.mark.parametrize("rate", RATES)
@given(arrivals=arrivals)
def test_slots_never_come_closer_than_the_rate_allows(rate: float, arrivals: list[tuple[float, int]]) -> None:
    now, next_at, taken = START, START, list[datetime]()
    for wait, wanted in arrivals:
        now += timedelta(seconds=wait)
        for moment in pace.slots(next_at, rate, now, wanted):
            taken.append(moment)
            next_at = moment + pace.gap(rate)
    assert all(later - earlier >= pace.gap(rate) for earlier, later in pairwise(taken))
    most, window = pace.cap(rate)
    assert peak(taken, window) <= most


@given(requests=st.integers(1, 4000))
def test_a_cap_of_the_minute_is_used_whole_and_never_exceeded(requests: int) -> None:
    taken = [START + number * pace.gap(requests / 60) for number in range(2 * requests)]
    assert 0.98 * requests < peak(taken, timedelta(minutes=1)) <= requests


@pytest.mark.parametrize("cap", [1, 25, 30, 1000])
def test_a_cap_of_the_second_is_used_whole_and_never_exceeded(cap: int) -> None:
    assert pace.cap(cap) == (cap, timedelta(seconds=1))
    assert peak([START + number * pace.gap(cap) for number in range(2 * cap)]) == cap


@given(arrivals=arrivals)
def test_no_slot_lies_further_ahead_than_the_horizon(arrivals: list[tuple[float, int]]) -> None:
    now, next_at = START, START
    for wait, wanted in arrivals:
        now += timedelta(seconds=wait)
        for moment in pace.slots(next_at, 25, now, wanted):
            assert now <= moment <= now + timedelta(seconds=pace.HORIZON)
            next_at = moment + pace.gap(25)


@pytest.mark.parametrize("rate", RATES)
@given(stalls=st.lists(st.floats(0, 0.3), max_size=300))
def test_a_stalled_process_does_not_make_up_for_lost_time_beyond_the_cap(rate: float, stalls: list[float]) -> None:
    allowed, now, starts = pace.Window(rate), START, list[datetime]()
    for stall in stalls:
        now += timedelta(seconds=stall / 10)
        now += timedelta(seconds=allowed.wait(now))
        allowed.count(now)
        starts.append(now)
    most, window = pace.cap(rate)
    assert peak(starts, window) <= most


def test_a_clock_put_back_does_not_silence_the_bot() -> None:
    tomorrow = START + timedelta(days=1)
    assert pace.slots(tomorrow, 25, START, 2) == [START, START + timedelta(milliseconds=40)]
    allowed = pace.Window(1)
    allowed.count(tomorrow)
    assert allowed.wait(START) == 1.0


def test_a_flood_halves_the_rate_once_and_it_climbs_back_slowly(any_database: Database) -> None:
    with any_database.transaction() as session:
        row = pace.lock(session, BOT, 25, START)
        pace.flood(session, row, 25, START, 7, "Too Many Requests: retry after 7")
        pace.flood(session, row, 25, START + timedelta(seconds=1), 7, "again, from a call already under way")
        assert row.rate == 12.5
        assert row.gate_until_at is not None
        opens_at = row.gate_until_at
    assert pace.effective(row.rate, opens_at, 25, opens_at) == 12.5
    assert pace.effective(row.rate, opens_at, 25, opens_at + timedelta(seconds=31)) == 13.75
    assert pace.effective(row.rate, opens_at, 25, opens_at + timedelta(seconds=299)) < 25
    assert pace.effective(row.rate, opens_at, 25, opens_at + timedelta(seconds=301)) == 25
    assert pace.effective(row.rate, opens_at, 25, opens_at + timedelta(days=9)) == 25


def test_floods_never_slow_a_bot_to_nothing(database: Database) -> None:
    now = START
    with database.transaction() as session:
        row = pace.lock(session, BOT, 25, now)
        for _ in range(20):
            pace.flood(session, row, 25, now, 5, "retry after 5")
            assert row.gate_until_at is not None
            now = row.gate_until_at
        assert row.rate == pace.SLOWEST


@pytest.mark.parametrize("seconds", [1, 35, 10_072])
def test_the_gate_stays_closed_longer_than_asked_and_survives_a_restart(any_database: Database, seconds: float) -> None:
    with any_database.transaction() as session:
        row = pace.lock(session, BOT, 25, START)
        pace.flood(session, row, 25, START, seconds, f"retry after {seconds}")
    with any_database.transaction() as session:
        row = session.exec(select(Pace).where(Pace.bot == BOT)).one()
        assert pace.is_closed(row, START + timedelta(seconds=seconds))
        assert not pace.is_closed(row, START + timedelta(seconds=seconds + 1.01))
        seen = pace.gate(session, BOT, START)
        assert seen is not None
        assert seen.reason == f"retry after {seconds}"
        assert pace.gate(session, BOT, START + timedelta(seconds=seconds + 2)) is None
        assert pace.gate(session, "telegram:other", START) is None


def test_a_short_flood_never_opens_a_gate_closed_for_long(database: Database) -> None:
    with database.transaction() as session:
        row = pace.lock(session, BOT, 25, START)
        pace.close(session, row, 25, START, 600, "Unauthorized")
        pace.flood(session, row, 25, START, 1, "retry after 1")
        seen = pace.gate(session, BOT, START)
        assert seen == pace.Gate(START + timedelta(seconds=600), "Unauthorized")
        assert row.rate == 25
