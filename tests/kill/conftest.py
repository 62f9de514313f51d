"""How many kills: `pytest tests/kill --kills 300`, or the variable KILLS."""

import os

import pytest

USUAL_KILLS = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=None, help="how often the kill loop kills the process")


@pytest.fixture
def kills(pytestconfig: pytest.Config) -> int:
    """The number asked for; a run of all tests reads this file too late to know the option."""
    asked = pytestconfig.getoption("--kills", default=None)
    return int(asked or os.environ.get("KILLS") or USUAL_KILLS)
