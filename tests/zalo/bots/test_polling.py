"""Polling: nothing new is asked for before what came is in the inbox, and a deaf poller says so."""

import asyncio
import json

import pytest
from sqlalchemy import text
from sqlmodel import Session

from bot.troubles import DoorClosed
from bot.zalo.bots.client import Client
from bot.zalo.bots.options import Options
from bot.zalo.bots.polling import Polling
from store import inbox
from store.database import Database
from tests.conftest import Clock
from tests.zalo.bots.conftest import Rests, until
from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots
from tests.zaloapi.bots.updates import Event

SECRET = "S3cret-of-tests"


@pytest.fixture
def polling(
    client: Client, options: Options, database: Database, clock: Clock, woken: list[None], rests: Rests
) -> Polling:
    """The poller of this bot."""
    return Polling(client, options, database, clock, lambda: woken.append(None), rests)


async def said(database: Database) -> list[str]:
    """The texts that wait in the inbox, in order."""

    def read(session: Session) -> list[str]:
        return [json.loads(row.body)["message"]["text"] for row in inbox.waiting(session, 100)]

    return await database.run(read)


async def test_news_comes_one_by_one_in_order_and_wakes_the_reception(
    polling: Polling, an: Person, database: Database, woken: list[None]
) -> None:
    for words in ("một", "hai"):
        await an.says(words)
    assert [await polling.turn(), await polling.turn()] == [0.0, 0.0]
    assert await said(database) == ["một", "hai"]
    assert len(woken) == 2


async def test_an_idle_poll_is_no_trouble_and_one_that_ends_at_once_takes_a_breath(
    polling: Polling, api: ZaloBots
) -> None:
    for polite in (False, True):
        api.polite = polite
        assert await polling.turn() == 1.0
        assert polling.trouble == ""


async def test_what_cannot_be_committed_is_held_and_nothing_new_is_asked_for(
    polling: Polling, api: ZaloBots, an: Person, database: Database
) -> None:
    await an.says("một")
    await an.says("hai")
    await database.run(lambda session: session.execute(text("ALTER TABLE inbox RENAME TO away")))
    assert [await polling.turn(), await polling.turn()] == [1.0, 2.0]
    assert polling.trouble == "zalobot.trouble.store"
    assert len(api.bot.events.waiting) == 1
    await database.run(lambda session: session.execute(text("ALTER TABLE away RENAME TO inbox")))
    assert await polling.turn() == 0.0
    assert polling.trouble == ""
    await polling.turn()
    assert await said(database) == ["một", "hai"]


async def test_the_same_news_again_is_kept_once(
    polling: Polling, api: ZaloBots, an: Person, database: Database, woken: list[None]
) -> None:
    api.bot.again(await an.says("một"))
    await polling.turn()
    await polling.turn()
    assert await said(database) == ["một"]
    assert woken == [None]


@pytest.mark.parametrize("fault", ["html_502", "bare_502", "reset_before"])
async def test_an_outage_is_waited_out_with_growing_pauses(
    polling: Polling, api: ZaloBots, an: Person, database: Database, fault: str
) -> None:
    api.faults.add(fault, "getUpdates", times=4)
    assert [await polling.turn() for _ in range(4)] == [1.0, 2.0, 4.0, 8.0]
    assert polling.trouble == "zalobot.trouble.network"
    await an.says("sau")
    assert await polling.turn() == 0.0
    assert await said(database) == ["sau"]


async def test_with_a_webhook_set_polling_says_that_it_is_deaf_and_leaves_the_webhook_alone(
    polling: Polling, api: ZaloBots, client: Client, an: Person, database: Database
) -> None:
    await polling.turn()
    await client.call("setWebhook", url="https://other.example.vn/zalo", secret_token=SECRET)
    assert await polling.turn() == 1.0
    assert polling.trouble == "zalobot.trouble.webhook"
    assert api.bot.webhook.url == "https://other.example.vn/zalo"
    await client.call("deleteWebhook")
    await an.says("lại nghe")
    assert await polling.turn() == 0.0
    assert (polling.trouble, await said(database)) == ("", ["lại nghe"])


async def test_a_dead_token_closes_the_door(polling: Polling, api: ZaloBots) -> None:
    del api.bots[api.bot.token]
    with pytest.raises(DoorClosed, match=r"zalobot\.closed\.token"):
        await polling.turn()


async def test_it_runs_until_cancelled(polling: Polling, an: Person, database: Database, woken: list[None]) -> None:
    task = asyncio.create_task(polling.run())
    await an.says("một")
    await until(lambda: woken)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await said(database) == ["một"]


async def test_odd_answers_are_no_news(polling: Polling, api: ZaloBots, database: Database) -> None:
    api.bot.events.add(Event({"event_name": 7}))
    assert await polling.turn() == 1.0
    assert await said(database) == []
