"""The benchmark of figures at a size a test run can afford: that all three agree, never how fast."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bench import stores
from bench.figures import DUCKDB, OURS, QUESTIONS, STORE, build, copied, costs, race, report
from store.database import Database
from store.migrations import upgrade

PEOPLE, UNITS, ROUNDS = 300, 30, 3


@pytest.fixture(scope="module")
def copies(kind: str) -> Iterator[stores.Copies]:
    def built(database: Database) -> None:
        upgrade(database.engine)
        build(database, PEOPLE, UNITS, ROUNDS)

    with stores.copies(kind, built) as copy:
        yield copy


@pytest.fixture
def database(copies: stores.Copies) -> Iterator[Database]:
    with copies() as address:
        opened = Database(address)
        yield opened
        opened.close()


def test_counters_the_store_and_duckdb_agree_about_one_head_and_the_whole_tree(
    database: Database, tmp_path: Path
) -> None:
    timings = race(database, copied(database, tmp_path), ROUNDS, [1, 2, 29], time.perf_counter)
    assert [(one.question, one.name) for one in timings if len(one.spent) == 3] == [
        (question, name) for question in QUESTIONS for name in (OURS, STORE, DUCKDB)
    ]
    assert len(report(timings).splitlines()) == 10
    assert list(costs(timings)) == list(QUESTIONS)


def test_a_miscount_stops_the_run(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        session.execute(
            text("UPDATE round_unit SET participants = participants - 1 WHERE unit_id = 7 AND round_id = 3")
        )
    with pytest.raises(AssertionError, match="do not agree"):
        race(database, copied(database, tmp_path), ROUNDS, [1], time.perf_counter)
