"""The webhook: only the holder of the secret gets in, and 200 means that the update is in the inbox."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import uvicorn
from aiogram import Bot
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.types import Message as Event

from bot.telegram.at_once import AtOnce
from bot.telegram.commands import remove_webhook, set_webhook
from bot.telegram.options import Options, WebhookOptions
from bot.telegram.webhook import BODY_LIMIT, checked, webhook_routes
from bot.troubles import DoorClosed
from store import inbox
from store.database import Database
from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.conftest import Clock
from tests.telegram.conftest import until

SECRET = "S3cret_of-this-test"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
HOOK = WebhookOptions("https://bot.example.gov.vn/telegram/hook", SecretStr(SECRET))
TOAST = "Đã nhận."
SAID = {"update_id": 700, "message": {"text": "2"}}


@pytest.fixture
def woken() -> list[None]:
    """One entry for each time the reception was woken."""
    return []


@pytest.fixture
def app(database: Database, clock: Clock, woken: list[None]) -> Starlette:
    """A web application with nothing but the webhook."""
    return Starlette(routes=webhook_routes(HOOK, database, clock, lambda: woken.append(None), AtOnce(), TOAST))


@pytest.fixture
async def telegram(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who posts to us and knows the secret."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://bot.example.gov.vn") as client:
        yield client


async def bodies(database: Database) -> list[str]:
    """What waits in the inbox."""

    def read(session: Session) -> list[str]:
        return [row.body for row in inbox.waiting(session, 1000)]

    return await database.run(read)


async def post(client: httpx.AsyncClient, content: bytes, secret: Any = SECRET, **headers: str) -> int:
    """Post a body; returns the status."""
    given = [] if secret is None else [(HEADER.encode(), secret if isinstance(secret, bytes) else secret.encode())]
    others = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return (await client.post("/telegram/hook", content=content, headers=[*given, *others])).status_code


async def test_an_update_is_kept_as_it_came_and_confirmed(
    telegram: httpx.AsyncClient, database: Database, woken: list[None]
) -> None:
    body = json.dumps(SAID, ensure_ascii=False, indent=1)
    assert await post(telegram, body.encode()) == 200
    assert await bodies(database) == [body]
    assert woken == [None]


async def test_a_tap_is_answered_in_the_reply_that_confirms_it(telegram: httpx.AsyncClient) -> None:
    tap = {"update_id": 701, "callback_query": {"id": "4382bfdwdsb323b2d9", "data": "abc:1"}}
    for _ in range(2):  # what comes again is answered again: the first reply may have been lost
        reply = await telegram.post("/telegram/hook", json=tap, headers={HEADER: SECRET})
        answer = {"method": "answerCallbackQuery", "callback_query_id": "4382bfdwdsb323b2d9", "text": TOAST}
        assert (reply.status_code, reply.json()) == (200, answer)
    assert (await telegram.post("/telegram/hook", json=SAID, headers={HEADER: SECRET})).content == b""
    strange = {"update_id": 702, "callback_query": {"id": 'x","text":"y'}}
    assert (await telegram.post("/telegram/hook", json=strange, headers={HEADER: SECRET})).content == b""


@pytest.mark.parametrize(
    "secret",
    [
        None,
        "",
        "wrong",
        SECRET[:-1],
        SECRET + "x",
        SECRET.upper(),
        "bí mật",
        b"\xff\xfe\x80",
        SECRET.encode() + b"\xc3",
    ],
)
async def test_without_the_right_secret_nobody_gets_in(
    telegram: httpx.AsyncClient, database: Database, secret: object, woken: list[None]
) -> None:
    assert await post(telegram, json.dumps(SAID).encode(), secret) == 401
    assert await post(telegram, json.dumps(SAID).encode(), secret, X_Forwarded_For="149.154.160.9") == 401
    assert await bodies(database) == []
    assert woken == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"null", 400),
        (b"[1]", 400),
        (b'{"message": {}}', 400),
        (b'{"update_id": "7"}', 400),
        (b'{"update_id": true}', 400),
        (b'{"update_id": -1}', 400),
        (b'{"update_id": ' + b"9" * 5000 + b"}", 400),
        (b'{"update_id": 7, "x": "\xff"}', 400),
        (b"[" * 200_000, 400),
        (b'{"update_id": 7, "x": "' + b"x" * BODY_LIMIT + b'"}', 413),
    ],
    ids=range(12),
)
async def test_a_bad_body_is_turned_away_quickly(
    telegram: httpx.AsyncClient, database: Database, body: bytes, status: int
) -> None:
    assert await post(telegram, body) == status
    assert await bodies(database) == []


async def test_an_update_of_an_unknown_kind_is_kept(telegram: httpx.AsyncClient, database: Database) -> None:
    body = b'{"update_id":7,"something_of_2027":{"text":"\\ud800\\u0000"}}'
    assert await post(telegram, body, content_type="text/plain") == 200
    assert await bodies(database) == [body.decode()]


async def test_a_replayed_body_is_kept_once_and_still_confirmed(
    telegram: httpx.AsyncClient, database: Database, clock: Clock, woken: list[None]
) -> None:
    for _ in range(3):
        assert await post(telegram, json.dumps(SAID).encode()) == 200
        clock.forward(minutes=10)
    assert len(await bodies(database)) == 1
    assert woken == [None]


async def test_only_posts_are_taken(telegram: httpx.AsyncClient) -> None:
    assert (await telegram.get("/telegram/hook", headers={HEADER: SECRET})).status_code == 405


async def test_what_could_not_be_committed_is_left_with_telegram(
    telegram: httpx.AsyncClient, database: Database, woken: list[None], caplog: pytest.LogCaptureFixture
) -> None:
    await database.run(lambda session: session.execute(text("ALTER TABLE inbox RENAME TO away")))
    private = {"update_id": 8, "message": {"text": "rất riêng tư"}}
    answer = await telegram.post("/telegram/hook", json=private, headers={HEADER: SECRET})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert woken == []
    assert "rất riêng tư" not in caplog.text
    assert "OperationalError" in caplog.text


async def test_a_sender_who_goes_away_or_drips_is_not_waited_for(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.webhook.BODY_SECONDS", 0.01)
    scope = {
        "type": "http", "method": "POST", "path": "/telegram/hook", "query_string": b"",
        "headers": [(HEADER.lower().encode(), SECRET.encode())],
    }  # fmt: skip

    async def drips() -> Event:
        await asyncio.sleep(0.005)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def leaves() -> Event:
        return {"type": "http.disconnect"}

    for receive in (drips, leaves):
        sent: list[Event] = []

        async def send(event: Event, sent: list[Event] = sent) -> None:
            sent.append(event)

        await app(dict(scope), receive, send)
        assert sent[0]["status"] == 408


@pytest.mark.parametrize("secret", ["", "có dấu", "a b", "x" * 257, "a\n"])
def test_a_webhook_without_a_good_secret_does_not_start(options: Options, secret: str) -> None:
    with pytest.raises(DoorClosed) as closed:
        checked(replace(options, webhook=replace(HOOK, secret=SecretStr(secret))))
    assert closed.value.key == "telegram.closed.secret"


@pytest.mark.parametrize(
    "address", ["", "bot", "http://bot.example/hook", "https://bot.example", "https://bot.example/"]
)
def test_an_address_telegram_could_not_post_to_does_not_start(options: Options, address: str) -> None:
    with pytest.raises(DoorClosed) as closed:
        checked(replace(options, webhook=replace(HOOK, address=address)))
    assert closed.value.key == "telegram.closed.address"


def test_the_token_has_no_place_in_the_address(options: Options) -> None:
    shown = f"https://bot.example/{options.token.get_secret_value()}"
    with pytest.raises(DoorClosed) as closed:
        checked(replace(options, webhook=replace(HOOK, address=shown)))
    assert options.token.get_secret_value() not in str(closed.value)


async def test_updates_waiting_before_and_sent_after_come_in_through_a_real_server(
    app: Starlette, api: BotApi, an: Person, bot: Bot, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await an.says("trước")
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    await set_webhook(bot, WebhookOptions(f"http://127.0.0.1:{port}/telegram/hook", SecretStr(SECRET)))
    await an.says("sau")
    await until(lambda: not api.updates.waiting)
    assert [json.loads(body)["message"]["text"] for body in await bodies(database)] == ["trước", "sau"]
    assert [status for _, status in api.webhook.attempts] == [200, 200]

    await set_webhook(bot, WebhookOptions(f"http://127.0.0.1:{port}/telegram/hook", SecretStr("another")))
    await an.says("không ai nghe")
    await until(lambda: len(api.webhook.attempts) > 3)
    assert {status for _, status in api.webhook.attempts[2:]} == {401}
    await remove_webhook(bot)
    assert len(api.updates.waiting) == 1
    server.should_exit = True
    await serving
    assert api.token not in caplog.text
    assert SECRET not in caplog.text
