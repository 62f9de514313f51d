"""Who polls: at most one request waits at a time."""

import asyncio


class Poller:
    """The one long poll that may be pending, and what the last one asked for."""

    def __init__(self) -> None:
        self.pending: asyncio.Event | None = None
        self.last_offset: int | None = None
        self.last_at = float("-inf")

    def take_over(self) -> asyncio.Event:
        """Become the only poller: whoever waits gets 409."""
        if self.pending is not None:
            self.pending.set()
        self.pending = asyncio.Event()
        return self.pending
