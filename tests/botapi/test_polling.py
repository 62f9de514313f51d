"""Long polling: pages, offsets, expiry, and two pollers at once."""

import asyncio
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from aiogram.methods import TelegramMethod
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from tests.botapi.people import Person
from tests.botapi.receiving import slow_down
from tests.botapi.server import BotApi


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without typing the answer: one strange update must not block a page."""

    __api_method__ = "getUpdates"
    __returning__ = list[dict[str, Any]]

    offset: int | None = None
    limit: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


ONE_BUTTON = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="1", callback_data="q1:1")]])


async def ids(bot: Bot, **asked: Any) -> list[int]:
    """The update ids of one page."""
    return [update["update_id"] for update in await bot(RawUpdates(**asked))]


async def test_only_an_offset_confirms_and_it_does_so_unseen(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    sent = [(await an.says(str(number))).update_id for number in range(4)]
    assert await ids(aiogram_bot, limit=2) == sent[:2]
    assert await ids(aiogram_bot) == sent
    assert api.updates.confirmed == []
    assert await ids(aiogram_bot, offset=sent[2]) == sent[2:]
    assert [queued.update_id for queued in api.updates.confirmed] == sent[:2]
    assert await ids(aiogram_bot, offset=-1) == sent[3:]
    assert await ids(aiogram_bot) == sent[3:]


async def test_a_page_holds_a_hundred_at_most(aiogram_bot: Bot, an: Person) -> None:
    for number in range(101):
        await an.says(str(number))
    assert len(await ids(aiogram_bot, limit=1000)) == 100


async def test_a_long_poll_wakes_up_for_a_message(api: BotApi, aiogram_bot: Bot, an: Person) -> None:
    api.time_factor = 1.0
    waiting = asyncio.create_task(ids(aiogram_bot, timeout=30))
    while api.poller.pending is None:  # noqa: ASYNC110  # until the request has arrived
        await asyncio.sleep(0.001)
    update = await an.says("2")
    assert await asyncio.wait_for(waiting, 2) == [update.update_id]


async def test_the_older_of_two_pollers_gets_409(api: BotApi, aiogram_bot: Bot, an: Person) -> None:
    api.time_factor = 0.05  # a poll of 50 s lasts 2.5 s
    older = asyncio.create_task(ids(aiogram_bot, timeout=50))
    while api.poller.pending is None:  # noqa: ASYNC110  # until the request has arrived
        await asyncio.sleep(0.001)
    api.time_factor = 0.001
    assert await ids(aiogram_bot, timeout=1) == []
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await older
    update = await an.says("2")
    assert await ids(aiogram_bot) == [update.update_id]


async def test_setting_a_webhook_ends_a_pending_poll(api: BotApi, aiogram_bot: Bot) -> None:
    api.time_factor = 0.05
    pending = asyncio.create_task(ids(aiogram_bot, timeout=50))
    while api.poller.pending is None:  # noqa: ASYNC110  # until the request has arrived
        await asyncio.sleep(0.001)
    api.time_factor = 0.001
    await aiogram_bot.set_webhook("https://example.org/hook")
    with pytest.raises(TelegramConflictError):
        await pending


async def test_a_tap_lives_150_seconds_and_a_message_a_day(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    await aiogram_bot.send_message(an.user_id, "Câu 1", reply_markup=ONE_BUTTON)
    tap, text = await an.taps("1"), await an.says("1")
    api.clock.forward(140)
    assert await ids(aiogram_bot) == [tap.update_id, text.update_id]
    api.clock.forward(20)
    assert await ids(aiogram_bot) == [text.update_id]
    api.clock.forward(86_400)
    assert await ids(aiogram_bot) == []
    assert [queued.kind for queued in api.updates.expired] == ["callback_query", "message"]
    assert api.updates.confirmed == []


async def test_the_same_update_can_come_again_and_a_tap_twice_under_new_ids(aiogram_bot: Bot, api: BotApi) -> None:
    binh = api.person(12, "Bình", started=True)
    await aiogram_bot.send_message(binh.user_id, "Câu 1", reply_markup=ONE_BUTTON)
    first, second = await binh.taps_twice_with_new_ids("1")
    assert first.body["callback_query"]["id"] != second.body["callback_query"]["id"]
    assert first.body["callback_query"]["data"] == second.body["callback_query"]["data"]
    assert await ids(aiogram_bot, offset=second.update_id + 1) == []
    api.redeliver(first)
    assert await ids(aiogram_bot, offset=second.update_id + 1) == [first.update_id]
    assert await ids(aiogram_bot, offset=second.update_id + 1) == []


async def test_ids_may_jump_back_after_idleness_without_loss(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    old = await an.says("một")
    assert await ids(aiogram_bot, offset=old.update_id + 1) == []
    api.updates.jump_to(5_000)
    new = await an.says("hai")
    assert new.update_id == 5_000
    # An offset far ahead is taken for another numbering: answered from the head, nothing forgotten.
    assert await ids(aiogram_bot, offset=old.update_id + 1) == [5_000]
    assert await ids(aiogram_bot, offset=5_001) == []


async def test_kinds_that_were_not_asked_for_do_not_come(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    assert await ids(aiogram_bot, allowed_updates=["callback_query"]) == []
    await an.says("không ai nghe")
    assert await ids(aiogram_bot) == []
    strange = api.inject("brand_new_thing", {"a": 1})
    assert await ids(aiogram_bot, allowed_updates=[]) == [strange.update_id]
    text = await an.says("nghe")
    assert await ids(aiogram_bot, offset=-1) == [text.update_id]


async def test_a_full_queue_drops_in_silence(api: BotApi, aiogram_bot: Bot, an: Person) -> None:
    api.updates.capacity = 2
    kept = [(await an.says(str(number))).update_id for number in range(3)][:2]
    assert await ids(aiogram_bot) == kept
    assert api.updates.overflowed == 1


async def test_a_poller_that_hammers_is_slowed_down(api: BotApi) -> None:
    api.anti_hammer, api.time_factor = True, 0.02
    assert await slow_down(api, 5, 100) == 100
    asked_at = asyncio.get_running_loop().time()
    assert await slow_down(api, 5, 100) == 1
    assert asyncio.get_running_loop().time() - asked_at > 0.05
    assert await slow_down(api, 6, 100) == 100
