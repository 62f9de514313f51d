"""One exchange of the refresh token: the intent committed, the request made, what came of it committed. Nothing else.

The token works once and Zalo takes no request back: whoever dies between Zalo's answer and our commit loses the pair.
So the product has this done by a process that is not killed with it, and reads in the store what came of it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.troubles import MISADDRESSED, NOT_CONNECTED, REFUSAL, CallFailed, Trouble
from bot.zalo.oa.errors import rule_for
from bot.zalo.oa.oauth import Fresh, OAuth
from bot.zalo.oa.safe import Safe
from store import zalo_tokens
from store.database import Database
from store.zalo_tokens import Issued

STALE = timedelta(seconds=20)  # after its intent a request held up this long is made no more
ASKING = timedelta(seconds=90)  # from before the intent until the answer: then the process ends, whatever holds it up
SILENT = timedelta(seconds=120)  # after an intent this old its request cannot be under way any more
WRITING = timedelta(minutes=30)  # for the store to take the new pair, which nobody else has
BACK_OFF = (0.2, 1.0, 5.0, 10.0, *([30.0] * 20))  # seconds, while the store cannot take it

log = logging.getLogger(__name__)


def no_limit(_span: timedelta) -> None:
    """For a process that does more than this."""


class Renewal:
    """`exchange` does it, once. `asker` names this run.

    `limit` ends this process when so much time has passed, also one that was stopped meanwhile and wakes up; called
    again it begins anew. It is what makes sure that no request leaves once others may judge its silence.
    """

    def __init__(
        self,
        database: Database,
        app_id: str,
        safe: Safe,
        oauth: OAuth,
        clock: Callable[[], datetime],
        asker: str,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        limit: Callable[[timedelta], None] = no_limit,
    ) -> None:
        self._database, self._app_id, self._safe, self._oauth = database, app_id, safe, oauth
        self._clock, self._asker, self._pause, self._limit = clock, asker, pause, limit

    async def exchange(self, generation: int) -> None:
        """Exchange the refresh token of this generation; nothing when somebody else has set out to, or has done it.

        No log line stands between the request and the commit of what came of it: writing one can block.
        """
        kept = await self._database.run(zalo_tokens.read, self._app_id)
        pair = self._safe.open(kept.sealed) if kept else None
        if pair is None:
            return
        self._limit(ASKING)
        now = self._clock()
        if not await self._database.run(zalo_tokens.ask, self._app_id, generation, self._asker, now):
            return
        if self._clock() - now >= STALE:
            await self._database.run(zalo_tokens.unused, self._app_id, generation, self._asker)
            return
        try:
            fresh = await self._oauth.by_refresh(pair.refresh, self._clock())
        except CallFailed as failed:
            await self._stumbled(generation, failed.trouble)
        else:
            self._limit(WRITING)
            await self._keep(generation, fresh)

    async def _stumbled(self, generation: int, trouble: Trouble) -> None:
        proved = trouble.kind in (NOT_CONNECTED, MISADDRESSED) or rule_for(trouble).name in ("RATE", "HTTP_429")
        if proved:
            await self._database.run(zalo_tokens.unused, self._app_id, generation, self._asker)
        elif trouble.kind == REFUSAL:
            reason = f"Zalo refused the renewal: {trouble.said}"
            await self._database.run(zalo_tokens.lose, self._app_id, generation, self._asker, reason, self._clock())
            log.critical("the Official Account needs a new consent (./nep zalo login): %s", reason)
            return
        log.warning("the tokens of the Official Account are not renewed yet: %s %s", trouble.kind, trouble.status or "")

    async def _keep(self, generation: int, fresh: Fresh) -> None:
        """Written down before anybody uses it; a store that cannot take it now is waited for."""
        issued = Issued(self._safe.seal(fresh.pair), fresh.access_ends_at, fresh.refresh_ends_at)
        for seconds in BACK_OFF:
            try:
                await self._database.run(zalo_tokens.answered, self._app_id, generation, issued)
            except SQLAlchemyError:
                await self._pause(seconds)
            else:
                log.info("the tokens of the Official Account are renewed, until %s", fresh.access_ends_at.isoformat())
                return
        log.critical("the new tokens of the Official Account could not be written down")
