"""The door of one bot put together: its channel outwards, polling or a webhook inwards."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.routing import Route

from bot.heard import Heard
from bot.troubles import CallFailed
from bot.zalo.bots.announcing import Announcing
from bot.zalo.bots.channel import ZaloBotChannel
from bot.zalo.bots.client import Client
from bot.zalo.bots.errors import close_if_hopeless
from bot.zalo.bots.hearing import hear
from bot.zalo.bots.options import Link, Options
from bot.zalo.bots.polling import Polling
from bot.zalo.bots.webhook import checked, webhook_routes
from content.phrases import Phrases
from store.database import Database


class ZaloBotDoor:
    """Built without a word to the network. `run` serves until cancelled, `close` afterwards.

    `channel` goes to the drain, `routes` to the web server (none while polling), `hear` to the reception. DoorClosed
    for a token, secret or address that cannot be right.
    """

    def __init__(
        self,
        options: Options,
        database: Database,
        clock: Callable[[], datetime],
        phrases: Phrases,
        wake: Callable[[], None],
        link: Link,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name, self.number = options.channel, options.number
        self._client = client = Client(checked(options))
        self.channel = ZaloBotChannel(client, options, phrases, clock, link)
        self.routes: list[Route] = webhook_routes(options, database, clock, wake)
        self._intake = (
            Announcing(client, options, options.webhook.secret, pause)
            if options.webhook
            else Polling(client, options, database, clock, wake, pause)
        )

    @property
    def trouble(self) -> str:
        """The phrase key of what keeps news from coming in at the moment; empty when nothing does."""
        return self._intake.trouble

    @property
    def has_heard(self) -> bool:
        """Whether news could come in at any time since the start."""
        return self._intake.has_heard

    def hear(self, body: str, heard_at: datetime) -> Heard | None:
        """What an inbox row of this bot says."""
        return hear(self.name, body, heard_at)

    async def run(self) -> None:
        """Take news in until cancelled. DoorClosed when only the operator can help."""
        await self._intake.run()

    async def check(self) -> str:
        """The bot's name at Zalo. DoorClosed or CallFailed say what is wrong."""
        try:
            return str((await self._client.call("getMe")).get("account_name") or self.number)
        except CallFailed as failed:
            close_if_hopeless(failed.trouble)
            raise

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.close()
