"""The door of an Official Account put together: its channel outwards, webhook and callback inwards, its tokens kept."""

import asyncio
import logging
import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import date, datetime

from sqlalchemy.exc import SQLAlchemyError
from starlette.routing import Route

from bot.heard import Heard
from bot.zalo.oa.api import Api
from bot.zalo.oa.budget import Minute
from bot.zalo.oa.callback import callback_routes
from bot.zalo.oa.client import Client
from bot.zalo.oa.consent import Consent
from bot.zalo.oa.hearing import hear
from bot.zalo.oa.line import Line
from bot.zalo.oa.oauth import OAuth
from bot.zalo.oa.options import CHANNEL, Options
from bot.zalo.oa.renewal import Renewal
from bot.zalo.oa.rotation import LOST, NoAccess, Rotation
from bot.zalo.oa.safe import Safe
from bot.zalo.oa.send import OaChannel
from bot.zalo.oa.supplies import NOTHING, Supplies
from bot.zalo.oa.webhook import webhook_routes
from content.phrases import Phrases
from store import zalo_tokens
from store.database import Database
from store.zalo_tokens import Standing

LOOK_SECONDS = 60.0  # between two looks at the tokens
ENDING, FUNDS = "zalo.oa.ending", "zalo.oa.funds"
LOGIN = "./nep zalo login"

log = logging.getLogger(__name__)


class OaDoor:
    """Built without a word to the network. `run` serves until cancelled, `close` afterwards.

    `channel` goes to the drain, `routes` to the web server, `hear` to the reception; `consent` is for the login.
    `trouble` is the phrase key of what is wrong with the account's permission or money, empty when nothing is.
    """

    name = CHANNEL

    def __init__(
        self,
        options: Options,
        database: Database,
        clock: Callable[[], datetime],
        phrases: Phrases,
        wake: Callable[[], None],
        secret: bytes,
        *,
        supplies: Supplies = NOTHING,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.trouble = ""
        self._options, self._database, self._clock, self._pause = options, database, clock, pause
        self._line = Line(options.connect_seconds, options.read_seconds)
        asker = f"{os.getpid()}-{secrets.token_hex(4)}"
        oauth, api, safe = OAuth(options, self._line), Api(options.api, self._line), Safe(secret)
        here = Renewal(database, options.app_id, safe, oauth, clock, asker, pause)
        exchange = supplies.exchange or here.exchange
        self._rotation = Rotation(database, options.app_id, safe, api, clock, asker, exchange)
        self._client = Client(api, self._rotation, Minute(clock, options.rate), pause)
        self.consent = Consent(database, options.app_id, secret, oauth, clock, f"login {asker}")
        self.channel = OaChannel(self._client, clock, options.rate, options.template_type, supplies)
        self.routes: list[Route] = webhook_routes(options, database, clock, wake)
        if options.callback:
            self.routes += callback_routes(options.callback, self.consent, phrases)
        self._alarmed_on: date | None = None

    def hear(self, body: str, heard_at: datetime) -> Heard | None:
        """What an inbox row of this channel says."""
        return hear(body, heard_at)

    async def run(self) -> None:
        """Keep the tokens fresh until cancelled."""
        while True:
            await self.look()
            await self._pause(LOOK_SECONDS)

    async def look(self) -> None:
        """Renew the tokens if it is time, and say once a day what only the operator can mend."""
        try:
            await self._rotation.turn()
            self.trouble = await self._trouble()
        except SQLAlchemyError as failed:
            log.error("the tokens cannot be looked at now: %s", type(failed).__name__)
            return
        today = self._clock().date()
        if self.trouble and self._alarmed_on != today:
            self._alarmed_on = today
            log.critical("%s: %s", self.trouble, "fund the Zalo Cloud account" if self.trouble == FUNDS else LOGIN)

    async def standing(self) -> Standing | None:
        """How the account's permission stands; None before the first consent."""
        return await self._database.run(zalo_tokens.standing, self._options.app_id, self._clock())

    async def check(self) -> str:
        """The account's name. NoAccess or CallFailed say what is wrong."""
        return str((await self._client.profile()).get("name") or "")

    async def close(self) -> None:
        """Wait for a renewal under way, then let the connections go."""
        await self._rotation.close()
        await self._line.close()

    async def _trouble(self) -> str:
        standing = await self.standing()
        self.channel.expires_at = standing.refresh_ends_at if standing else None
        try:
            await self._rotation.access()
        except NoAccess as none:
            return none.key
        if standing and standing.is_lost:
            return LOST
        if standing and standing.alarm:
            return ENDING
        return FUNDS if self.channel.unfunded_seconds else ""
