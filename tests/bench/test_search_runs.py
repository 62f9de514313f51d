"""The search benchmark at a size a test run can afford: who finds what, never how fast."""

import random
import time

import pytest
from sqlmodel import Session

from bench import search
from bench.search import cards, contestants, costs, queries, race, report

SMALL = 80


def test_it_measures_five_ways_of_searching_the_same_cards(kind: str) -> None:
    made = cards(SMALL, random.Random(1))
    asked = queries(made, 60, random.Random(2))
    timings = race(kind, made, asked, time.perf_counter)
    ours = timings[0]
    assert [one.name for one in timings] == ["search", "index", "naive scan", "folded scan", "FTS5"]
    assert all(one.shown <= ours.shown and one.first <= ours.first for one in timings[1:])
    assert ours.shown > 0.8
    assert len(report(timings).splitlines()) == 6
    assert list(costs(timings, 1.0)) == ["median, ms", "p99, ms", "index built, ms"]


def test_the_same_seed_makes_the_same_cards_and_queries() -> None:
    made = cards(SMALL, random.Random(7))
    assert made == cards(SMALL, random.Random(7))
    assert queries(made, 20, random.Random(3)) == queries(made, 20, random.Random(3))


def test_both_scans_find_the_same() -> None:
    made = cards(SMALL, random.Random(1))
    racing = contestants(made, Session())
    for one in queries(made, 40, random.Random(2)):
        assert racing["naive scan"](one.typed) == racing["folded scan"](one.typed)


def test_growth_is_printed_for_a_hundredth_a_tenth_and_the_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["./nep bench search", "--cards", "100", "--queries", "10", "--growth"])
    search.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["cards", "1", "10", "100", "exponent"]
