"""The queue of updates a bot has not confirmed yet, with Telegram's expiry, pages and offsets."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tests.botapi.clock import Clock

CALLBACK_LIFE = 150.0
LIFE = 86_400.0
INLINE_LIFE = 30.0
CAPACITY = 100_000
SHORT_LIVED = frozenset({"callback_query", "shipping_query", "pre_checkout_query"})
OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
# An offset far beyond the newest id is taken for a leftover of another numbering and forgets nothing.
FUTURE_SLACK = 10


@dataclass(frozen=True)
class Queued:
    """One update as it will be handed out; `lane` is the webhook queue it is serial in."""

    update_id: int
    kind: str
    body: dict[str, Any]
    expires_at: float
    lane: str


class UpdateQueue:
    """Updates in order of arrival. Confirming forgets, whether or not the bot did anything with them."""

    def __init__(self, clock: Clock, first_id: int = 700_000_001) -> None:
        self.clock = clock
        self.next_id = first_id
        self.capacity = CAPACITY
        self.waiting: OrderedDict[int, Queued] = OrderedDict()
        self.confirmed: list[Queued] = []
        self.expired: list[Queued] = []
        self.overflowed = 0
        self.history: dict[int, Queued] = {}
        self.arrived = asyncio.Event()
        self.listener: Callable[[Queued], None] | None = None
        self._allowed: frozenset[str] = frozenset()
        self._again: list[Queued] = []
        self._next_expiry = float("inf")

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Set allowed_updates for updates to come; None keeps the former choice, an empty list is the default."""
        if kinds is not None:
            self._allowed = frozenset(kinds)

    def is_allowed(self, kind: str) -> bool:
        """Whether an update of this kind is queued at all."""
        return kind in self._allowed if self._allowed else kind not in OFF_BY_DEFAULT

    def add(self, kind: str, payload: dict[str, Any], lane: str, *, force: bool = False) -> Queued:
        """Queue an update; one of an unwanted kind, or beyond the capacity, is numbered and silently dropped."""
        life = INLINE_LIFE if kind == "inline_query" else CALLBACK_LIFE if kind in SHORT_LIVED else LIFE
        update_id = self.next_id
        self.next_id += 1
        queued = Queued(update_id, kind, {"update_id": update_id, kind: payload}, self.clock.now() + life, lane)
        if not force and not self.is_allowed(kind):
            return queued
        if len(self.waiting) >= self.capacity:
            self.overflowed += 1
            return queued
        self.history[update_id] = self.waiting[update_id] = queued
        self._next_expiry = min(self._next_expiry, queued.expires_at)
        self._announce(queued)
        return queued

    def redeliver(self, update_id: int) -> None:
        """Hand the very same update out once more, confirmed or not."""
        queued = self.history[update_id]
        if self.listener is None:
            self._again.append(queued)
        self._announce(queued)

    def jump_to(self, update_id: int) -> None:
        """After a week of silence the next id is random: it may also lie lower."""
        self.next_id = update_id

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Confirm by `offset`, then hand out at most `limit` updates."""
        self.expire()
        self._forget_below(offset)
        again, self._again = self._again[:limit], self._again[limit:]
        fresh = islice(self.waiting.values(), limit - len(again))
        return [queued.body for queued in [*again, *fresh]]

    def confirm(self, update_id: int) -> None:
        """A webhook answered 2xx for this update."""
        queued = self.waiting.pop(update_id, None)
        if queued is not None:
            self.confirmed.append(queued)

    def lose(self, update_id: int) -> None:
        """An update ran out of time before a webhook took it."""
        queued = self.waiting.pop(update_id, None)
        if queued is not None:
            self.expired.append(queued)

    def forget_all(self) -> None:
        """drop_pending_updates: gone without anybody having seen them."""
        for update_id in list(self.waiting):
            self.lose(update_id)

    def expire(self) -> None:
        """Drop what has outlived its time."""
        now = self.clock.now()
        if now < self._next_expiry:
            return
        for queued in [one for one in self.waiting.values() if one.expires_at <= now]:
            self.lose(queued.update_id)
        self._next_expiry = min((one.expires_at for one in self.waiting.values()), default=float("inf"))

    def _forget_below(self, offset: int) -> None:
        if offset < 0:
            for update_id in list(self.waiting)[:offset]:
                self.confirm(update_id)
        elif offset <= self.next_id + FUTURE_SLACK:
            while self.waiting and (first := next(iter(self.waiting))) < offset:
                self.confirm(first)

    def _announce(self, queued: Queued) -> None:
        self.arrived.set()
        if self.listener is not None:
            self.listener(queued)
