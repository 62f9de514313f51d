"""The benchmark of the start, once and without rest: that every contestant serves its page, never how soon."""

import pytest

from bench import machine
from bench.start import AIOGRAM, DEMO, PYTHON, STARLETTE, TELEGRAM, WEB, Contestant, race, report, start


@pytest.mark.postgres
def test_every_contestant_serves_its_page_and_its_memory_is_read() -> None:
    runs = race("postgresql", people=3, runs=1, idle=0)  # the demo among them is on SQLite
    assert [one.name for one in runs] == [WEB, DEMO, TELEGRAM, PYTHON, STARLETTE, AIOGRAM]
    assert all(0 < one.rest <= one.peak for one in runs)
    assert len(report(runs).splitlines()) == 7


def test_a_process_that_ends_before_it_serves_stops_the_run() -> None:
    broken = Contestant("broken", (machine.PYTHON[0], "-c", "raise SystemExit(1)"), "http://127.0.0.1:9/")
    with pytest.raises(machine.Stuck, match="ended early"):
        start(broken, 0)
