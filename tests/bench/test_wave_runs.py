"""The benchmark of the noon wave, small: that every answer is accounted for and a lost one is noticed, never times."""

from collections.abc import Iterator

import pytest

from bench import stores
from bench.wave import arrivals, build, report, run
from tests.conftest import ROOT

PEOPLE, SECONDS, THINKING = 100, 2.0, (1.5, 2.0)


@pytest.fixture
def address() -> Iterator[str]:
    with stores.copies("sqlite", lambda database: build(database, PEOPLE, SECONDS)) as copy, copy() as made:
        yield made


def test_every_answer_of_a_wave_is_counted_and_answered_once(address: str) -> None:
    coming = arrivals(address, PEOPLE, SECONDS, THINKING, seed=1)
    wave = run(address, coming, PEOPLE, SECONDS, 1_000)
    assert (wave.people, wave.counted, wave.digests) == (60, 120, 40)
    assert len(wave.waits) == len(coming) == 120 + wave.twice
    assert len(report(wave, SECONDS).splitlines()) == 5


def test_an_answer_that_never_comes_stops_the_run(address: str) -> None:
    coming = arrivals(address, PEOPLE, SECONDS, THINKING, seed=1)
    last = {one.person: one for one in coming}
    lost = [one for one in coming if one is not last[coming[0].person]]
    with pytest.raises(AssertionError, match="of 60 people"):
        run(address, lost, PEOPLE, SECONDS, 1_000)


def test_it_is_written_down_how_to_run_it() -> None:
    assert "./nep bench wave" in (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
