"""Zalo's moments: milliseconds since 1970, a number from the Bot Platform, a decimal string from an OA."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 14  # digits: the year 5138


def moment_of(stamp: object) -> datetime | None:
    """The moment of a stamp by Zalo's clock; None for what is no stamp."""
    digits = str(stamp) if isinstance(stamp, str | int) and not isinstance(stamp, bool) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST):
        return None
    return EPOCH + timedelta(milliseconds=int(digits))
