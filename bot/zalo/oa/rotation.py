"""Renewing the pair of tokens: when, and what to believe of a renewal that nobody has heard of again.

The refresh token works once and Zalo takes no request back, so the intent is committed before the request leaves
(like a message's; see `renewal`). Who finds an intent without an outcome waits until its request cannot be under way
any more, then asks whether the old access token still lives: it dies when a new pair is issued, so if it lives, the
refresh token is unused. If not, that pair is lost and a consent is needed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from bot.troubles import CallFailed
from bot.zalo.oa.api import Api
from bot.zalo.oa.renewal import SILENT
from bot.zalo.oa.safe import Pair, Safe
from store import zalo_tokens
from store.database import Database
from store.zalo_tokens import Kept

AHEAD = timedelta(hours=5)  # of the end of the access token: time for many tries and for a human
NONE, LOST, KEY = "zalo.oa.none", "zalo.oa.lost", "zalo.oa.key"  # why there is no access

log = logging.getLogger(__name__)


class NoAccess(Exception):
    """There is no token to call with. `key` says why; `soon`: somebody is renewing it at this moment."""

    def __init__(self, key: str, soon: bool = False) -> None:
        super().__init__(key)
        self.key, self.soon = key, soon


@dataclass(frozen=True, slots=True)
class Access:
    """An access token, and the generation of its pair."""

    token: SecretStr
    generation: int


class Rotation:
    """`access` for every call, `turn` once in a while, `after` when Zalo refuses a token. `asker` names this run.

    `exchange` does one exchange of the refresh token of a generation and returns when it is over; what came of it
    stands in the store.
    """

    def __init__(
        self,
        database: Database,
        app_id: str,
        safe: Safe,
        api: Api,
        clock: Callable[[], datetime],
        asker: str,
        exchange: Callable[[int], Awaitable[None]],
    ) -> None:
        self._database, self._app_id, self._safe, self._asker = database, app_id, safe, asker
        self._api, self._clock, self._exchange = api, clock, exchange
        self._one = asyncio.Lock()
        self._under_way: asyncio.Future[None] | None = None

    async def access(self) -> Access:
        """The newest access token, read from the store each time: another process may have renewed it."""
        return self._opened(await self._read())

    async def after(self, refused: Access) -> Access:
        """A newer access token, after Zalo has refused this one: somebody else's, or our own renewal's."""
        if (await self.access()).generation == refused.generation:
            async with self._one:
                kept = await self._read()
                if kept is not None and kept.generation == refused.generation:
                    await self._renew(kept)
        kept = await self._read()
        newer = self._opened(kept)
        if newer.generation == refused.generation:
            raise NoAccess(LOST, soon=kept is not None and kept.lost_at is None)
        return newer

    async def turn(self) -> None:
        """Renew the pair when its time has come."""
        async with self._one:
            kept = await self._read()
            if kept is not None and (kept.asked_at or self._clock() >= kept.access_ends_at - AHEAD):
                await self._renew(kept)

    async def close(self) -> None:
        """Wait for a renewal under way: a stop can, so nobody has to find out later what came of it."""
        if self._under_way is not None:
            await asyncio.wait([self._under_way])

    async def _read(self) -> Kept | None:
        return await self._database.run(zalo_tokens.read, self._app_id)

    def _opened(self, kept: Kept | None) -> Access:
        if kept is None:
            raise NoAccess(NONE)
        pair = self._safe.open(kept.sealed)
        if pair is None:
            raise NoAccess(KEY)
        return Access(pair.access, kept.generation)

    async def _renew(self, kept: Kept) -> None:
        """Have the refresh token exchanged, also if we are cancelled; one that somebody set out with is looked at."""
        pair = self._safe.open(kept.sealed)
        if kept.lost_at is not None or pair is None:
            return
        if kept.asked_at is None or await self._is_free_again(kept, kept.asked_at, pair):
            self._under_way = asyncio.ensure_future(self._exchange(kept.generation))
            await asyncio.shield(self._under_way)

    async def _is_free_again(self, kept: Kept, asked_at: datetime, pair: Pair) -> bool:
        """Whether it is proved that nobody has used the refresh token, though somebody set out to and fell silent."""
        now = self._clock()
        if now - asked_at < SILENT:
            return False
        if not await self._database.run(zalo_tokens.take_over, self._app_id, kept, self._asker, now):
            return False
        if now >= kept.access_ends_at:
            await self._lose(kept.generation, "it is too late to find out whether the refresh token was used")
            return False
        try:
            is_unused = await self._api.is_alive(pair.access)
        except CallFailed as failed:
            log.warning("what came of a renewal cannot be found out now: %s", failed.trouble.kind)
            return False
        if is_unused:
            await self._database.run(zalo_tokens.unused, self._app_id, kept.generation, self._asker)
        else:
            await self._lose(kept.generation, "Zalo has issued a newer pair that is not known here")
        return is_unused

    async def _lose(self, generation: int, reason: str) -> None:
        now = self._clock()
        await self._database.run(zalo_tokens.lose, self._app_id, generation, self._asker, reason, now)
        log.critical("the Official Account needs a new consent (./nep zalo login): %s", reason)
