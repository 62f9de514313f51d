"""Requests per minute, of all kinds together: what one more would be refused for waits here instead."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

MINUTE = timedelta(seconds=60)


class Minute:
    """The requests of the last sixty seconds, by the given clock; `most` of them fit."""

    def __init__(self, clock: Callable[[], datetime], most: float) -> None:
        self._clock = clock
        self._starts: deque[datetime] = deque(maxlen=max(1, int(most)))

    def wait(self) -> float:
        """Seconds until one more fits, 0 when it does now; a clock put back never makes that more than a minute."""
        if len(self._starts) < (self._starts.maxlen or 1):
            return 0.0
        left = (self._starts[0] + MINUTE - self._clock()).total_seconds()
        return min(MINUTE.total_seconds(), max(0.0, left))

    def count(self) -> None:
        """A request leaves now."""
        self._starts.append(self._clock())
