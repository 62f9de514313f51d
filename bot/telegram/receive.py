"""Long polling into the inbox: a batch is committed before the next offset confirms it to Telegram."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from aiogram import Bot
from sqlalchemy.exc import SQLAlchemyError

from bot.telegram.at_once import Answers
from bot.telegram.errors import close_if_hopeless, rule_for
from bot.telegram.hearing import ALLOWED
from bot.telegram.inline import is_inline
from bot.telegram.methods import GetUpdates
from bot.telegram.options import CHANNEL
from bot.troubles import UNREADABLE, CallFailed, Trouble
from store import inbox
from store.database import Database
from store.inbox import Arrival

ANSWER_SLACK = 15  # seconds on top of the long poll itself
LONGEST_BACKOFF = 60.0
SHORTEST_CONFLICT_PAUSE = 5.0  # Telegram itself spaces its conflict answers by 3 s
NOT_OURS_PAUSE = 5.0

log = logging.getLogger(__name__)


async def always() -> bool:
    """Nobody else polls: there is one process."""
    return True


class Polling:
    """The one poller of a bot. `trouble` is the phrase key of what is wrong at the moment, empty when nothing is.

    `has_heard`: whether a poll has succeeded since the start; before that no trouble means nothing.
    `may_poll` is asked before every request, which lasts up to `poll_seconds`: hold a lease longer than that.
    """

    def __init__(
        self,
        bot: Bot,
        database: Database,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        at_once: Answers,
        *,
        poll_seconds: int = 50,
        may_poll: Callable[[], Awaitable[bool]] = always,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.trouble, self.has_heard = "", False
        self._bot = bot
        self._database = database
        self._clock = clock
        self._wake = wake
        self._at_once = at_once
        self._poll_seconds = poll_seconds
        self._may_poll = may_poll
        self._pause = pause
        self._offset: int | None = None
        self._begun = False
        self._misses = 0

    async def run(self) -> None:
        """Poll until cancelled. DoorClosed when waiting cannot help, e.g. the token is dead."""
        while True:
            if seconds := await self.turn():
                await self._pause(seconds)

    async def turn(self) -> float:
        """One request and one commit; returns how many seconds to wait before the next."""
        try:
            if not await self._may_poll():
                return NOT_OURS_PAUSE
            await self._begin()
            await self._take(await self._fetch())
        except CallFailed as failed:
            return self._stumbled(failed.trouble)
        except SQLAlchemyError as failed:  # not committed, hence not confirmed: Telegram keeps the batch
            return self._troubled("telegram.trouble.store", type(failed).__name__)
        self.trouble, self.has_heard, self._misses = "", True, 0
        return 0.0

    async def _begin(self) -> None:
        """Go on behind the newest row by arrival. An offset far beyond Telegram's own ids confirms nothing."""
        if not self._begun:
            newest = await self._database.run(inbox.newest_number, CHANNEL)
            self._offset = newest + 1 if newest and newest > 0 else None
            self._begun = True

    async def _fetch(self) -> list[Any]:
        request = GetUpdates(offset=self._offset, timeout=self._poll_seconds, allowed_updates=list(ALLOWED))
        return await self._bot(request, request_timeout=self._poll_seconds + ANSWER_SLACK)

    async def _take(self, batch: list[Any]) -> None:
        """Commit, and only then move the offset. Ids start again at random after a quiet week: the last one counts."""
        updates = [update for update in batch if is_numbered(update)]
        if len(updates) < len(batch):
            log.error("Telegram sent %s updates without a number; they cannot be kept", len(batch) - len(updates))
        if batch and not updates:  # the offset cannot move: the same batch would come again at once
            raise CallFailed(Trouble(UNREADABLE, 200, "no update has a number"))
        if not updates:
            return
        arrivals = [arrival(update) for update in updates if not is_inline(update)]
        kept = await self._database.run(inbox.keep, arrivals, self._clock()) if arrivals else 0
        self._offset = updates[-1]["update_id"] + 1
        for update in updates:
            self._at_once.offer(update)
        if kept:
            self._wake()

    def _stumbled(self, trouble: Trouble) -> float:
        close_if_hopeless(trouble)
        if rule_for(trouble).name == "CONFLICT":
            webhook = "webhook" in trouble.description.lower()
            key = "telegram.trouble.webhook" if webhook else "telegram.trouble.conflict"
            return max(SHORTEST_CONFLICT_PAUSE, self._troubled(key, trouble.description))
        pause = self._troubled("telegram.trouble.network", f"{trouble.kind} {trouble.status} {trouble.description}")
        return max(pause, trouble.retry_after)

    def _troubled(self, key: str, reason: str) -> float:
        seconds = min(LONGEST_BACKOFF, 2.0**self._misses)
        self.trouble = key
        self._misses = min(self._misses + 1, 6)
        log.warning("%s: %s; next try in %.0f s", key, reason, seconds)
        return seconds


def is_numbered(update: object) -> bool:
    """Whether this is an update at all: a table with a number. Its kind does not matter."""
    return isinstance(update, dict) and type(update.get("update_id")) is int and update["update_id"] > 0


def arrival(update: Mapping[str, Any], body: str = "") -> Arrival:
    """The update as the inbox keeps it; ASCII, since JSON may hold characters that no database takes."""
    return Arrival(CHANNEL, str(update["update_id"]), body or json.dumps(update, separators=(",", ":")))
