"""The door as the wiring page gets it: what goes in, what comes out, and how it says that it cannot work."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from bot.heard import TEXT, Heard
from bot.telegram.commands import COMMANDS
from bot.telegram.door import TelegramDoor, open_door
from bot.telegram.options import Options, WebhookOptions
from bot.troubles import CallFailed, DoorClosed
from content.phrases import Phrases
from scheduler.channel import Sent
from store import inbox
from store.database import Database
from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.conftest import Clock
from tests.telegram.conftest import parcel, until

HOOK = WebhookOptions("https://bot.example.gov.vn/telegram/hook", SecretStr("a-secret"))


@pytest.fixture
async def make_door(
    options: Options, database: Database, clock: Clock, phrases: Phrases
) -> AsyncIterator[Callable[..., TelegramDoor]]:
    """Doors, closed at the end of the test; they never really rest."""
    doors: list[TelegramDoor] = []

    async def pause(_: float) -> None:
        await asyncio.sleep(0)

    def make(chosen: Options = options, wake: Callable[[], None] = lambda: None) -> TelegramDoor:
        doors.append(TelegramDoor(chosen, database, clock, phrases, wake, pause=pause))
        return doors[-1]

    yield make
    for door in doors:
        await door.close()


def waiting(session: Session) -> list[str]:
    """The bodies in the inbox."""
    return [row.body for row in inbox.waiting(session, 100)]


async def test_what_an_says_comes_in_and_what_we_say_reaches_an(
    options: Options, database: Database, clock: Clock, phrases: Phrases, api: BotApi, an: Person
) -> None:
    woken = asyncio.Event()
    door = await open_door(options, database, clock, phrases, woken.set)
    assert (door.name, door.channel.name, door.routes, door.trouble) == ("telegram", "telegram", [], "")
    running = asyncio.create_task(door.run())
    await an.says("/start")
    async with asyncio.timeout(5):
        await woken.wait()
    [body] = await database.run(waiting)
    assert door.hear(body, clock()) == Heard("telegram", "11", TEXT, clock(), text="/start")
    assert isinstance(await door.channel.send(parcel()), Sent)
    await an.taps("1")
    await until(lambda: an.toasts)
    assert an.toasts == [phrases("telegram.toast.received")]
    await until(lambda: api.settings)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await door.close()


async def test_the_menu_holds_the_commands_in_latin_letters_with_vietnamese_words(
    make_door: Callable[..., TelegramDoor], api: BotApi, phrases: Phrases
) -> None:
    door = make_door()
    api.faults.add("refuse", "setMyCommands", status=500, description="Internal Server Error")
    running = asyncio.create_task(door.run())
    await until(lambda: api.settings)
    running.cancel()
    shown = json.dumps(api.settings, ensure_ascii=False, default=str)
    for command, key in COMMANDS.items():
        assert command in shown
        assert 1 <= len(phrases(key)) <= 256
    assert list(COMMANDS)[:2] == ["start", "menu"]


async def test_a_menu_telegram_refuses_keeps_nobody_from_chatting(
    make_door: Callable[..., TelegramDoor], api: BotApi, an: Person, caplog: pytest.LogCaptureFixture
) -> None:
    woken: list[None] = []
    door = make_door(wake=lambda: woken.append(None))
    api.faults.add("refuse", "setMyCommands", status=400, description="Bad Request: BOT_COMMAND_INVALID", times=None)
    running = asyncio.create_task(door.run())
    await until(lambda: "BOT_COMMAND_INVALID" in caplog.text)
    await an.says("1")
    await until(lambda: woken)
    running.cancel()


async def test_in_webhook_mode_it_tells_telegram_where_to_post_and_drops_nothing(
    make_door: Callable[..., TelegramDoor], options: Options, api: BotApi, an: Person
) -> None:
    await an.says("chờ sẵn")
    door = make_door(replace(options, webhook=HOOK))
    assert [route.path for route in door.routes] == ["/telegram/hook"]
    running = asyncio.create_task(door.run())
    await until(lambda: api.settings)
    running.cancel()
    assert (api.webhook.url, api.webhook.secret) == (HOOK.address, "a-secret")
    assert not api.updates.is_allowed("edited_message")
    assert [call.method for call in api.calls] == ["setWebhook", "setMyCommands"]
    assert len(api.updates.waiting) == 1
    await door.remove_webhook()
    assert api.webhook.url == ""


async def test_an_address_telegram_refuses_closes_the_door(
    make_door: Callable[..., TelegramDoor], options: Options, api: BotApi
) -> None:
    api.faults.add("refuse", "setWebhook", status=400, description="Bad Request: bad webhook: IP address is reserved")
    with pytest.raises(DoorClosed) as closed:
        await make_door(replace(options, webhook=HOOK)).run()
    assert closed.value.key == "telegram.closed.address"
    assert "reserved" in closed.value.reason


async def test_a_dead_token_closes_the_door_with_words_for_the_operator(
    make_door: Callable[..., TelegramDoor], options: Options, phrases: Phrases, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    planted = "7777777777:" + "PLANTED-token-that-nobody-may-ever-see"
    door = make_door(replace(options, token=SecretStr(planted)))
    for attempt in (door.run, door.check):
        with pytest.raises(DoorClosed) as closed:
            await attempt()
        assert "BotFather" in phrases(closed.value.key)
        assert "PLANTED" not in str(closed.value)
    assert "PLANTED" not in caplog.text


@pytest.mark.parametrize("token", ["", "no colon", "abc:def", "123:", "1 2:x"])
def test_a_token_that_cannot_be_one_does_not_open_the_door(
    make_door: Callable[..., TelegramDoor], options: Options, token: str
) -> None:
    with pytest.raises(DoorClosed) as closed:
        make_door(replace(options, token=SecretStr(token)))
    assert closed.value.key == "telegram.closed.token"


async def test_checking_names_the_bot_or_says_what_is_wrong(
    make_door: Callable[..., TelegramDoor], options: Options, api: BotApi
) -> None:
    assert await make_door().check() == "nep_cong_so_bot"
    nobody = make_door(replace(options, api_url="http://127.0.0.1:9"))
    with pytest.raises(CallFailed, match="not connected"):
        await nobody.check()


def test_the_options_show_no_secret(options: Options) -> None:
    shown = repr(replace(options, webhook=HOOK))
    assert options.token.get_secret_value() not in shown
    assert "a-secret" not in shown


@pytest.mark.parametrize("key", ["telegram.closed.token", "telegram.closed.server", "telegram.closed.secret",
                                 "telegram.closed.address", "telegram.trouble.conflict", "telegram.trouble.webhook",
                                 "telegram.trouble.network", "telegram.trouble.store"])  # fmt: skip
def test_every_trouble_has_words(phrases: Phrases, key: str) -> None:
    assert 10 < len(phrases(key)) < 300


def test_a_toast_is_short_enough(phrases: Phrases) -> None:
    assert 0 < len(phrases("telegram.toast.received")) <= 200
