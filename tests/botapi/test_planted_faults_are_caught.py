"""A sloppy bot is refused: what goes over the wire is checked call by call."""

from typing import Any

import aiohttp
import pytest

from tests.botapi.people import Person
from tests.botapi.server import BotApi

OK = {"text": "1", "callback_data": "a"}


def keyboard(*rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """An inline keyboard as JSON."""
    return {"inline_keyboard": list(rows), **more}


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown parameter": ({"text": "a", "parse_mod": "HTML"}, 'unknown parameter "parse_mod"'),
    "missing text": ({}, "message text is empty"),
    "blank text": ({"text": " \n"}, "message text is empty"),
    "nothing but tags": ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
    "4097 characters": ({"text": "ă" * 4097}, "message is too long"),
    "unknown tag": (
        {"text": "Ông <nguyen>", "parse_mode": "HTML"},
        'can\'t parse entities: Unsupported start tag "nguyen" at byte offset 5',
    ),
    "unknown mode": ({"text": "a", "parse_mode": "BBCode"}, "unsupported parse_mode"),
    "65 bytes in a button": (
        {"text": "a", "reply_markup": keyboard([{"text": "1", "callback_data": "ă" * 32 + "b"}])},
        "BUTTON_DATA_INVALID",
    ),
    "empty callback_data": (
        {"text": "a", "reply_markup": keyboard([{"text": "1", "callback_data": ""}])},
        "BUTTON_DATA_INVALID",
    ),
    "a button that does nothing": (
        {"text": "a", "reply_markup": keyboard([{"text": "1"}])},
        "Text buttons are unallowed",
    ),
    "a button that does two things": (
        {"text": "a", "reply_markup": keyboard([{**OK, "url": "https://example.org"}])},
        "more than one of",
    ),
    "a button without words": ({"text": "a", "reply_markup": keyboard([{**OK, "text": ""}])}, "text must be non-empty"),
    "nine buttons in a row": ({"text": "a", "reply_markup": keyboard([OK] * 9)}, "reply markup is too long"),
    "101 buttons": ({"text": "a", "reply_markup": keyboard(*[[OK]] * 101)}, "reply markup is too long"),
    "a typo in a button": (
        {"text": "a", "reply_markup": keyboard([{**OK, "calback": "b"}])},
        'unknown field "calback"',
    ),
    "a typo in the keyboard": ({"text": "a", "reply_markup": keyboard([OK], resize=True)}, 'unknown field "resize"'),
    "a keyboard that is none": ({"text": "a", "reply_markup": {"keys": []}}, "can't parse reply keyboard markup"),
    "a number that is none": ({"text": "a", "message_thread_id": "x"}, 'parameter "message_thread_id" is wrong'),
    "a message to reply to that is gone": (
        {"text": "a", "reply_parameters": {"message_id": 999}},
        "message to be replied not found",
    ),
}


async def refused(api: BotApi, method: str, params: dict[str, Any]) -> str:
    """Call with JSON; the description of the 400 that must come."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{api.url}/bot{api.token}/{method}", json=params) as answer,
    ):
        told = await answer.json()
    assert (answer.status, told["ok"], told["error_code"]) == (400, False, 400)
    assert told["description"].startswith("Bad Request: ")
    return str(told["description"])


@pytest.mark.parametrize(("params", "reason"), CASES.values(), ids=CASES.keys())
async def test_a_faulty_message_never_reaches_anybody(
    api: BotApi, an: Person, params: dict[str, Any], reason: str
) -> None:
    assert reason in await refused(api, "sendMessage", {"chat_id": an.user_id, **params})
    assert an.sees == []
    assert api.deliveries == []


async def test_other_methods_are_checked_too(api: BotApi, an: Person) -> None:
    assert "chat_id is empty" in await refused(api, "sendMessage", {"text": "a"})
    assert "chat not found" in await refused(api, "sendMessage", {"chat_id": "@ai_do", "text": "a"})
    assert '"callback_query_id" is required' in await refused(api, "answerCallbackQuery", {})
    long = {"callback_query_id": "1", "text": "a" * 201}
    assert "MESSAGE_TOO_LONG" in await refused(api, "answerCallbackQuery", long)
    gone = {"chat_id": an.user_id, "message_id": 5}
    assert "message to edit not found" in await refused(api, "editMessageText", {**gone, "text": "a"})
    assert "message to delete not found" in await refused(api, "deleteMessage", gone)
    await an.says("của An")
    own = {"chat_id": an.user_id, "message_id": 1, "text": "a"}
    assert "message can't be edited" in await refused(api, "editMessageText", own)
    command = {"command": "ThongKe", "description": "Thống kê"}
    assert "BOT_COMMAND_INVALID" in await refused(api, "setMyCommands", {"commands": [command]})
    caption = {"chat_id": an.user_id, "document": "attach://x", "caption": "a" * 1025}
    assert "caption is too long" in await refused(api, "sendDocument", caption)
    assert "HTTPS URL" in await refused(api, "setWebhook", {"url": "http://example.org"})
    assert "unallowed characters" in await refused(api, "setWebhook", {"url": "https://a.b", "secret_token": "bí mật"})


async def test_exactly_as_much_as_is_allowed_goes_through(api: BotApi, an: Person) -> None:
    text = "<b>" + "ă" * 4096 + "</b>"
    keys = keyboard(*[[{"text": "1", "callback_data": "a" * 64}] * 8] * 12)
    params = {"chat_id": an.user_id, "text": text, "parse_mode": "HTML", "reply_markup": keys}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{api.url}/bot{api.token}/sendMessage", json=params) as answer,
    ):
        assert answer.status == 200
    assert len(an.last.text) == 4096


async def test_the_same_edit_twice_is_refused_as_not_modified(api: BotApi, an: Person) -> None:
    url = f"{api.url}/bot{api.token}"
    async with aiohttp.ClientSession() as session:
        await session.get(f"{url}/sendMessage", params={"chat_id": an.user_id, "text": "một"})
        edit = {"chat_id": an.user_id, "message_id": 1, "text": "hai"}
        async with session.post(f"{url}/editMessageText", data=edit) as first:
            assert first.status == 200
    assert "message is not modified" in await refused(api, "editMessageText", edit)


async def test_wrong_doors_are_closed(api: BotApi) -> None:
    doors = {
        f"/bot{api.token}/sendLove": (404, "Not Found: method not found"),
        "/bot4242424242:" + "x" * 35 + "/getMe": (401, "Unauthorized"),
        "/botnonsense/getMe": (404, "Not Found"),
        f"/file/bot{api.token}/documents/none.xlsx": (404, "Not Found"),
    }
    async with aiohttp.ClientSession() as session:
        for path, expected in doors.items():
            async with session.get(api.url + path) as answer:
                assert (answer.status, (await answer.json())["description"]) == expected
