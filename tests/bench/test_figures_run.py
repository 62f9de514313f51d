"""The benchmark of figures at a size a test run can afford: that all three agree, never how fast."""

import time
from pathlib import Path

import pytest
from sqlalchemy import text

from bench.figures import build, copied, race, report
from store.database import Database, sqlite_url
from tests.conftest import ROOT

PEOPLE, UNITS, ROUNDS = 300, 30, 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "figures.db"


def test_counters_sqlite_and_duckdb_agree_about_one_head_and_the_whole_tree(path: Path, tmp_path: Path) -> None:
    database = Database(sqlite_url(path))
    build(database, PEOPLE, UNITS, ROUNDS)
    timings = race(database, copied(path, tmp_path), ROUNDS, [1, 2, 29], time.perf_counter)
    database.close()
    assert len(timings) == 9
    assert {one.name for one in timings} == {"counters", "SQLite", "DuckDB"}
    assert len(report(timings).splitlines()) == 10


def test_a_miscount_stops_the_run(path: Path, tmp_path: Path) -> None:
    database = Database(sqlite_url(path))
    build(database, PEOPLE, UNITS, ROUNDS)
    with database.transaction() as session:
        session.execute(
            text("UPDATE round_unit SET participants = participants - 1 WHERE unit_id = 7 AND round_id = 3")
        )
    with pytest.raises(AssertionError, match="do not agree"):
        race(database, copied(path, tmp_path), ROUNDS, [1], time.perf_counter)
    database.close()


def test_it_is_written_down_how_to_run_it() -> None:
    assert "python -m bench.figures" in (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
