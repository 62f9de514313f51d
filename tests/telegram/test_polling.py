"""Long polling: everything is in the inbox before Telegram may forget it, whatever happens in between."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aiogram import Bot
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session

from bot.heard import CHOICE, TEXT
from bot.telegram.flood import FloodPause
from bot.telegram.hearing import hear
from bot.telegram.options import Options
from bot.telegram.receive import Polling, arrival
from bot.telegram.send import TelegramChannel
from bot.telegram.toasts import WAITING, Toasts
from bot.troubles import DoorClosed
from store import inbox
from store.database import Database
from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.conftest import Clock
from tests.telegram.conftest import parcel, until
from tests.telegram.test_hearing import message

Make = Callable[..., Polling]


class Rests:
    """Stands in for sleeping: remembers how long, lets others work, and cancels after `limit` rests."""

    def __init__(self, limit: int = 1000) -> None:
        self.seconds: list[float] = []
        self.limit = limit

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) >= self.limit:
            raise asyncio.CancelledError
        await asyncio.sleep(0)


@pytest.fixture
def rests() -> Rests:
    """The pauses a poller wanted."""
    return Rests()


@pytest.fixture
def toasts(bot: Bot, flood: FloodPause) -> Toasts:
    """Answers to taps, with the words of a test."""
    return Toasts(bot, "Đã nhận.", flood)


@pytest.fixture
def woken() -> list[None]:
    """One entry for each time the reception was woken."""
    return []


@pytest.fixture
def make(bot: Bot, database: Database, clock: Clock, woken: list[None], toasts: Toasts, rests: Rests) -> Make:
    """Pollers; a second one is what a restarted process has."""

    def build(on: Bot = bot, **more: Any) -> Polling:
        wake = lambda: woken.append(None)  # noqa: E731  # as the wiring page gives it
        return Polling(on, database, clock, wake, toasts, poll_seconds=1, pause=rests, **more)

    return build


async def bodies(database: Database) -> list[dict[str, Any]]:
    """The raw updates in the inbox, in order."""

    def read(session: Session) -> list[dict[str, Any]]:
        return [json.loads(row.body) for row in inbox.waiting(session, 1000)]

    return await database.run(read)


async def test_a_batch_is_in_the_inbox_before_the_next_offset_confirms_it(
    make: Make, database: Database, api: BotApi, an: Person, woken: list[None]
) -> None:
    await an.says("/start K7M2QX9T")
    polling = make()
    assert await polling.turn() == 0
    [body] = await bodies(database)
    assert body["message"]["text"] == "/start K7M2QX9T"
    assert woken == [None]
    assert len(api.updates.waiting) == 1
    assert not api.updates.is_allowed("edited_message")
    await polling.turn()
    assert not api.updates.waiting
    assert woken == [None]
    assert len(await bodies(database)) == 1


async def test_a_kill_between_commit_and_confirmation_loses_nothing_and_doubles_nothing(
    make: Make, database: Database, api: BotApi, an: Person
) -> None:
    said = [str(number) for number in range(30)]
    for number in said:
        await an.says(number)
        await make().turn()  # each poller dies after its first commit
    await make().turn()
    assert [body["message"]["text"] for body in await bodies(database)] == said
    assert not api.updates.waiting


async def test_the_same_update_handed_out_twice_is_kept_once(
    make: Make, database: Database, api: BotApi, an: Person, woken: list[None]
) -> None:
    said = await an.says("2")
    polling = make()
    await polling.turn()
    api.redeliver(said)
    await polling.turn()
    assert len(await bodies(database)) == 1
    assert woken == [None]


async def test_a_batch_the_database_refuses_is_not_confirmed(
    make: Make, database: Database, api: BotApi, an: Person, caplog: pytest.LogCaptureFixture
) -> None:
    polling = make()
    await polling.turn()
    await database.run(lambda session: session.execute(text("ALTER TABLE inbox RENAME TO away")))
    await an.says("rất riêng tư")
    assert [await polling.turn() for _ in range(3)] == [1, 2, 4]
    assert polling.trouble == "telegram.trouble.store"
    assert len(api.updates.waiting) == 1
    assert "rất riêng tư" not in caplog.text
    await database.run(lambda session: session.execute(text("ALTER TABLE away RENAME TO inbox")))
    assert await polling.turn() == 0
    assert polling.trouble == ""
    assert len(await bodies(database)) == 1


async def test_an_update_of_an_unknown_kind_is_kept_raw_and_blocks_nobody(
    make: Make, database: Database, api: BotApi, an: Person, clock: Clock
) -> None:
    await an.says("1")
    api.inject("something_of_2027", {"odd": [1, {"deep": None}], "text": "\ud800\x00"})
    api.inject("message", {"message_id": "not a number", "chat": 7})
    await an.says("2")
    await make().turn()
    kept = await bodies(database)
    assert len(kept) == 4
    assert kept[1]["something_of_2027"] == {"odd": [1, {"deep": None}], "text": "\ud800\x00"}
    heard = [hear(json.dumps(body), clock()) for body in kept]
    assert [one.text for one in heard if one is not None] == ["1", "2"]


async def test_something_without_a_number_is_no_update_and_blocks_nobody(
    make: Make, database: Database, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page: list[Any] = [None, 7, {"message": {}}, {"update_id": "9"}, {"update_id": True}, {"update_id": 5, "new": {}}]

    async def answers(*_: object, **__: object) -> list[Any]:
        return page

    monkeypatch.setattr(bot.session, "make_request", answers)
    polling = make()
    assert await polling.turn() == 0
    assert await bodies(database) == [{"update_id": 5, "new": {}}]
    page.pop()
    assert [await polling.turn() for _ in range(3)] == [1, 2, 4]


async def test_every_store_takes_characters_that_no_text_may_hold(any_database: Database, clock: Clock) -> None:
    odd = message({"id": 11, "type": "private"}, text="a\x00b\ud800")
    assert await any_database.run(inbox.keep, [arrival(odd)], clock()) == 1
    [body] = await bodies(any_database)
    assert body == odd
    heard = hear(json.dumps(body), clock())
    assert heard is not None
    assert heard.text == "ab\ufffd"


async def test_after_a_quiet_week_the_numbers_may_start_lower(
    make: Make, database: Database, api: BotApi, an: Person
) -> None:
    await an.says("trước")
    polling = make()
    await polling.turn()
    await polling.turn()
    api.updates.jump_to(1000)
    for word in ("một", "hai"):
        await an.says(word)
        await polling.turn()
        assert [one.body["message"]["text"] for one in api.updates.waiting.values()] == [word]
    await an.says("ba")
    await make().turn()
    assert [body["message"]["text"] for body in await bodies(database)] == ["trước", "một", "hai", "ba"]


async def test_a_second_poller_is_reported_and_not_fought(
    make: Make, api: BotApi, rests: Rests, caplog: pytest.LogCaptureFixture
) -> None:
    api.time_factor = 1.0
    first, second = make(), make()
    pending = asyncio.create_task(first.turn())
    await until(lambda: api.poller.pending)
    api.time_factor = 0.001
    await second.turn()
    assert await pending >= 5
    assert first.trouble == "telegram.trouble.conflict"
    assert "terminated by other getUpdates" in caplog.text
    assert await first.turn() == 0
    assert first.trouble == ""


async def test_a_webhook_set_by_somebody_else_is_reported_and_left_alone(make: Make, api: BotApi) -> None:
    await api.webhook.point_at("http://127.0.0.1:9/elsewhere", "", 1)
    polling = make()
    assert [await polling.turn() for _ in range(8)] == [5, 5, 5, 8, 16, 32, 60, 60]
    assert polling.trouble == "telegram.trouble.webhook"
    assert api.webhook.url == "http://127.0.0.1:9/elsewhere"


async def test_a_dead_token_ends_polling_with_a_clear_reason(
    make: Make, make_bot: Callable[..., Bot], options: Options, rests: Rests
) -> None:
    dead = "4242424242:" + "x" * 35
    for token, reason in ((dead, "TOKEN_DEAD"), ("1:x", "BAD_URL_OR_TOKEN")):
        polling = make(make_bot(replace(options, token=SecretStr(token))))
        with pytest.raises(DoorClosed) as closed:
            await polling.run()
        assert closed.value.key == "telegram.closed.token"
        assert closed.value.reason.startswith(reason)
        assert token not in str(closed.value)
    assert rests.seconds == []


@pytest.mark.parametrize("fault", ["cut_after", "html_502", "bad_utf8", "truncated", "wrong_shape", "reset_before"])
async def test_a_bad_line_is_waited_out_longer_and_longer_and_loses_nothing(
    make: Make, database: Database, api: BotApi, an: Person, fault: str
) -> None:
    await an.says("2")
    polling = make()
    api.faults.add(fault, "getUpdates", times=8)
    assert [await polling.turn() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert polling.trouble == "telegram.trouble.network"
    assert await polling.turn() == 0
    assert polling.trouble == ""
    assert len(await bodies(database)) == 1
    api.faults.add(fault, "getUpdates")
    assert await polling.turn() == 1


async def test_a_429_is_obeyed_to_the_second(make: Make, api: BotApi) -> None:
    api.faults.add("refuse", "getUpdates", status=429, description="Too Many Requests: retry after 77",
                   parameters={"retry_after": 77})  # fmt: skip
    assert await make().turn() == 77


async def test_who_does_not_hold_the_lease_does_not_poll_and_later_goes_on_where_the_other_was(
    make: Make, database: Database, api: BotApi, an: Person
) -> None:
    ours = [False]

    async def may_poll() -> bool:
        return ours[0]

    waiting, other = make(may_poll=may_poll), make()
    assert await waiting.turn() == 5
    assert api.calls == []
    await an.says("1")
    await other.turn()
    await an.says("2")
    ours[0] = True
    await waiting.turn()
    assert [body["message"]["text"] for body in await bodies(database)] == ["1", "2"]


async def test_running_it_takes_what_comes_and_stops_at_once_when_cancelled(
    make: Make, database: Database, api: BotApi, an: Person, woken: list[None]
) -> None:
    api.time_factor = 1.0
    running = asyncio.create_task(make().run())
    for word in ("1", "2", "3"):
        woken.clear()
        await an.says(word)
        await until(lambda: woken)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(await bodies(database)) == 3


async def test_a_tap_is_committed_then_answered_and_heard_as_a_choice(
    make: Make, database: Database, api: BotApi, an: Person, bot: Bot, flood: FloodPause, toasts: Toasts, clock: Clock
) -> None:
    await TelegramChannel(bot, flood).send(parcel())
    await an.taps_twice_with_new_ids("2")
    await an.says("2")
    await make().turn()
    serving = asyncio.create_task(toasts.run())
    await until(lambda: len(an.toasts) == 2)
    serving.cancel()
    assert an.toasts == ["Đã nhận."] * 2
    heard = [hear(json.dumps(body), clock()) for body in await bodies(database)]
    assert [(one.kind, one.token, one.number) for one in heard if one] == [
        (CHOICE, parcel().token, 2),
        (CHOICE, parcel().token, 2),
        (TEXT, "", 0),
    ]


async def test_a_tap_answered_too_late_disturbs_nobody(
    make: Make, api: BotApi, an: Person, bot: Bot, flood: FloodPause, toasts: Toasts
) -> None:
    await TelegramChannel(bot, flood).send(parcel())
    await an.taps("1")
    await make().turn()
    api.clock.forward(60)
    api.faults.add("html_502", "answerCallbackQuery")
    toasts.offer({"callback_query": {"id": "another"}})
    serving = asyncio.create_task(toasts.run())
    await until(lambda: [call.method for call in api.calls].count("answerCallbackQuery") == 2)
    assert not serving.done()
    serving.cancel()
    assert an.toasts == []


async def test_toasts_keep_still_during_a_429_and_a_429_on_a_toast_keeps_the_channel_still(
    api: BotApi, an: Person, bot: Bot, flood: FloodPause, toasts: Toasts
) -> None:
    api.faults.add("flood", "answerCallbackQuery", seconds=9)
    serving = asyncio.create_task(toasts.run())
    toasts.offer({"callback_query": {"id": "1"}})
    await until(flood.left)
    for number in range(20):
        toasts.offer({"callback_query": {"id": str(number)}})
    await until(lambda: not toasts.waiting)
    await TelegramChannel(bot, flood).send(parcel())
    serving.cancel()
    assert len(api.calls) == 1
    assert api.early_calls == []


@pytest.mark.parametrize("query", [None, 7, {}, {"id": 7}, {"id": ""}, {"id": "x" * 65}, {"id": "\ud800"}])
def test_a_misshapen_tap_gets_no_toast(toasts: Toasts, query: object) -> None:
    toasts.offer({"callback_query": query})
    assert toasts.waiting == 0


def test_toasts_beyond_what_can_be_answered_in_time_are_left_out(toasts: Toasts) -> None:
    for number in range(WAITING + 100):
        toasts.offer({"callback_query": {"id": str(number)}})
    assert toasts.waiting == WAITING
