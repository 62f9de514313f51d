"""The month of a bot: how many messages it has sent and received, by the calendar of Việt Nam."""

from collections import Counter
from zoneinfo import ZoneInfo

from tests.botapi.clock import Clock

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


class Quota:
    """Messages of the Basic plan. Whether what people send counts is not settled, so it is a knob."""

    def __init__(self, clock: Clock, most: int = 3000, *, counts_received: bool = True) -> None:
        self.clock, self.most, self.counts_received = clock, most, counts_received
        self.sent: Counter[str] = Counter()
        self.received: Counter[str] = Counter()

    @property
    def month(self) -> str:
        """The month it is now, e.g. ``2026-11``."""
        return f"{self.clock.moment().astimezone(HANOI):%Y-%m}"

    @property
    def used(self) -> int:
        """What counts against this month's messages so far."""
        return self.sent[self.month] + (self.received[self.month] if self.counts_received else 0)

    @property
    def is_used_up(self) -> bool:
        """Whether one more message is one too many."""
        return self.used >= self.most
