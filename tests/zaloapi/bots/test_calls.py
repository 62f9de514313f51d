"""Sending and asking: envelopes, lengths, the month's messages, fifty people a bot."""

import pytest

from tests.zaloapi.bots.conftest import Calls
from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots


async def test_a_bot_says_who_it_is_and_a_wrong_token_is_refused(api: ZaloBots, calls: Calls) -> None:
    status, answer = await calls("getMe")
    assert (status, answer["ok"], answer["result"]["account_type"]) == (200, True, "BASIC")
    _, refused = await calls("getMe", token="10000001:another")
    assert refused == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_a_refusal_comes_with_200_or_with_its_own_status(api: ZaloBots, calls: Calls) -> None:
    assert (await calls("sendMessage", chat_id="nobody", text="chào"))[0] == 200
    api.polite = True
    status, answer = await calls("sendMessage", chat_id="nobody", text="chào")
    assert (status, answer["error_code"]) == (404, 404)


async def test_a_text_is_shown_and_logged(api: ZaloBots, calls: Calls, an: Person) -> None:
    _, answer = await calls("sendMessage", chat_id=an.chat_id, text="Câu 1/2")
    assert answer["result"].keys() == {"message_id", "date"}
    assert an.last.text == "Câu 1/2"
    assert [(one.chat_id, one.text) for one in api.deliveries] == [(an.chat_id, "Câu 1/2")]


@pytest.mark.parametrize(
    ("text", "good"), [("", False), ("x" * 2000, True), ("x" * 2001, False), ("😀" * 1000, True), ("😀" * 1001, False)]
)
async def test_texts_have_one_to_two_thousand_characters(calls: Calls, an: Person, text: str, good: bool) -> None:
    assert (await calls("sendMessage", chat_id=an.chat_id, text=text))[1]["ok"] is good


async def test_what_is_not_documented_is_refused(calls: Calls, an: Person) -> None:
    _, markup = await calls("sendMessage", chat_id=an.chat_id, text="chào", reply_markup={})
    _, method = await calls("editMessageText", chat_id=an.chat_id, text="chào")
    assert (markup["error_code"], method["error_code"]) == (400, 400)


async def test_both_directions_count_and_the_month_begins_anew(api: ZaloBots, calls: Calls, an: Person) -> None:
    api.bot.quota.most = 3
    await an.says("1")
    for _ in range(2):
        assert (await calls("sendMessage", chat_id=an.chat_id, text="tin"))[1]["ok"]
    _, refused = await calls("sendMessage", chat_id=an.chat_id, text="tin")
    assert (refused["error_code"], api.bot.quota.used) == (429, 3)
    api.bot.quota.counts_received = False
    assert (await calls("sendMessage", chat_id=an.chat_id, text="tin"))[1]["ok"]
    api.clock.forward(31 * 86_400)
    assert api.bot.quota.used == 0


async def test_the_fifty_first_person_is_never_heard(api: ZaloBots, calls: Calls) -> None:
    for number in range(50):
        api.bot.person(f"Người {number}", started=True)
    late = api.bot.person("Người 51")
    assert await late.says("chào") is None
    assert not (await calls("sendMessage", chat_id=late.chat_id, text="chào"))[1]["ok"]


async def test_a_photo_is_fetched_by_its_address(api: ZaloBots, calls: Calls, an: Person) -> None:
    async def fetch(url: str) -> tuple[int, str, bytes]:
        return (200, "image/png", b"PNG") if url.endswith("/good") else (404, "text/html", b"")

    api.fetch = fetch
    good = {"photo": "https://nep.example.vn/good", "caption": "Tham gia"}
    assert (await calls("sendPhoto", chat_id=an.chat_id, **good))[1]["ok"]
    assert (an.last.text, an.last.photo) == ("Tham gia", b"PNG")
    for bad in ("https://nep.example.vn/gone", "photo.png"):
        assert (await calls("sendPhoto", chat_id=an.chat_id, photo=bad))[1]["error_code"] == 400


async def test_three_dots_are_answered_without_a_result(api: ZaloBots, calls: Calls, an: Person) -> None:
    assert (await calls("sendChatAction", chat_id=an.chat_id, action="typing"))[1] == {"ok": True}
    assert api.bot.typing == [an.chat_id]
