"""Moments by Zalo's clock: numbers and decimal strings; what is neither is no moment."""

from datetime import UTC, datetime

import pytest

from bot.zalo.stamps import moment_of

SAID = datetime(2025, 6, 19, 6, 55, 31, 602_000, tzinfo=UTC)


@pytest.mark.parametrize("stamp", [1750316131602, "1750316131602"])
def test_a_stamp_is_a_moment_to_the_millisecond(stamp: object) -> None:
    assert moment_of(stamp) == SAID


@pytest.mark.parametrize("stamp", [None, True, -1, 1.5, "", "soon", "1e9", "١٢٣", "9" * 15, "9" * 500, [1750316131602]])
def test_what_is_no_stamp_tells_no_moment(stamp: object) -> None:
    assert moment_of(stamp) is None
