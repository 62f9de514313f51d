"""The benchmark of a week at a size a test run can afford: that everything is written, never how fast."""

import time
from pathlib import Path

import pytest
from sqlalchemy import text

from bench.week import STEPS, Week, furnish, report
from store.database import Database, sqlite_url

PEOPLE, UNITS, HISTORY = 60, 6, 2


@pytest.fixture
def office(tmp_path: Path) -> Week:
    return furnish(tmp_path / "week.db", PEOPLE, UNITS, HISTORY)


def test_every_step_of_the_week_reaches_everybody_it_is_for(office: Week) -> None:
    timings = [*office.run(time.perf_counter), office.peer(time.perf_counter)]
    assert [one.step for one in timings] == [*STEPS, "peer"]
    rows = {one.step: one.rows for one in timings}
    assert rows == {"open": 60, "remind": 60, "review": 30, "close": 0, "digest": 9, "freeze": 0, "peer": 60}
    assert all(0 < one.longest <= one.whole for one in timings)
    assert len(report(PEOPLE, UNITS, timings).splitlines()) == 2 + len(timings)


def test_a_step_that_is_not_done_stops_the_run(office: Week) -> None:
    database = Database(sqlite_url(office.path))
    with database.transaction() as session:
        session.execute(text("UPDATE question_version SET current = :no"), {"no": False})
    database.close()
    with pytest.raises(AssertionError, match="open was not done"):
        office.run(time.perf_counter)
