"""The webhook: only who knows the secret gets in, 200 means that the news is in the inbox, and the probe is read."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.troubles import DoorClosed
from bot.zalo.bots.announcing import LOOK_SECONDS, Announcing
from bot.zalo.bots.client import Client
from bot.zalo.bots.options import Options, WebhookOptions
from bot.zalo.bots.webhook import BODY_LIMIT, checked, webhook_routes
from store import inbox
from store.database import Database
from tests.conftest import Clock
from tests.zalo.bots.conftest import Rests, until
from tests.zalo.bots.test_hearing import news
from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots

SECRET = "S3cret_of-this-test"
HEADER = "X-Bot-Api-Secret-Token"
HOOK = WebhookOptions("https://nep.example.vn/zalo", SecretStr(SECRET))
PATH, ADDRESS = "/zalo/10000001", "https://nep.example.vn/zalo/10000001"
SAID = news(text="2")


@pytest.fixture
def hooked(options: Options) -> Options:
    """The door with a webhook."""
    return replace(options, webhook=HOOK)


@pytest.fixture
def app(hooked: Options, database: Database, clock: Clock, woken: list[None]) -> Starlette:
    """A web application with nothing but the webhook."""
    return Starlette(routes=webhook_routes(hooked, database, clock, lambda: woken.append(None)))


@pytest.fixture
async def zalo(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who posts to us."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://nep.example.vn") as client:
        yield client


async def bodies(database: Database) -> list[str]:
    """What waits in the inbox."""

    def read(session: Session) -> list[str]:
        return [row.body for row in inbox.waiting(session, 1000)]

    return await database.run(read)


async def post(client: httpx.AsyncClient, content: bytes, secret: Any = SECRET) -> int:
    """Post a body; returns the status."""
    given = [] if secret is None else [(HEADER.encode(), secret if isinstance(secret, bytes) else secret.encode())]
    return (await client.post(PATH, content=content, headers=given)).status_code


@pytest.mark.parametrize("payload", [SAID, {"ok": True, "result": SAID}], ids=["flat", "wrapped"])
async def test_news_is_kept_once_and_thanked_for(
    zalo: httpx.AsyncClient, database: Database, woken: list[None], payload: dict[str, Any]
) -> None:
    for _ in range(3):
        answer = await zalo.post(PATH, json=payload, headers={HEADER: SECRET})
        assert (answer.status_code, answer.json()) == (200, {"message": "Success"})
    assert [json.loads(body) for body in await bodies(database)] == [SAID]
    assert woken == [None]


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "bí mật", b"\xff\xfe"]
)
async def test_without_the_right_secret_nobody_gets_in(
    zalo: httpx.AsyncClient, database: Database, secret: object, woken: list[None]
) -> None:
    assert await post(zalo, json.dumps(SAID).encode(), secret) == 403
    assert await post(zalo, b"", secret) == 403
    assert await bodies(database) == []
    assert woken == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"{}", 200),
        (b"null", 200),
        (b"{", 200),
        (b"\xff", 200),
        (b"[" * 100_000, 200),
        (b"x" * (BODY_LIMIT + 1), 413),
    ],
    ids=range(7),
)
async def test_an_authenticated_probe_is_thanked_for_whatever_it_says(
    zalo: httpx.AsyncClient, database: Database, body: bytes, status: int
) -> None:
    assert await post(zalo, body) == status
    assert await bodies(database) == []


async def test_another_bots_path_and_another_verb_lead_nowhere(zalo: httpx.AsyncClient) -> None:
    assert (await zalo.post("/zalo/10000002", json=SAID, headers={HEADER: SECRET})).status_code == 404
    assert (await zalo.get(PATH, headers={HEADER: SECRET})).status_code == 405


async def test_what_could_not_be_committed_is_not_confirmed(
    zalo: httpx.AsyncClient, database: Database, woken: list[None], caplog: pytest.LogCaptureFixture
) -> None:
    await database.run(lambda session: session.execute(text("ALTER TABLE inbox RENAME TO away")))
    assert await post(zalo, json.dumps(news(text="rất riêng tư")).encode()) == 503
    assert woken == []
    assert "rất riêng tư" not in caplog.text
    assert "OperationalError" in caplog.text


@pytest.mark.parametrize("secret", ["", "short", "có dấu nhé", "a b c d e f", "dấu+chấm", "has+a.sign", "x" * 257])
def test_a_webhook_without_a_good_secret_does_not_start(options: Options, secret: str) -> None:
    with pytest.raises(DoorClosed, match=r"zalobot\.closed\.secret"):
        checked(replace(options, webhook=replace(HOOK, secret=SecretStr(secret))))


@pytest.mark.parametrize("address", ["nep", "http://nep.example.vn/zalo", "https://", "https://nep.example.vn/{token}"])
def test_an_address_zalo_could_not_post_to_does_not_start(options: Options, address: str) -> None:
    with pytest.raises(DoorClosed) as closed:
        checked(replace(options, webhook=replace(HOOK, address=address.format(token=options.token.get_secret_value()))))
    assert str(closed.value) == "zalobot.closed.address"


@pytest.fixture
async def serving(app: Starlette, api: ZaloBots) -> AsyncIterator[list[BaseRoute]]:
    """The application on a real socket, behind its public name; yields the routes it is made of."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    api.hosts["nep.example.vn"] = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield app.router.routes
    server.should_exit = True
    await task


