"""Updates posted to the bot: secret, order, retries, and what counts as taken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiohttp import web

from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.botapi.webhook import SECRET_HEADER

ONE_BUTTON = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="1", callback_data="q1:1")]])


class Hook:
    """A bot's own address that remembers what was posted and answers as told."""

    def __init__(self) -> None:
        self.url = ""
        self.posted: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.answers: list[web.Response] = []
        self.gate = asyncio.Event()
        self.gate.set()

    @property
    def ids(self) -> list[int]:
        """The posted update ids in order."""
        return [update["update_id"] for update in self.posted]

    async def take(self, request: web.Request) -> web.Response:
        """Remember, perhaps wait, answer."""
        self.secrets.append(request.headers.get(SECRET_HEADER))
        self.posted.append(await request.json())
        answer = self.answers.pop(0) if self.answers else web.Response()
        await self.gate.wait()
        return answer


@asynccontextmanager
async def listening() -> AsyncIterator[Hook]:
    """A hook on a free port."""
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    hook.gate.set()
    await runner.cleanup()


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    async with asyncio.timeout(3):
        while not true():  # noqa: ASYNC110  # looks at the memory of two servers
            await asyncio.sleep(0.001)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """A hook for one test."""
    async with listening() as one:
        yield one


async def test_updates_are_posted_with_the_secret_and_a_2xx_confirms(
    aiogram_bot: Bot, api: BotApi, an: Person, hook: Hook
) -> None:
    before = await an.says("trước")
    await aiogram_bot.set_webhook(hook.url, secret_token="bi-mat")
    after = await an.says("sau")
    await until(lambda: len(api.updates.confirmed) == 2)
    assert hook.ids == [before.update_id, after.update_id]
    assert hook.secrets == ["bi-mat"] * 2
    with pytest.raises(TelegramConflictError):
        await aiogram_bot.get_updates()
    await aiogram_bot.delete_webhook()
    assert await aiogram_bot.get_updates() == []


async def test_a_refused_update_comes_again_and_holds_up_its_own_chat_only(
    aiogram_bot: Bot, api: BotApi, an: Person, hook: Hook
) -> None:
    await aiogram_bot.set_webhook(hook.url)
    hook.answers = [web.Response(status=500), web.Response(status=302, headers={"Location": "/"})]
    first, second = await an.says("một"), await an.says("hai")
    await until(lambda: len(api.updates.confirmed) == 2)
    assert hook.ids == [first.update_id] * 3 + [second.update_id]
    assert api.webhook.last_error is not None
    assert "302" in api.webhook.last_error[1]

    hook.gate.clear()
    slow = await an.says("chậm")
    other = await api.person(12, "Bình").says("nhanh")
    await until(lambda: hook.ids[-2:] == [slow.update_id, other.update_id])
    hook.gate.set()
    await until(lambda: not api.updates.waiting)


async def test_a_tap_gets_few_tries_and_is_then_gone(aiogram_bot: Bot, api: BotApi, an: Person, hook: Hook) -> None:
    await aiogram_bot.set_webhook(hook.url)
    hook.answers = [web.Response(status=503) for _ in range(50)]
    await aiogram_bot.send_message(an.user_id, "Câu 1", reply_markup=ONE_BUTTON)
    tap = await an.taps("1")
    await until(lambda: bool(api.updates.expired))
    assert [queued.update_id for queued in api.updates.expired] == [tap.update_id]
    # At once, then after 2, 4, 8, 16, 32 and 60 or so seconds: the next try would pass 150 s.
    assert 7 <= len(hook.posted) <= 8


async def test_retry_after_is_honoured(aiogram_bot: Bot, api: BotApi, an: Person, hook: Hook) -> None:
    await aiogram_bot.set_webhook(hook.url)
    hook.answers = [web.Response(status=429, headers={"Retry-After": "200"})]
    await aiogram_bot.send_message(an.user_id, "Câu 1", reply_markup=ONE_BUTTON)
    await an.taps("1")
    await until(lambda: bool(api.updates.expired))
    assert len(hook.posted) == 1


async def test_a_hook_that_is_not_there_keeps_the_update(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    async with listening() as gone:
        url = gone.url
    api.time_factor = 1.0
    await aiogram_bot.set_webhook(url)
    update = await an.says("một")
    await until(lambda: len(api.webhook.attempts) >= 2)
    info = await aiogram_bot.get_webhook_info()
    assert info.pending_update_count == 1
    assert info.last_error_message is not None
    assert info.last_error_message.startswith("Connection failed")
    await aiogram_bot.delete_webhook()
    assert [one.update_id for one in await aiogram_bot.get_updates()] == [update.update_id]


async def test_a_method_in_the_answer_is_executed_and_told_to_nobody(
    aiogram_bot: Bot, api: BotApi, an: Person, hook: Hook
) -> None:
    await aiogram_bot.set_webhook(hook.url)
    reply = {"method": "sendMessage", "chat_id": an.user_id, "text": "chào"}
    hook.answers = [web.json_response(reply), web.json_response({**reply, "text": ""})]
    await an.says("một")
    await an.says("hai")
    await until(lambda: len(api.updates.confirmed) == 2)
    assert [seen.text for seen in an.sees] == ["chào"]
    assert api.refused == [("sendMessage", "Bad Request: message text is empty")]


async def test_the_same_update_is_posted_again_on_order(aiogram_bot: Bot, api: BotApi, an: Person, hook: Hook) -> None:
    await aiogram_bot.set_webhook(hook.url)
    update = await an.says("một")
    await until(lambda: len(api.updates.confirmed) == 1)
    api.redeliver(update)
    await until(lambda: hook.ids == [update.update_id] * 2)
    assert len(api.updates.confirmed) == 1
