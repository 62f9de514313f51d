"""News for one bot: handed out once and then gone, as a poll has no offset to confirm by."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """One update as it is handed out: the flat payload, without any number of its own."""

    body: dict[str, Any]

    @property
    def name(self) -> str:
        """What kind of news it is."""
        return str(self.body.get("event_name", ""))


class Events:
    """The queue of one bot. `listener` is the webhook, while one is set; then polls get nothing."""

    def __init__(self) -> None:
        self.waiting: deque[Event] = deque()
        self.handed_out: list[Event] = []
        self.lost: list[Event] = []
        self.arrived = asyncio.Event()
        self.polls = 0  # that wait now
        self.listener: Callable[[Event], None] | None = None

    def add(self, event: Event) -> Event:
        """News, also the very same once more."""
        if self.listener is not None:
            self.listener(event)
        else:
            self.waiting.append(event)
            self.arrived.set()
        return event

    def take(self) -> Event | None:
        """The oldest, which nobody will ever be given again."""
        if not self.waiting:
            return None
        self.handed_out.append(self.waiting.popleft())
        return self.handed_out[-1]
