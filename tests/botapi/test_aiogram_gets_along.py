"""aiogram talks to the server as it would to Telegram."""

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    MenuButtonCommands,
)

from tests.botapi.people import Person
from tests.botapi.photos import png_of
from tests.botapi.server import BotApi

KEYS = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=f"q1:{label}") for label in "123"]]
)


async def test_it_knows_who_it_is(aiogram_bot: Bot) -> None:
    me = await aiogram_bot.get_me()
    assert me.is_bot
    assert me.username == "nep_cong_so_bot"


async def test_a_question_is_sent_tapped_answered_and_edited(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    sent = await aiogram_bot.send_message(an.user_id, "<b>Câu 1/2.</b> Chọn số", parse_mode="HTML", reply_markup=KEYS)
    assert sent.text == "Câu 1/2. Chọn số"
    assert sent.entities is not None
    assert sent.entities[0].extract_from(sent.text) == "Câu 1/2."
    assert an.last.labels == ["1", "2", "3"]

    await an.taps("2")
    [update] = await aiogram_bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "q1:2"
    assert await aiogram_bot.answer_callback_query(update.callback_query.id, text="Đã ghi")
    assert an.toasts == ["Đã ghi"]

    await aiogram_bot.edit_message_text("Đã chọn 2", chat_id=an.user_id, message_id=sent.message_id)
    assert an.last.text == "Đã chọn 2"
    assert an.last.buttons == []
    assert [one.method for one in api.deliveries] == ["sendMessage", "editMessageText"]


async def test_every_act_of_a_person_is_an_update_aiogram_can_read(aiogram_bot: Bot, an: Person) -> None:
    await an.says("/start MA-MOI")
    await an.shares_contact(own=True)
    await an.sends_sticker()
    await an.sends_document("CauHoi.xlsx", b"PK")
    await an.edits("sửa lại", 1)
    await an.says_in_group(-100123, "chào nhóm")
    await an.blocks()
    await an.unblocks()
    updates = await aiogram_bot.get_updates(timeout=1)
    assert [update.event_type for update in updates] == [
        *["message"] * 4,
        "edited_message",
        "message",
        *["my_chat_member"] * 2,
    ]
    assert updates[0].message is not None
    assert updates[0].message.entities is not None
    assert updates[0].message.entities[0].type == "bot_command"


async def test_commands_are_kept_per_scope_and_menu_button_is_taken(aiogram_bot: Bot, an: Person) -> None:
    commands = [BotCommand(command="thongke", description="Thống kê")]
    scope = BotCommandScopeChat(chat_id=an.user_id)
    assert await aiogram_bot.set_my_commands(commands, scope=scope)
    # Objects that came through a bot carry it and never equal ones that did not.
    assert [one.command for one in await aiogram_bot.get_my_commands(scope=scope)] == ["thongke"]
    assert await aiogram_bot.get_my_commands() == []
    assert await aiogram_bot.delete_my_commands(scope=scope)
    assert await aiogram_bot.get_my_commands(scope=scope) == []
    assert await aiogram_bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert await aiogram_bot.send_chat_action(an.user_id, "typing")


async def test_a_file_goes_out_and_one_comes_in(aiogram_bot: Bot, an: Person) -> None:
    report = await aiogram_bot.send_document(an.user_id, BufferedInputFile(b"docx", "BaoCao.docx"), caption="Báo cáo")
    assert report.document is not None
    assert an.last.document == "BaoCao.docx"
    photo = await aiogram_bot.send_photo(an.user_id, BufferedInputFile(png_of(8, 6), "qr.png"))
    assert photo.photo
    assert [(one.width, one.height) for one in photo.photo] == [(8, 6)]
    again = await aiogram_bot.send_document(an.user_id, report.document.file_id)
    assert again.document == report.document

    update = await an.sends_document("CauHoi.xlsx", b"PK bytes")
    fetched = await aiogram_bot.download(update.body["message"]["document"]["file_id"])
    assert fetched is not None
    assert fetched.read() == b"PK bytes"


async def test_an_inline_query_is_answered_and_seen(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    await an.asks_inline("trang phuc")
    [update] = await aiogram_bot.get_updates()
    assert update.inline_query is not None
    assert (update.inline_query.query, update.inline_query.chat_type) == ("trang phuc", "supergroup")
    content = InputTextMessageContent(message_text="Gọn gàng.")
    article = InlineQueryResultArticle(id="TP", title="Trang phục", input_message_content=content)
    button = InlineQueryResultsButton(text="Kết nối", start_parameter="ketnoi")
    assert await update.inline_query.answer([article], cache_time=5, is_personal=True, button=button)
    [answer] = an.offered
    assert (answer.offers[0].title, answer.offers[0].text) == ("Trang phục", "Gọn gàng.")
    assert (answer.button, answer.cache_time, answer.is_personal) == (("Kết nối", "ketnoi"), 5, True)
    with pytest.raises(TelegramBadRequest, match="RESULT_ID_DUPLICATE"):
        await update.inline_query.answer([article, article])
    with pytest.raises(TelegramBadRequest, match="START_PARAM_INVALID"):
        await update.inline_query.answer([], button=InlineQueryResultsButton(text="x", start_parameter="kết nối"))
    api.clock.forward(16)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await update.inline_query.answer([])


async def test_an_inline_query_nobody_fetched_expires(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    await an.asks_inline("trang phuc")
    api.clock.forward(31)
    assert await aiogram_bot.get_updates() == []


async def test_a_person_who_blocked_the_bot_is_forbidden(aiogram_bot: Bot, an: Person) -> None:
    await an.blocks()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await aiogram_bot.send_message(an.user_id, "chào")
    await an.unblocks()
    assert await aiogram_bot.send_message(an.user_id, "chào")


async def test_a_person_who_never_started_cannot_be_written_to(aiogram_bot: Bot, api: BotApi) -> None:
    em = api.person(55, "Em")
    with pytest.raises(TelegramForbiddenError, match="can't initiate conversation"):
        await aiogram_bot.send_message(em.user_id, "chào")


async def test_flood_control_names_the_seconds(aiogram_bot: Bot, api: BotApi, an: Person) -> None:
    api.faults.add("flood", seconds=7)
    with pytest.raises(TelegramRetryAfter) as caught:
        await aiogram_bot.send_message(an.user_id, "chào")
    assert caught.value.retry_after == 7


async def test_a_wrong_token_and_an_unknown_method(api: BotApi, aiogram_bot: Bot, an: Person) -> None:
    async with Bot("4242424242:" + "x" * 35, session=aiogram_bot.session) as stranger:
        with pytest.raises(TelegramUnauthorizedError):
            await stranger.get_me()
    async with Bot(api.token, session=aiogram_bot.session) as bot:
        with pytest.raises(TelegramNotFound, match="method not found"):
            await bot.send_dice(an.user_id)
