"""python-telegram-bot, which knows nothing of aiogram, talks to the same server."""

from datetime import timedelta

import pytest
import telegram
from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

from tests.botapi.people import Person
from tests.botapi.photos import png_of
from tests.botapi.server import BotApi

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"q1:{label}") for label in "123"]])


async def test_a_question_is_sent_tapped_answered_and_edited(ptb_bot: telegram.Bot, an: Person) -> None:
    assert ptb_bot.username == "nep_cong_so_bot"
    sent = await ptb_bot.send_message(an.user_id, "<b>Câu 1/2.</b> Chọn số", parse_mode="HTML", reply_markup=KEYS)
    assert sent.parse_entities() == {sent.entities[0]: "Câu 1/2."}
    await an.taps("2")
    [update] = await ptb_bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "q1:2"
    assert await update.callback_query.answer("Đã ghi")
    assert an.toasts == ["Đã ghi"]
    await ptb_bot.edit_message_text("Đã chọn 2", chat_id=an.user_id, message_id=sent.message_id)
    assert an.last.text == "Đã chọn 2"
    assert await ptb_bot.get_updates(offset=update.update_id + 1, timeout=1) == ()


async def test_every_act_of_a_person_is_an_update_ptb_can_read(ptb_bot: telegram.Bot, an: Person) -> None:
    await an.says("/start MA-MOI")
    await an.shares_contact(own=False)
    await an.sends_sticker()
    await an.sends_document("CauHoi.xlsx", b"PK")
    await an.edits("sửa lại", 1)
    await an.says_in_group(-100123, "chào nhóm")
    await an.blocks()
    await an.unblocks()
    updates = await ptb_bot.get_updates()
    assert [update.effective_user.id for update in updates if update.effective_user] == [an.user_id] * 8
    contact = updates[1].message.contact if updates[1].message else None
    assert contact is not None
    assert contact.user_id != an.user_id
    assert updates[6].my_chat_member is not None
    assert updates[6].my_chat_member.new_chat_member.status == "kicked"


async def test_an_update_of_an_unknown_kind_passes_ptb(ptb_bot: telegram.Bot, api: BotApi, an: Person) -> None:
    api.inject("brand_new_thing", {"wonder": True})
    await an.says("2")
    unknown, known = await ptb_bot.get_updates()
    assert unknown.api_kwargs == {"brand_new_thing": {"wonder": True}}
    assert known.message is not None


async def test_commands_files_and_menu(ptb_bot: telegram.Bot, an: Person) -> None:
    commands = [BotCommand("thongke", "Thống kê"), BotCommand("trogiup", "Trợ giúp")]
    assert await ptb_bot.set_my_commands(commands)
    assert list(await ptb_bot.get_my_commands()) == commands
    assert await ptb_bot.set_chat_menu_button(an.user_id, telegram.MenuButtonCommands())
    report = await ptb_bot.send_document(an.user_id, b"docx", filename="BaoCao.docx", caption="Báo cáo")
    assert report.document is not None
    assert report.document.file_name == "BaoCao.docx"
    assert (await ptb_bot.send_photo(an.user_id, png_of(8, 6))).photo
    update = await an.sends_document("CauHoi.xlsx", b"PK bytes")
    found = await ptb_bot.get_file(update.body["message"]["document"]["file_id"])
    assert bytes(await found.download_as_bytearray()) == b"PK bytes"


async def test_an_inline_query_is_answered_and_seen(ptb_bot: telegram.Bot, an: Person) -> None:
    await an.asks_inline("deo the", "private")
    [update] = await ptb_bot.get_updates()
    assert update.inline_query is not None
    content = InputTextMessageContent("Thẻ có ảnh.")
    article = InlineQueryResultArticle("DT", "Đeo thẻ", content, description="Điều 6")
    button = InlineQueryResultsButton("Kết nối", start_parameter="ketnoi")
    assert await update.inline_query.answer([article], cache_time=0, button=button)
    [answer] = an.offered
    assert [(one.result_id, one.description, one.text) for one in answer.offers] == [("DT", "Điều 6", "Thẻ có ảnh.")]
    assert answer.button == ("Kết nối", "ketnoi")


async def test_refusals_become_its_own_errors(
    ptb_bot: telegram.Bot, api: BotApi, an: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without this the seconds come as a number together with a deprecation warning.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    api.faults.add("flood", seconds=7, chat_id=an.user_id)
    with pytest.raises(RetryAfter) as caught:
        await ptb_bot.send_message(an.user_id, "chào")
    assert caught.value.retry_after == timedelta(seconds=7)
    api.clock.forward(8)
    await an.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await ptb_bot.send_message(an.user_id, "chào")
    with pytest.raises(BadRequest, match="Chat not found"):
        await ptb_bot.send_message(999, "chào")
    with pytest.raises(BadRequest, match="unsupported start tag"):
        await ptb_bot.send_message(an.user_id, "<nguyen>", parse_mode="HTML")
    api.faults.add("html_502")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await ptb_bot.send_message(an.user_id, "chào")
    await ptb_bot.set_webhook("https://example.org/hook", secret_token="bi-mat")
    assert (await ptb_bot.get_webhook_info()).url == "https://example.org/hook"
    with pytest.raises(Conflict, match="webhook is active"):
        await ptb_bot.get_updates()
    assert await ptb_bot.delete_webhook()


async def test_a_wrong_token_is_told_at_once(api: BotApi) -> None:
    bot = telegram.Bot("4242424242:" + "x" * 35, base_url=f"{api.url}/bot", request=HTTPXRequest())
    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.shutdown()
