"""The person's side: what An sees and can do."""

from datetime import UTC, datetime

import pytest
from aiogram import Bot
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from aiohttp import ClientSession

from tests.botapi.calls import HANDLERS, Request
from tests.botapi.people import Person
from tests.botapi.rates import peak
from tests.botapi.server import BotApi


def keys(*labels: str) -> InlineKeyboardMarkup:
    """One row of buttons."""
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=one, callback_data=one) for one in labels]])


async def test_a_tap_finds_the_newest_button_by_label_or_beginning(aiogram_bot: Bot, an: Person) -> None:
    old = await aiogram_bot.send_message(an.user_id, "cũ", reply_markup=keys("1. Đồng ý"))
    new = await aiogram_bot.send_message(an.user_id, "mới", reply_markup=keys("1. Đồng ý", "2. Để sau", "2"))
    taps = [await an.taps("1"), await an.taps("2"), await an.taps("1. Đồng ý", old.message_id)]
    where = [tap.body["callback_query"]["message"]["message_id"] for tap in taps]
    assert where == [new.message_id, new.message_id, old.message_id]
    assert taps[1].body["callback_query"]["data"] == "2"
    with pytest.raises(LookupError, match="no button '9'; there are"):
        await an.taps("9")
    invented = await an.taps_invented("hack:1")
    assert invented.body["callback_query"]["data"] == "hack:1"


async def test_hearing_back_waits_for_what_comes_after_the_own_words(aiogram_bot: Bot, an: Person) -> None:
    await aiogram_bot.send_message(an.user_id, "cũ")
    await an.says("2")
    with pytest.raises(TimeoutError, match="An did not hear anything new; sees \\['cũ'\\]"):
        await an.hears_back(within=0.02)
    with pytest.raises(TimeoutError, match="did not hear 'cũ'"):
        await an.hears("cũ", within=0.02)
    sent = await aiogram_bot.send_message(an.user_id, "mới")
    assert (await an.hears_back()).text == "mới"
    await aiogram_bot.edit_message_text("mới hơn", chat_id=an.user_id, message_id=sent.message_id)
    assert (await an.hears("hơn")).message_id == sent.message_id


async def test_deleted_messages_disappear_within_48_hours(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    first = await aiogram_bot.send_message(an.user_id, "một")
    second = await aiogram_bot.send_message(an.user_id, "hai")
    assert await aiogram_bot.delete_message(an.user_id, first.message_id)
    assert [seen.text for seen in an.sees] == ["hai"]
    api.clock.forward(49 * 3600)
    with pytest.raises(Exception, match="message can't be deleted"):
        await aiogram_bot.delete_message(an.user_id, second.message_id)


async def test_the_keys_below_the_text_field_stay_until_removed(aiogram_bot: Bot, an: Person) -> None:
    key = KeyboardButton(text="Gửi số điện thoại", request_contact=True)
    await aiogram_bot.send_message(an.user_id, "Số?", reply_markup=ReplyKeyboardMarkup(keyboard=[[key]]))
    assert an.keyboard == [["Gửi số điện thoại"]]
    assert an.last.buttons == []
    await aiogram_bot.send_message(an.user_id, "Cảm ơn", reply_markup=ReplyKeyboardRemove())
    assert an.keyboard == []


async def test_a_mistake_of_the_server_itself_is_raised_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(request: Request) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(HANDLERS, "getMe", stumble)
    with pytest.raises(ZeroDivisionError):
        async with (
            BotApi() as api,
            ClientSession() as session,
            session.get(f"{api.url}/bot{api.token}/getMe") as answer,
        ):
            assert answer.status == 500


async def test_who_blocked_cannot_write(an: Person) -> None:
    await an.blocks()
    with pytest.raises(RuntimeError, match="blocked the bot"):
        await an.says("chào")


async def test_the_clock_can_be_somebody_elses() -> None:
    moment = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    async with BotApi(moments=lambda: moment) as api:
        update = await api.person(11).says("chào")
        assert update.body["message"]["date"] == int(moment.timestamp())
        assert update.expires_at == moment.timestamp() + 86_400
        api.clock.forward(60)
        assert api.clock.moment() == datetime(2026, 11, 24, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moments", "most"),
    [([], 0), ([1.0], 1), ([0.0, 0.5, 0.99], 3), ([0.0, 1.0, 2.0], 1), ([0.0, 0.9, 1.1, 1.2], 3)],
)
def test_the_peak_slides_over_half_open_seconds(moments: list[float], most: int) -> None:
    assert peak(moments) == most
