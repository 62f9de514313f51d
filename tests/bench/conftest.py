"""The stores that benchmarks run on."""

import pytest


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    """One of `bench.stores.KINDS`."""
    return str(request.param)
