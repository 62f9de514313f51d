"""Fixtures for files that come from outside."""

import pytest

from tests.content.loading.calc import Calc


@pytest.fixture(scope="session")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Calc:
    """LibreOffice; the test is skipped where there is none."""
    return Calc(tmp_path_factory.mktemp("calc"))
