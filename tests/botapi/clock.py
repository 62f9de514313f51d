"""The server's own clock: it runs like the real one and can be moved by hand."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Moments = Callable[[], datetime]


class Clock:
    """Unix seconds; follows `moments` (aware datetimes) if given, else the system clock plus what it was moved by."""

    def __init__(self, moments: Moments | None = None) -> None:
        self._moments = moments
        self._moved = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        base = time.time() if self._moments is None else self._moments().timestamp()
        return base + self._moved

    def unix(self) -> int:
        """The moment as Telegram writes it: whole seconds since 1970."""
        return int(self.now())

    def moment(self) -> datetime:
        """The moment as an aware UTC datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def forward(self, seconds: float) -> None:
        """Move the clock; nobody sleeps."""
        self._moved += seconds