@pytest.fixture
def announcing(client: Client, hooked: Options, rests: Rests) -> Announcing:
    """What keeps the address in place."""
    return Announcing(client, hooked, HOOK.secret, rests)


@pytest.mark.parametrize("flat", [True, False])
async def test_news_from_before_and_after_comes_in_through_a_real_server(
    announcing: Announcing, serving: list[BaseRoute], api: ZaloBots, an: Person, database: Database, flat: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    api.flat = flat
    await an.says("trước")
    assert await announcing.turn() == LOOK_SECONDS
    event = await an.says("sau")
    api.bot.again(event)
    await until(lambda: api.bot.webhook.is_idle)
    assert api.bot.webhook.attempts == [200, 200, 200]
    assert [json.loads(body)["message"]["text"] for body in await bodies(database)] == ["trước", "sau"]
    assert (announcing.trouble, api.bot.webhook.url) == ("", ADDRESS)
    assert SECRET not in caplog.text
    assert api.bot.token not in caplog.text


async def test_news_that_met_a_full_store_comes_again(
    announcing: Announcing, serving: list[BaseRoute], api: ZaloBots, an: Person, database: Database
) -> None:
    await announcing.turn()
    await database.run(lambda session: session.execute(text("ALTER TABLE inbox RENAME TO away")))
    api.time_factor = 0.1
    await an.says("2")
    await until(lambda: api.bot.webhook.attempts)
    await database.run(lambda session: session.execute(text("ALTER TABLE away RENAME TO inbox")))
    await until(lambda: api.bot.webhook.is_idle)
    assert (api.bot.webhook.attempts[0], api.bot.webhook.attempts[-1]) == (503, 200)
    assert len(await bodies(database)) == 1


async def test_an_address_that_fails_its_probe_is_told_and_tried_again(
    announcing: Announcing, serving: list[BaseRoute], api: ZaloBots
) -> None:
    good, serving[0] = serving[0], Route(PATH, lambda _request: Response(status_code=502), methods=["POST"])
    assert [await announcing.turn(), await announcing.turn()] == [2.0, 4.0]
    assert announcing.trouble == "zalobot.trouble.unverified"
    serving[0] = good
    assert await announcing.turn() == LOOK_SECONDS
    assert announcing.trouble == ""


async def test_a_webhook_that_was_taken_away_is_set_again_and_anothers_is_left_alone(
    announcing: Announcing, serving: list[BaseRoute], api: ZaloBots, client: Client
) -> None:
    await announcing.turn()
    await client.call("deleteWebhook")
    await announcing.turn()
    assert announcing.trouble == "zalobot.trouble.unverified"
    await announcing.turn()
    assert (announcing.trouble, api.bot.webhook.url) == ("", ADDRESS)
    await client.call("setWebhook", url="https://other.example.vn/x", secret_token="another-secret")
    await announcing.turn()
    assert announcing.trouble == "zalobot.trouble.moved"
    assert api.bot.webhook.url == "https://other.example.vn/x"


async def test_an_outage_is_waited_out_and_a_blocked_address_closes_the_door(
    announcing: Announcing, serving: list[BaseRoute], api: ZaloBots
) -> None:
    api.faults.add("html_502", "setWebhook")
    assert await announcing.turn() == 2.0
    assert announcing.trouble == "zalobot.trouble.network"
    api.faults.add("refuse", "setWebhook", status=400, description="Bad request: webhook.err.blocked")
    with pytest.raises(DoorClosed, match=r"zalobot\.closed\.address.*blocked"):
        await announcing.turn()


async def test_a_platform_that_tells_nothing_of_its_probe_is_believed(
    announcing: Announcing, api: ZaloBots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the older manual has it."""

    async def silent(url: str, secret: str) -> None:
        api.bot.webhook.url = url

    monkeypatch.setattr(api.bot.webhook, "point_at", silent)
    assert await announcing.turn() == LOOK_SECONDS
