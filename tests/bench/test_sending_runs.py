"""The benchmark of the send path at a size a test run can afford: every message once, never times."""

import pytest

from bench.answers import AIOGRAM, OURS, PTB
from bench.sending import built, costs, fullest, paced_report, race, report, run_ours

MESSAGES = 30


def test_every_message_is_accepted_once_whoever_sends_it() -> None:
    with built("sqlite", MESSAGES) as copy:
        runs = race(copy, MESSAGES, 1)
    assert [one.name for one in runs] == [OURS, AIOGRAM, PTB]
    assert [len(one.moments) for one in runs] == [MESSAGES] * 3
    assert len(report(runs).splitlines()) == 4
    assert list(costs(runs[:1])) == ["all, s", "CPU, s"]


@pytest.mark.postgres
def test_a_paced_run_sends_everything_and_tells_of_its_seconds() -> None:
    with built("postgresql", MESSAGES) as copy:
        run = run_ours(copy, MESSAGES, rate=20.0)
    assert len(run.moments) == MESSAGES
    assert paced_report(20, run).startswith("    20/s: fullest second")


def test_the_fullest_second_is_found_wherever_it_begins() -> None:
    assert fullest([0.0, 0.9, 1.0, 1.5, 1.8, 3.0]) == 4
    assert fullest([0.0]) == 1
