"""python-zalo-bot, written by other people, talks to the same server, as far as its own faults allow.

Those faults are pinned too: they are why the product has a client of its own.
"""

from collections.abc import AsyncIterator

import pytest
import zalo_bot
from zalo_bot.error import Forbidden, InvalidToken, NetworkError

from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots


@pytest.fixture
async def bot(api: ZaloBots) -> AsyncIterator[zalo_bot.Bot]:
    """The client that Zalo's pages link to, pointed at our server."""
    async with zalo_bot.Bot(api.bot.token, base_url=api.url) as client:
        yield client


async def test_it_knows_itself_hears_and_answers(bot: zalo_bot.Bot, api: ZaloBots, an: Person) -> None:
    assert (await bot.get_me()).id == api.bot.number
    await an.says("Câu B")
    update = await bot.get_update(timeout=1)
    assert update.message.text == "Câu B"
    assert update.message.chat.id == an.chat_id
    sent = await bot.send_message(an.chat_id, "Đã ghi nhận.")
    assert an.last.text == "Đã ghi nhận."
    assert sent.message_id == an.last.message_id
    await bot.send_chat_action(an.chat_id, "typing")
    assert api.bot.typing == [an.chat_id]


async def test_it_sends_a_photo_by_its_address(bot: zalo_bot.Bot, api: ZaloBots, an: Person) -> None:
    async def fetch(url: str) -> tuple[int, str, bytes]:
        return 200, "image/png", url.encode()

    api.fetch = fetch
    await bot.send_photo(an.chat_id, "Tham gia 84,6%", "https://nep.example.vn/a.png")
    assert (an.last.text, an.last.photo) == ("Tham gia 84,6%", b"https://nep.example.vn/a.png")


async def test_refusals_with_a_status_become_its_own_errors(bot: zalo_bot.Bot, api: ZaloBots, an: Person) -> None:
    api.polite = True
    api.faults.add("refuse", status=403, description="Internal server error")
    with pytest.raises(Forbidden):
        await bot.send_message(an.chat_id, "chào")
    with pytest.raises(InvalidToken):
        await bot.send_message("nobody", "chào")
    api.faults.add("bare_502")
    with pytest.raises(NetworkError):
        await bot.send_message(an.chat_id, "chào")


async def test_its_faults_a_quota_that_is_used_up_passes_for_silence(
    bot: zalo_bot.Bot, api: ZaloBots, an: Person
) -> None:
    """`ok: false` with 200 is no error to it, and an idle poll is nothing at all."""
    api.bot.quota.most = 0
    assert await bot.send_message(an.chat_id, "chào") is None
    assert await bot.get_update(timeout=1) is None
    assert an.sees == []


async def test_a_webhook_is_set_by_its_inner_methods_alone(bot: zalo_bot.Bot) -> None:
    """The public ones start an event loop of their own, which fails wherever one runs."""
    assert await bot._set_webhook_async("https://nep.example.vn/zalo", "S3cret-of-tests")
    assert (await bot._get_webhook_info_async()).url == "https://nep.example.vn/zalo"
    assert await bot._delete_webhook_async()
