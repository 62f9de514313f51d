"""The server, both clients and An, for the server's own tests."""

from collections.abc import AsyncIterator

import pytest
import telegram
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram.request import HTTPXRequest

from tests.botapi.people import Person
from tests.botapi.server import BotApi


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A server whose waits are a thousand times shorter."""
    async with BotApi(time_factor=0.001) as server:
        yield server


@pytest.fixture
async def an(api: BotApi) -> Person:
    """An, who has already talked to the bot."""
    return api.person(11, "An", started=True)


@pytest.fixture
async def aiogram_bot(api: BotApi) -> AsyncIterator[Bot]:
    """aiogram's client."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.url), timeout=5)
    bot = Bot(api.token, session=session)
    yield bot
    # Not bot.session.close(): that one sleeps a quarter of a second for the sake of TLS.
    await (await session.create_session()).close()


@pytest.fixture
async def ptb_bot(api: BotApi) -> AsyncIterator[telegram.Bot]:
    """python-telegram-bot's client, written by other people."""
    request, updates = HTTPXRequest(), HTTPXRequest()
    bot = telegram.Bot(
        api.token,
        base_url=f"{api.url}/bot",
        base_file_url=f"{api.url}/file/bot",
        request=request,
        get_updates_request=updates,
    )
    async with bot:
        yield bot
