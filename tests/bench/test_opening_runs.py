"""The benchmark of the opening at a size a test run can afford: that every row is accounted for, never how fast."""

from collections.abc import Iterator

import pytest

from bench import stores
from bench.opening import OURS, ROWS, WORDS, build, costs, ours, race, report
from content.phrases import Phrases
from store.database import Database

PEOPLE, UNITS = 40, 4


@pytest.fixture(scope="module")
def copies(kind: str) -> Iterator[stores.Copies]:
    with stores.copies(kind, lambda database: build(database, PEOPLE, UNITS)) as copy:
        yield copy


def test_ours_and_the_peers_write_a_row_for_everybody(copies: stores.Copies, phrases: Phrases) -> None:
    runs = race(copies, phrases, PEOPLE, 1, 100)
    assert [one.name for one in runs] == [OURS, ROWS, WORDS]
    assert runs[0].taps > 0
    assert len(report(runs).splitlines()) == 4
    assert list(costs(runs)) == ["opening, ms", "longest wait, ms"]


def test_somebody_who_is_not_asked_stops_the_run(copies: stores.Copies, phrases: Phrases) -> None:
    with copies() as address:
        database = Database(address)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE account SET state = 'blocked' WHERE id = 7")
        with pytest.raises(AssertionError, match="of 40 people"):
            ours(database, phrases, PEOPLE)
        database.close()
