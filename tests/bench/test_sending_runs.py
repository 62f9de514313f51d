"""The benchmark of the send path at a size a test run can afford: every message once, never times."""

import pytest

from bench.answers import AIOGRAM, OURS, PTB
from bench.sending import built, fullest, paced_report, race, report, run_ours
from tests.conftest import ROOT

MESSAGES = 30


def test_every_message_is_accepted_once_whoever_sends_it() -> None:
    with built("sqlite", MESSAGES) as copy:
        runs = race(copy, MESSAGES, 1)
    assert [one.name for one in runs] == [OURS, AIOGRAM, PTB]
    assert [len(one.moments) for one in runs] == [MESSAGES] * 3
    assert len(report(runs).splitlines()) == 4


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_paced_run_sends_everything_and_tells_of_its_seconds(kind: str) -> None:
    with built(kind, MESSAGES) as copy:
        run = run_ours(copy, MESSAGES, rate=20.0)
    assert len(run.moments) == MESSAGES
    assert paced_report(20, run).startswith("    20/s: fullest second")


def test_the_fullest_second_is_found_wherever_it_begins() -> None:
    assert fullest([0.0, 0.9, 1.0, 1.5, 1.8, 3.0]) == 4
    assert fullest([0.0]) == 1


def test_it_is_written_down_how_to_run_it() -> None:
    assert "./nep bench sending" in (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
