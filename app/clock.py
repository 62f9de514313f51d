"""The clock. Nothing below this room reads the time; the demo's clock can be moved and stands still while off."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class DemoClock:
    """A clock that starts at a moment, runs at the speed of real time, and can be moved."""

    def __init__(self, moment: datetime) -> None:
        self.to(moment)

    def __call__(self) -> datetime:
        return self._moment + timedelta(seconds=time.monotonic() - self._since)

    def to(self, moment: datetime) -> None:
        """Move to a moment."""
        self._moment, self._since = moment.astimezone(UTC), time.monotonic()
