"""The search benchmark at a size a test run can afford: who finds what, never how fast."""

import random

from bench.search import cards, contestants, queries, report, run
from tests.conftest import ROOT

SMALL = 80


def test_it_measures_five_ways_of_searching_the_same_cards() -> None:
    made = cards(SMALL, random.Random(1))
    asked = queries(made, 60, random.Random(2))
    timings = run(made, asked)
    ours = timings[0]
    assert [one.name for one in timings] == ["search", "index", "naive scan", "folded scan", "FTS5"]
    assert all(one.shown <= ours.shown and one.first <= ours.first for one in timings[1:])
    assert ours.shown > 0.8
    assert len(report(timings).splitlines()) == 6


def test_the_same_seed_makes_the_same_cards_and_queries() -> None:
    made = cards(SMALL, random.Random(7))
    assert made == cards(SMALL, random.Random(7))
    assert queries(made, 20, random.Random(3)) == queries(made, 20, random.Random(3))


def test_both_scans_find_the_same() -> None:
    made = cards(SMALL, random.Random(1))
    racing = contestants(made)
    for one in queries(made, 40, random.Random(2)):
        assert racing["naive scan"](one.typed) == racing["folded scan"](one.typed)


def test_it_is_written_down_how_to_run_it() -> None:
    assert "python -m bench.search" in (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
