"""Telling the Bot Platform where to post, and looking now and then whether it still does."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from pydantic import SecretStr

from bot.troubles import REFUSAL, CallFailed, DoorClosed
from bot.zalo.bots.client import Client
from bot.zalo.bots.errors import close_if_hopeless
from bot.zalo.bots.options import Options
from bot.zalo.bots.webhook import address_of

LOOK_SECONDS = 600.0  # between two looks at an address that works
LONGEST_BACKOFF = 300.0

log = logging.getLogger(__name__)


class Announcing:
    """Keeps one bot's address in place. `trouble` is the phrase key of what is wrong, empty when nothing is known.

    `has_heard`: whether the platform has said since the start that it posts here.
    """

    def __init__(
        self,
        client: Client,
        options: Options,
        secret: SecretStr,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.trouble, self.has_heard = "", False
        self._client, self._channel, self._secret, self._pause = client, options.channel, secret, pause
        self._address = address_of(options)
        self._is_set = False
        self._misses = 0

    async def run(self) -> None:
        """Work until cancelled. DoorClosed when only the operator can help."""
        while True:
            await self._pause(await self.turn())

    async def turn(self) -> float:
        """Set the address or look at it; returns how many seconds to wait before the next turn."""
        try:
            await (self._look() if self._is_set else self._announce())
        except CallFailed as failed:
            close_if_hopeless(failed.trouble)
            if failed.trouble.kind == REFUSAL and failed.trouble.status == 400:
                raise DoorClosed("zalobot.closed.address", failed.trouble.description) from None
            self._troubled("zalobot.trouble.network", str(failed))
        if not self.trouble:
            self.has_heard, self._misses = True, 0
            return LOOK_SECONDS
        self._misses = min(self._misses + 1, 9)
        return min(LONGEST_BACKOFF, 2.0**self._misses)

    async def _announce(self) -> None:
        """The address is saved even when its probe fails, so what the probe found is what counts (where it is told)."""
        secret = self._secret.get_secret_value()
        told = (await self._client.call("setWebhook", url=self._address, secret_token=secret)).get("verification")
        found = told if isinstance(told, dict) else {}
        self._is_set = found.get("ok", True) is True
        self.trouble = ""
        if not self._is_set:
            self._troubled("zalobot.trouble.unverified", f"{found.get('outcome')} {found.get('status_code')}")

    async def _look(self) -> None:
        """An address that another installation has put in place is left to the operator: two would fight over it."""
        url = (await self._client.call("getWebhookInfo")).get("url")
        self.trouble = ""
        if not url:
            self._is_set = False
            self._troubled("zalobot.trouble.unverified", "the webhook is gone; setting it again")
        elif url != self._address:
            self._troubled("zalobot.trouble.moved", "another webhook is set for this bot")

    def _troubled(self, key: str, reason: str) -> None:
        self.trouble = key
        log.warning("%s: %s: %s", self._channel, key, reason)
