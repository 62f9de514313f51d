"""The door put together: who it is, what it hears, and when it closes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.heard import TEXT
from bot.troubles import CallFailed, DoorClosed
from bot.zalo.bots.door import ZaloBotDoor
from bot.zalo.bots.options import Options, WebhookOptions, channel_of, number_of
from content.phrases import Phrases
from store.database import Database
from tests.conftest import Clock
from tests.zalo.bots.conftest import link, until
from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots

NOW = datetime(2026, 11, 25, tzinfo=UTC)
HOOK = WebhookOptions("https://nep.example.vn/zalo/", SecretStr("S3cret-of-tests"))


@pytest.fixture
async def opens(
    options: Options, database: Database, clock: Clock, phrases: Phrases, woken: list[None]
) -> AsyncIterator[Callable[..., ZaloBotDoor]]:
    """Doors that are closed at the end of the test."""
    made: list[ZaloBotDoor] = []

    def build(chosen: Options = options) -> ZaloBotDoor:
        made.append(ZaloBotDoor(chosen, database, clock, phrases, lambda: woken.append(None), link))
        return made[-1]

    yield build
    for door in made:
        await door.close()


async def test_a_door_knows_its_name_and_hears_its_own_channel(opens: Callable[..., ZaloBotDoor]) -> None:
    door = opens()
    assert await door.check() == "bot.10000001"
    assert (door.name, door.channel.name, door.routes) == ("zalo-bot:10000001", "zalo-bot:10000001", [])
    heard = door.hear('{"event_name":"message.text.received","message":{"chat":{"id":"a1"},"text":"2"}}', NOW)
    assert heard is not None
    assert (heard.channel, heard.address, heard.kind, heard.text) == (door.name, "a1", TEXT, "2")


async def test_it_polls_without_a_webhook_and_has_a_route_of_its_own_with_one(
    opens: Callable[..., ZaloBotDoor], options: Options, api: ZaloBots, an: Person, woken: list[None]
) -> None:
    door = opens()
    task = asyncio.create_task(door.run())
    await an.says("chào")
    await until(lambda: woken)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    hooked = opens(replace(options, webhook=HOOK))
    assert [route.path for route in hooked.routes] == ["/zalo/10000001"]
    task = asyncio.create_task(hooked.run())
    await until(lambda: hooked.trouble)  # nobody serves that address here
    assert (hooked.trouble, api.bot.webhook.url) == (
        "zalobot.trouble.unverified",
        "https://nep.example.vn/zalo/10000001",
    )
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_token_zalo_does_not_know_closes_the_door(
    opens: Callable[..., ZaloBotDoor], options: Options, api: ZaloBots
) -> None:
    door = opens(replace(options, token=SecretStr("10000009:another-token")))
    with pytest.raises(DoorClosed, match=r"zalobot\.closed\.token"):
        await door.check()
    with pytest.raises(DoorClosed, match=r"zalobot\.closed\.token"):
        await door.run()


async def test_a_platform_that_is_away_is_no_reason_to_close(opens: Callable[..., ZaloBotDoor], api: ZaloBots) -> None:
    await api.goes_dark()
    with pytest.raises(CallFailed):
        await opens().check()


@pytest.mark.parametrize("token", ["", "abc", "123:", ":abcdefgh", "123:short", "12 3:abcdefgh", "123:bí-mật-lắm"])
def test_what_cannot_be_a_token_is_refused_without_quoting_it(
    opens: Callable[..., ZaloBotDoor], options: Options, token: str
) -> None:
    with pytest.raises(DoorClosed) as closed:
        opens(replace(options, token=SecretStr(token)))
    assert str(closed.value) == "zalobot.closed.token"


def test_the_number_in_front_names_the_bot() -> None:
    token = SecretStr("1459232241454765289:AbC-dEf_123456")
    assert (number_of(token), channel_of(token)) == ("1459232241454765289", "zalo-bot:1459232241454765289")
