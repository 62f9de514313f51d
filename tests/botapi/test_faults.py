"""Faults on order strike as planned, and the delivery log tells what the client cannot know."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import telegram
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    RestartingTelegram,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
)
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import NetworkError, TelegramError, TimedOut

from tests.botapi.delivery_log import read_log
from tests.botapi.people import Person
from tests.botapi.server import BotApi

# kind, what aiogram raises, copies that reached the person
STRIKES: list[tuple[str, type[Exception], int]] = [
    ("html_502", ClientDecodeError, 0),
    ("html_413", ClientDecodeError, 0),
    ("bare_502", TypeError, 0),
    ("reset_before", TelegramNetworkError, 0),
    ("cut_after", TelegramNetworkError, 1),
    ("short_body", TelegramNetworkError, 1),
    ("truncated", ClientDecodeError, 1),
    ("empty", ClientDecodeError, 1),
    ("wrong_shape", ClientDecodeError, 1),
    ("bad_utf8", UnicodeDecodeError, 1),
]


@pytest.mark.parametrize(("kind", "error", "copies"), STRIKES, ids=[strike[0] for strike in STRIKES])
async def test_aiogram_meets_a_fault_and_the_log_knows_the_truth(
    aiogram_bot: Bot, api: BotApi, an: Person, kind: str, error: type[Exception], copies: int
) -> None:
    api.faults.add(kind)
    with pytest.raises(error):
        await aiogram_bot.send_message(an.user_id, "chào")
    assert [entry.fault for entry in api.deliveries] == [kind] * copies
    assert len(an.sees) == copies
    assert await aiogram_bot.send_message(an.user_id, "lại chào")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("html_502", NetworkError),
        ("bare_502", NetworkError),
        ("reset_before", NetworkError),
        ("cut_after", NetworkError),
        ("truncated", TelegramError),
        ("bad_utf8", AttributeError),
    ],
)
async def test_ptb_meets_the_same_faults(
    ptb_bot: telegram.Bot, api: BotApi, an: Person, kind: str, error: type[Exception]
) -> None:
    api.faults.add(kind)
    with pytest.raises(error) as caught:
        await ptb_bot.send_message(an.user_id, "chào")
    assert type(caught.value) is error


@pytest.mark.parametrize("kind", ["hang", "slow"])
async def test_an_answer_later_than_the_timeout_was_delivered_all_the_same(
    api: BotApi, an: Person, ptb_bot: telegram.Bot, kind: str
) -> None:
    api.faults.add(kind, seconds=1.0, times=2)
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.url), timeout=0.2)
    async with Bot(api.token, session=session) as bot:
        with pytest.raises(TelegramNetworkError, match="timeout"):
            await bot.send_message(an.user_id, "chào")
    with pytest.raises(TimedOut):
        await ptb_bot.send_message(an.user_id, "chào", read_timeout=0.2)
    assert [entry.fault for entry in api.deliveries] == [kind, kind]


async def test_refusals_can_be_had_by_description(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    api.faults.add("refuse", status=403, description="Forbidden: user is deactivated")
    api.faults.add("refuse", status=400, description="Bad Request: SOMETHING_NEW")
    api.faults.add("refuse", status=500, description="Internal Server Error: restart")
    with pytest.raises(TelegramForbiddenError, match="user is deactivated"):
        await aiogram_bot.send_message(an.user_id, "chào")
    with pytest.raises(TelegramBadRequest, match="SOMETHING_NEW"):
        await aiogram_bot.send_message(an.user_id, "chào")
    with pytest.raises(RestartingTelegram):
        await aiogram_bot.send_message(an.user_id, "chào")
    assert an.sees == []
    with pytest.raises(ValueError, match="no such fault"):
        api.faults.add("gremlin")


async def test_a_fault_strikes_whom_it_is_meant_for_and_as_often_as_it_says(
    aiogram_bot: Bot, api: BotApi, an: Person
) -> None:
    binh = api.person(12, "Bình", started=True)
    api.faults.add("refuse", chat_id=binh.user_id, times=None, every=2, status=403, description="Forbidden: new")
    went = []
    for person in (an, binh, an, binh, binh, binh):
        try:
            went.append((await aiogram_bot.send_message(person.user_id, "chào")).chat.first_name)
        except TelegramForbiddenError:
            went.append(None)
    assert went == ["An", "Bình", "An", None, "Bình", None]
    api.faults.clear()
    assert await aiogram_bot.send_message(binh.user_id, "chào")


async def test_inside_a_429_window_every_call_is_refused_and_counted(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    binh = api.person(12, "Bình", started=True)
    api.faults.add("flood", seconds=10)
    with pytest.raises(TelegramRetryAfter):
        await aiogram_bot.send_message(an.user_id, "chào")
    assert api.early_calls == []
    api.clock.forward(4)
    with pytest.raises(TelegramRetryAfter) as caught:
        await aiogram_bot.send_chat_action(binh.user_id, "typing")
    assert caught.value.retry_after in (6, 7)
    assert [call.chat_id for call in api.early_calls] == [binh.user_id]
    assert await aiogram_bot.get_updates() == []  # answered by the server itself
    api.clock.forward(7)
    assert await aiogram_bot.send_message(an.user_id, "chào")


async def test_a_chats_window_leaves_others_alone_and_the_header_says_it_too(api: BotApi, an: Person) -> None:
    binh = api.person(12, "Bình", started=True)
    api.flood.close(30, an.user_id)
    url = f"{api.url}/bot{api.token}/sendMessage"
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data={"chat_id": an.user_id, "text": "chào"}) as closed:
            assert (closed.status, closed.headers["Retry-After"]) == (429, "30")
            assert (await closed.json())["parameters"] == {"retry_after": 30}
        async with session.post(url, data={"chat_id": binh.user_id, "text": "chào"}) as open_:
            assert open_.status == 200


async def test_a_cap_closes_the_window_by_itself_and_early_calls_extend_it() -> None:
    noon = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    statuses = []
    async with BotApi(moments=lambda: noon, anyone=True) as api, aiohttp.ClientSession() as session:
        api.flood.cap, api.flood.ban_seconds, api.flood.extends = 3, 5.0, True
        url = f"{api.url}/bot{api.token}/sendMessage"
        for _ in range(5):
            async with session.post(url, json={"chat_id": 11, "text": "chào"}) as answer:
                statuses.append((answer.status, answer.headers.get("Retry-After")))
    assert [status for status, _ in statuses] == [200, 200, 200, 429, 429]
    assert statuses[-1][1] == "10"
    assert len(api.early_calls) == 1
    assert api.peak_per_second() == 5
    assert api.peak_per_second(chat_id=12) == 0


async def test_a_server_gone_dark_refuses_connections_and_comes_back_as_it_was(
    aiogram_bot: Bot, api: BotApi, an: Person
) -> None:
    await aiogram_bot.send_message(an.user_id, "trước")
    await api.goes_dark()
    with pytest.raises(TelegramNetworkError, match=r"ClientConnectorError|ServerDisconnected|ClientOSError"):
        await aiogram_bot.send_message(an.user_id, "không tới")
    with pytest.raises(TelegramNetworkError, match="ClientConnectorError"):
        await aiogram_bot.send_message(an.user_id, "không tới")
    await api.comes_back()
    await aiogram_bot.send_message(an.user_id, "sau")
    assert [seen.text for seen in an.sees] == ["trước", "sau"]


async def test_a_group_that_moved_says_where_to(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    api.faults.add("refuse", description=words, parameters={"migrate_to_chat_id": -1001})
    with pytest.raises(TelegramMigrateToChat) as caught:
        await aiogram_bot.send_message(an.user_id, "chào")
    assert caught.value.migrate_to_chat_id == -1001


async def test_a_late_answer_to_a_tap_is_refused(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    keys = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="1", callback_data="a")]])
    await aiogram_bot.send_message(an.user_id, "Câu 1", reply_markup=keys)
    tap = await an.taps("1")
    api.clock.forward(api.callback_window + 1)
    for query_id in (tap.body["callback_query"]["id"], "12345"):
        with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
            await aiogram_bot.answer_callback_query(query_id)


async def test_the_log_is_on_disk_before_the_answer(tmp_path: Path) -> None:
    log = tmp_path / "deliveries.jsonl"
    async with BotApi(log=log, anyone=True) as api, aiohttp.ClientSession() as session:
        api.faults.add("hang")
        params = {"chat_id": 5, "text": "chào"}
        call = asyncio.create_task(session.post(f"{api.url}/bot{api.token}/sendMessage", json=params).__aenter__())
        while not api.deliveries:  # noqa: ASYNC110  # until the call has arrived
            await asyncio.sleep(0.001)
        [entry] = read_log(log)
        call.cancel()
        async with session.post(f"{api.url}/bot{api.token}/sendMessage", json=params) as answer:
            assert answer.status == 200
    assert (entry.chat_id, entry.text, entry.fault, entry.method) == (5, "chào", "hang", "sendMessage")
    assert api.log.duplicates() == {(5, "chào"): 2}
