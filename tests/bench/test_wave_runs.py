"""The benchmark of the noon wave, small: that every answer is accounted for and a lost one is noticed, never times."""

import pytest

from bench import stores
from bench.wave import KNOWN, arrivals, build, check, costs, report, run

PEOPLE, SECONDS, THINKING = 100, 1.0, (1.0, 1.5)


def test_every_answer_of_a_wave_is_counted_and_answered_once(kind: str) -> None:
    with stores.copies(kind, lambda database: build(database, PEOPLE, SECONDS)) as copy, copy() as address:
        coming = arrivals(address, PEOPLE, SECONDS, THINKING, seed=1)
        wave = run(address, coming, PEOPLE, SECONDS, 1_000)
    assert (wave.people, wave.counted, wave.digests) == (60, 120, 40)
    assert (len(wave.waits), len(wave.second)) == (120, wave.twice)
    assert len(coming) == 120 + wave.twice
    assert len(report(wave).splitlines()) == 7
    assert list(costs(wave)) == ["p50, ms", "p99, ms", "CPU µs per update", "CPU, s"]


@pytest.mark.parametrize("what", KNOWN)
def test_an_answer_that_is_lost_or_known_twice_stops_the_run(what: str) -> None:
    found = dict.fromkeys(KNOWN.values(), 120) | {KNOWN["retitled"]: 5}
    check(found.__getitem__, 60, PEOPLE)
    for wrong in (found[KNOWN[what]] - 1, found[KNOWN[what]] + 1):
        with pytest.raises(AssertionError, match="of 60 people"):
            check((found | {KNOWN[what]: wrong}).__getitem__, 60, PEOPLE)
