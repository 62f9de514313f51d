"""Renewing the pair of tokens: one at a time over all processes, written down before it is used.

The refresh token works once and Zalo takes no request back, so the intent is committed before the request leaves
(like a message's). Who finds an intent without an outcome asks whether the old access token still lives: it dies when
a new pair is issued, so if it lives, the refresh token is unused. If not, that pair is lost and a consent is needed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.zalo.oa.api import Api
from bot.zalo.oa.errors import MISADDRESSED, NOT_CONNECTED, REFUSAL, CallFailed, Trouble, rule_for
from bot.zalo.oa.oauth import Fresh, OAuth
from bot.zalo.oa.safe import Pair, Safe
from store import zalo_tokens
from store.database import Database
from store.zalo_tokens import Issued, Kept

AHEAD = timedelta(hours=5)  # of the end of the access token: time for many tries and for a human
SILENT = timedelta(seconds=120)  # after an intent this old its request cannot be under way any more
STALE = timedelta(seconds=20)  # an asker held up this long asks no more: others may soon take over
BACK_OFF = (0.2, 1.0, 5.0, 10.0, *([30.0] * 20))  # seconds, while the store cannot take the new pair
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
    """`access` for every call, `turn` once in a while, `after` when Zalo refuses a token. `asker` names this run."""

    def __init__(
        self,
        database: Database,
        app_id: str,
        safe: Safe,
        oauth: OAuth,
        api: Api,
        clock: Callable[[], datetime],
        asker: str,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database, self._app_id, self._safe, self._asker = database, app_id, safe, asker
        self._oauth, self._api = oauth, api
        self._clock, self._pause = clock, pause
        self._one = asyncio.Lock()
        self._exchange: asyncio.Task[None] | None = None

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
        """Wait for a renewal under way: its answer must be written down."""
        if self._exchange is not None:
            await asyncio.wait([self._exchange])

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
        """Set out, or go on for somebody who set out and fell silent; then exchange, even if we are cancelled."""
        now, pair = self._clock(), self._safe.open(kept.sealed)
        if kept.lost_at is not None or pair is None:
            return
        if kept.asked_at is None:
            mine = await self._database.run(zalo_tokens.ask, self._app_id, kept.generation, self._asker, now)
        elif now - kept.asked_at < SILENT:
            return
        else:
            mine = await self._database.run(zalo_tokens.take_over, self._app_id, kept, self._asker, now)
            mine = mine and await self._is_unused(kept, pair)
        if mine and self._clock() - now < STALE:
            self._exchange = asyncio.create_task(self._ask_for_next(kept.generation, pair))
            await asyncio.shield(self._exchange)

    async def _is_unused(self, kept: Kept, pair: Pair) -> bool:
        """Whether it is proved that nobody has used the refresh token, though somebody set out to."""
        if self._clock() >= kept.access_ends_at:
            await self._lose(kept.generation, "it is too late to find out whether the refresh token was used")
            return False
        try:
            if await self._api.is_alive(pair.access):
                return True
        except CallFailed as failed:
            log.warning("what came of a renewal cannot be found out now: %s", failed.trouble.kind)
            return False
        await self._lose(kept.generation, "Zalo has issued a newer pair that is not known here")
        return False

    async def _ask_for_next(self, generation: int, pair: Pair) -> None:
        try:
            fresh = await self._oauth.by_refresh(pair.refresh, self._clock())
        except CallFailed as failed:
            await self._stumbled(generation, failed.trouble)
        else:
            await self._keep(generation, fresh)

    async def _stumbled(self, generation: int, trouble: Trouble) -> None:
        proved = trouble.kind in (NOT_CONNECTED, MISADDRESSED) or rule_for(trouble).name in ("RATE", "HTTP_429")
        if proved:
            await self._database.run(zalo_tokens.unused, self._app_id, generation, self._asker)
        elif trouble.kind == REFUSAL:
            await self._lose(generation, f"Zalo refused the renewal: {trouble.code} {trouble.description}")
            return
        log.warning("the tokens of the Official Account are not renewed yet: %s %s", trouble.kind, trouble.status or "")

    async def _keep(self, generation: int, fresh: Fresh) -> None:
        """Written down before anybody uses it; a store that cannot take it now is waited for."""
        issued = Issued(self._safe.seal(fresh.pair), fresh.access_ends_at, fresh.refresh_ends_at)
        for seconds in BACK_OFF:
            try:
                await self._database.run(zalo_tokens.answered, self._app_id, generation, self._asker, issued)
            except SQLAlchemyError as failed:
                log.error("the new tokens cannot be written down yet: %s", type(failed).__name__)
                await self._pause(seconds)
            else:
                log.info("the tokens of the Official Account are renewed, until %s", fresh.access_ends_at.isoformat())
                return
        log.critical("the new tokens of the Official Account could not be written down")

    async def _lose(self, generation: int, reason: str) -> None:
        now = self._clock()
        await self._database.run(zalo_tokens.lose, self._app_id, generation, self._asker, reason, now)
        log.critical("the Official Account needs a new consent (./nep zalo login): %s", reason)
