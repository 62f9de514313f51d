"""The Telegram door put together: one bot, its channel outwards, polling or a webhook inwards."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime

from aiogram import Bot
from aiogram.methods import GetMe
from starlette.routing import Route

from bot.heard import Heard
from bot.telegram.at_once import Answers, AtOnce
from bot.telegram.commands import remove_webhook, set_commands, set_webhook
from bot.telegram.errors import close_if_hopeless, rule_for
from bot.telegram.fetching import Fetcher
from bot.telegram.flood import FloodPause
from bot.telegram.hearing import hear
from bot.telegram.inline import InlineAnswers
from bot.telegram.options import CHANNEL, Options
from bot.telegram.receive import LONGEST_BACKOFF, Polling, always
from bot.telegram.send import TelegramChannel
from bot.telegram.session import build_bot
from bot.telegram.supplies import NOTHING, Supplies
from bot.telegram.toasts import Toasts
from bot.telegram.webhook import checked, webhook_routes
from bot.troubles import REFUSED, CallFailed, DoorClosed
from content.phrases import Phrases
from store.database import Database

Pause = Callable[[float], Awaitable[None]]

log = logging.getLogger(__name__)


class TelegramDoor:
    """Built without a word to the network. `run` serves until cancelled, `close` afterwards.

    `channel` goes to the drain, `routes` to the web server (none while polling), `hear` to the reception, `fetch` to
    the upload desk.
    """

    name = CHANNEL

    def __init__(
        self,
        options: Options,
        database: Database,
        clock: Callable[[], datetime],
        phrases: Phrases,
        wake: Callable[[], None],
        *,
        supplies: Supplies = NOTHING,
        may_poll: Callable[[], Awaitable[bool]] = always,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._webhook = checked(options)
        self._bot = build_bot(options)
        self._phrases = phrases
        self._pause = pause
        flood = FloodPause(clock)
        self.channel = TelegramChannel(self._bot, flood, options.rate, supplies.load)
        self.fetch = Fetcher(self._bot, flood, pause).fetch
        toast = phrases("telegram.toast.received")
        polled = [] if self._webhook else [Toasts(self._bot, toast, flood)]  # posted taps are answered in our reply
        self._at_once = AtOnce(*polled, *_inline(self._bot, flood, clock, phrases, supplies))
        self._polling = Polling(
            self._bot,
            database,
            clock,
            wake,
            self._at_once,
            poll_seconds=options.poll_seconds,
            may_poll=may_poll,
            pause=pause,
        )
        hook = self._webhook
        self.routes: list[Route] = webhook_routes(hook, database, clock, wake, self._at_once, toast) if hook else []

    @property
    def trouble(self) -> str:
        """The phrase key of what keeps updates from coming in at the moment; empty when nothing does."""
        return self._polling.trouble

    @property
    def has_heard(self) -> bool:
        """Whether a poll has succeeded since the start; never where there is a webhook."""
        return self._polling.has_heard

    def hear(self, body: str, heard_at: datetime) -> Heard | None:
        """What an inbox row of this channel says."""
        return hear(body, heard_at)

    async def run(self) -> None:
        """Take updates in and answer taps until cancelled. DoorClosed when only the operator can help."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._at_once.run())
                group.create_task(self._announce())
                if self._webhook is None:
                    group.create_task(self._polling.run())
        except* DoorClosed as closed:
            reason = closed.exceptions[0]
        else:
            return
        raise reason

    async def check(self) -> str:
        """The bot's user name, e.g. for invitation links. DoorClosed or CallFailed say what is wrong."""
        try:
            return (await self._bot(GetMe())).username or ""
        except CallFailed as failed:
            close_if_hopeless(failed.trouble)
            raise

    async def remove_webhook(self) -> None:
        """For the operator who goes back to polling."""
        await remove_webhook(self._bot)

    async def close(self) -> None:
        """Let the connections go."""
        await self._bot.session.close()

    async def _announce(self) -> None:
        """Tell Telegram where to post, then what the menu holds; a menu it refuses keeps nobody from chatting."""
        hook = self._webhook
        if hook and (refusal := await self._insist(lambda: set_webhook(self._bot, hook))):
            raise DoorClosed("telegram.closed.address", refusal)
        if refusal := await self._insist(lambda: set_commands(self._bot, self._phrases)):
            log.warning("Telegram does not take the command menu: %s", refusal)

    async def _insist(self, call: Callable[[], Awaitable[None]]) -> str:
        """Try until Telegram has answered; returns its refusal, or nothing when it agreed."""
        seconds = 1.0
        while True:
            try:
                await call()
            except CallFailed as failed:
                close_if_hopeless(failed.trouble)
                if rule_for(failed.trouble).verdict == REFUSED:
                    return failed.trouble.description
                await self._pause(max(seconds, failed.trouble.retry_after))
                seconds = min(LONGEST_BACKOFF, seconds * 2)
            else:
                return ""


def _inline(
    bot: Bot, flood: FloodPause, clock: Callable[[], datetime], phrases: Phrases, supplies: Supplies
) -> Iterator[Answers]:
    if supplies.share:
        yield InlineAnswers(bot, flood, clock, supplies.share, phrases("telegram.inline.connect"))


async def open_door(
    options: Options,
    database: Database,
    clock: Callable[[], datetime],
    phrases: Phrases,
    wake: Callable[[], None],
    *,
    supplies: Supplies = NOTHING,
    may_poll: Callable[[], Awaitable[bool]] = always,
    pause: Pause = asyncio.sleep,
) -> TelegramDoor:
    """The door, ready to run. DoorClosed for a token, secret or address that cannot be right."""
    return TelegramDoor(options, database, clock, phrases, wake, supplies=supplies, may_poll=may_poll, pause=pause)
