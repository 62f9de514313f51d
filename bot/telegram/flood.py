"""The time Telegram has asked us to be quiet: whatever call meets a 429, no other call may go before it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.telegram.errors import rule_for
from bot.troubles import Trouble


class FloodPause:
    """A call made too early makes the pause longer. The gate that outlives a restart belongs to the drain."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._until: datetime | None = None

    def notice(self, trouble: Trouble) -> None:
        """Remember the pause, if the trouble asks for one."""
        rule = rule_for(trouble)
        if rule.name == "FLOOD":
            until = self._clock() + timedelta(seconds=trouble.retry_after or rule.seconds)
            self._until = max(until, self._until or until)

    def left(self) -> float:
        """Seconds until calls may go again; 0 when they may."""
        return max(0.0, (self._until - self._clock()).total_seconds()) if self._until else 0.0
