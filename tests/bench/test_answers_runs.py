"""The benchmark of the answer path at a size a test run can afford: that every answer is accounted for, never times."""

import pytest

from bench.answers import AIOGRAM, OURS, PTB, built, check_all, costs, paced_report, race, report

PEOPLE = 24


@pytest.mark.parametrize(
    ("kind", "names", "rate"),
    [
        ("sqlite", (OURS, AIOGRAM, PTB), 100.0),
        pytest.param("postgresql", (OURS, PTB), 0.0, marks=pytest.mark.postgres),  # the peers' stores are the same
    ],
    ids=["SQLite, paced", "PostgreSQL, saturated"],
)
def test_every_answer_is_counted_and_answered_once_whoever_takes_it(
    kind: str, names: tuple[str, ...], rate: float
) -> None:
    with built(kind, PEOPLE, names) as stores:
        runs = race(stores, PEOPLE, 1, rate)
    assert tuple(one.name for one in runs) == names
    assert [(len(one.confirmed), len(one.shown)) for one in runs] == [(PEOPLE, PEOPLE)] * len(names)
    assert len(report(runs).splitlines()) == len(paced_report(runs).splitlines()) == 1 + len(names)
    assert list(costs(runs[:1])) == ["whole, s", "CPU, s"]


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
