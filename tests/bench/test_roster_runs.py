"""The benchmark of the roster, small: that the office is what the file says, never how fast."""

from pathlib import Path

import pytest

from bench import stores
from bench.roster import CALAMINE, CHANGED, FIRST, Files, costs, files, ours, race, report
from content.phrases import Phrases
from store.migrations import upgrade

PEOPLE, UNITS = 60, 5


@pytest.fixture
def given(tmp_path: Path, phrases: Phrases) -> Files:
    return files(tmp_path, PEOPLE, UNITS, phrases)


def test_both_imports_leave_the_office_of_the_file(kind: str, given: Files, phrases: Phrases) -> None:
    with stores.copies(kind, lambda database: upgrade(database.engine)) as copy:
        runs = race(copy, given, phrases, 1)
    assert [one.name for one in runs] == [FIRST, CHANGED, CALAMINE]
    assert len(report(runs).splitlines()) == 4
    assert list(costs(runs)) == ["first import, CPU ms", "changed, CPU ms"]


def test_an_office_that_is_not_what_the_file_says_stops_the_run(given: Files, phrases: Phrases) -> None:
    wrong = Files(given.first, given.first, given.outcome)
    with (
        stores.copies("sqlite", lambda database: upgrade(database.engine)) as copy,
        copy() as address,
        pytest.raises(AssertionError, match="not what the file says"),
    ):
        ours(address, wrong, phrases)
