"""The benchmark of the opening at a size a test run can afford: that every row is accounted for, never how fast."""

from collections.abc import Iterator

import pytest

from bench import growth, stores
from bench.opening import OURS, ROWS, WORDS, build, ours, race, report
from content.phrases import Phrases
from store.database import Database
from tests.conftest import ROOT

PEOPLE, UNITS = 40, 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def copies(request: pytest.FixtureRequest) -> Iterator[stores.Copies]:
    with stores.copies(request.param, lambda database: build(database, PEOPLE, UNITS)) as copy:
        yield copy


def test_ours_and_the_peers_write_a_row_for_everybody(copies: stores.Copies, phrases: Phrases) -> None:
    runs = race(copies, phrases, PEOPLE, 1, 100)
    assert [one.name for one in runs] == [OURS, ROWS, WORDS]
    assert runs[0].taps > 0
    assert len(report(runs).splitlines()) == 4


def test_somebody_who_is_not_asked_stops_the_run(phrases: Phrases) -> None:
    with stores.copies("sqlite", lambda database: build(database, PEOPLE, UNITS)) as copy, copy() as address:
        database = Database(address)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE account SET state = 'blocked' WHERE id = 7")
        with pytest.raises(AssertionError, match="of 40 people"):
            ours(database, phrases, PEOPLE)
        database.close()


def test_growth_is_the_slope_of_the_logarithms() -> None:
    assert growth.exponent({10: 1.0, 100: 10.0, 1000: 100.0}) == pytest.approx(1)
    assert growth.exponent({10: 3.0, 100: 300.0, 1000: 30_000.0}) == pytest.approx(2)


def test_it_is_written_down_how_to_run_it() -> None:
    assert "./nep bench opening" in (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
