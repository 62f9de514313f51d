"""The benchmark of the answer path at a size a test run can afford: that every answer is accounted for, never times."""

import pytest

from bench.answers import AIOGRAM, OURS, PTB, built, check_all, paced_report, race, report, run
from tests.conftest import ROOT

PEOPLE = 24


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_answer_is_counted_and_answered_once_whoever_takes_it(kind: str) -> None:
    with built(kind, PEOPLE) as stores:
        runs = race(stores, PEOPLE, 1, 0)
    assert [one.name for one in runs] == [OURS, AIOGRAM, PTB]
    assert [len(one.shown) for one in runs] == [PEOPLE] * 3
    assert len(report(runs).splitlines()) == 4


def test_a_pace_is_kept_by_the_load_generator() -> None:
    with built("sqlite", PEOPLE, (OURS,)) as stores:
        ours = run(OURS, stores[OURS], PEOPLE, 100.0)
    assert len(ours.confirmed) == PEOPLE
    assert len(paced_report([ours]).splitlines()) == 2


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [(1, [(7, 0.1), (8, 0.2)]), (2, [(7, 0.1)]), (2, [(7, 0.1), (7, 0.2)]), (2, [(7, 0.1), (8, 0.2), (8, 0.3)])],
    ids=["an answer lost", "a message lost", "a message to the wrong chat", "a message twice"],
)
def test_what_is_missing_or_double_stops_the_run(numbers: int, shown: list[tuple[int, float]]) -> None:
    posted = [(0.0, 0.1, 200), (0.0, 0.1, 200)]
    check_all(lambda _: 2, AIOGRAM, 2, posted, [(7, 0.1), (8, 0.2)])
    with pytest.raises(AssertionError, match="accounted for"):
        check_all(lambda _: numbers, AIOGRAM, 2, posted, shown)


def test_it_is_written_down_how_to_run_it() -> None:
    assert "./nep bench answers" in (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
