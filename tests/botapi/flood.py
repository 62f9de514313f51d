"""Flood control: closed windows during which every call gets 429 and is counted against the bot."""

from collections import deque

from tests.botapi.clock import Clock
from tests.botapi.rates import SENDS, Call
from tests.botapi.refusing import Refusal, flooded

# Answered by the server itself, so the flood control behind it never sees them.
LOCAL = frozenset({"getMe", "getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo", "logOut", "close"})


class FloodControl:
    """Bot-wide and per-chat windows; with `cap` set, more than `cap` sends in a second close the bot's window."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.cap: int | None = None
        self.ban_seconds = 5.0
        self.extends = False
        self.early_calls: list[Call] = []
        self._until: dict[int | str | None, float] = {}
        self._recent: deque[float] = deque()

    def close(self, seconds: float, chat_id: int | str | None = None) -> Refusal:
        """Close the window of a chat, or of the whole bot; returns the refusal that announces it."""
        self._until[chat_id] = max(self._until.get(chat_id, 0.0), self.clock.now() + seconds)
        return flooded(seconds)

    def check(self, call: Call) -> Refusal | None:
        """The refusal for this call, or None if it may pass."""
        if call.method in LOCAL:
            return None
        closed = [key for key in (None, call.chat_id) if self._until.get(key, 0.0) > call.at]
        if closed:
            self.early_calls.append(call)
            for key in closed if self.extends else []:
                self._until[key] += self.ban_seconds
            return flooded(max(self._until[key] for key in closed) - call.at)
        if self.cap is not None and call.method in SENDS:
            return self._count(call.at, self.cap)
        return None

    def _count(self, at: float, cap: int) -> Refusal | None:
        self._recent.append(at)
        while self._recent[0] <= at - 1.0:
            self._recent.popleft()
        return self.close(self.ban_seconds) if len(self._recent) > cap else None
