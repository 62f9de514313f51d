"""Polling into the inbox, for development: the platform forgets what it has handed out, so nothing is asked for again
before what came is committed. What it hands out to a process that dies at that moment is lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.troubles import CallFailed
from bot.zalo.bots.client import Client
from bot.zalo.bots.errors import close_if_hopeless, is_idle
from bot.zalo.bots.hearing import arrival
from bot.zalo.bots.options import Options
from store import inbox
from store.database import Database
from store.inbox import Arrival

ANSWER_SLACK = 10  # seconds on top of the poll itself
LONGEST_BACKOFF = 60.0
SHORTEST_POLL, BREATH = 1.0, 1.0  # seconds: an idle answer sooner than this is no long poll, so take a breath

log = logging.getLogger(__name__)


class Polling:
    """The one poller of a bot. `trouble` is the phrase key of what is wrong at the moment, empty when nothing is.

    `has_heard`: whether a poll has succeeded since the start; before that no trouble means nothing.
    """

    def __init__(
        self,
        client: Client,
        options: Options,
        database: Database,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.trouble, self.has_heard = "", False
        self._client, self._options = client, options
        self._database, self._clock = database, clock
        self._wake, self._pause = wake, pause
        self._held: Arrival | None = None
        self._is_sure = False  # that no webhook is set: with one, polls hear nothing and nothing says so
        self._misses = 0

    async def run(self) -> None:
        """Poll until cancelled. DoorClosed when waiting cannot help, e.g. the token is dead."""
        while True:
            if seconds := await self.turn():
                await self._pause(seconds)

    async def turn(self) -> float:
        """At most one piece of news and one commit; returns how many seconds to wait before the next turn."""
        try:
            if self._held is None and await self._is_deaf():
                return self._troubled("zalobot.trouble.webhook", "a webhook is set for this bot")
            rest = 0.0 if self._held else await self._fetch()
            await self._keep()
        except CallFailed as failed:
            close_if_hopeless(failed.trouble)
            return self._troubled("zalobot.trouble.network", str(failed))
        except SQLAlchemyError as failed:  # what came is held until it can be kept
            return self._troubled("zalobot.trouble.store", type(failed).__name__)
        self.trouble, self.has_heard, self._misses = "", True, 0
        return rest

    async def _is_deaf(self) -> bool:
        """Whether a webhook takes our news; it is not removed, as it may be that of the installation in service."""
        if not self._is_sure:
            self._is_sure = not (await self._client.call("getWebhookInfo")).get("url")
        return not self._is_sure

    async def _fetch(self) -> float:
        clock = asyncio.get_running_loop().time
        began, wait = clock(), self._options.poll_seconds
        try:
            news = await self._client.call("getUpdates", wait + ANSWER_SLACK, timeout=str(wait))
        except CallFailed as failed:
            if not is_idle(failed.trouble):
                raise
            news, self._is_sure = {}, False
        self._held = arrival(self._options.channel, news)
        return BREATH if self._held is None and clock() - began < SHORTEST_POLL else 0.0

    async def _keep(self) -> None:
        if self._held is None:
            return
        kept = await self._database.run(inbox.keep, [self._held], self._clock())
        self._held = None
        if kept:
            self._wake()

    def _troubled(self, key: str, reason: str) -> float:
        seconds = min(LONGEST_BACKOFF, 2.0**self._misses)
        self.trouble = key
        self._misses = min(self._misses + 1, 6)
        log.warning("%s: %s: %s; next try in %.0f s", self._options.channel, key, reason, seconds)
        return seconds
