"""Events as Zalo posts them over real connections: what is kept, what is confirmed, what is turned away."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select
from starlette.applications import Starlette

from bot.heard import BLOCKED, CHOICE, HERE, OTHER, TEXT, UNBLOCKED, Heard
from bot.troubles import DoorClosed
from bot.zalo.oa import webhook
from bot.zalo.oa.hearing import hear
from bot.zalo.oa.options import Options
from bot.zalo.oa.webhook import checked_path, webhook_routes
from store.database import Database
from store.tables import InboxRow
from tests.conftest import Clock
from tests.zalo.oa.conftest import consent
from tests.zaloapi.oa.people import Person
from tests.zaloapi.oa.server import OaApi

AN = "246845883529197922"


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """Our pages on a real port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.001)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


class Woken:
    """Counts how often the reception was woken."""

    count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def woken() -> Woken:
    """The reception's bell."""
    return Woken()


@pytest.fixture
async def door(oa: OaApi, options: Options, database: Database, clock: Clock, woken: Woken) -> AsyncIterator[str]:
    """The webhook on a real port, and Zalo told of it."""
    app = Starlette(routes=webhook_routes(options, database, clock, woken))
    async with served(app) as url:
        oa.hook.url = f"{url}/zalo/oa"
        yield oa.hook.url


@pytest.fixture
def an(oa: OaApi, door: str) -> Person:
    """An, who follows the account."""
    return oa.person(AN, follows=True)


def rows(database: Database) -> list[InboxRow]:
    """What is in the inbox, in order."""
    with database.transaction() as session:
        return list(session.exec(select(InboxRow).order_by(col(InboxRow.id))))


def heard(database: Database, clock: Clock) -> list[tuple[str, str, str]]:
    """Kind, text or token, and address of what the inbox says."""
    found = [hear(row.body, clock()) for row in rows(database)]
    return [(one.kind, one.text or one.token, one.address) for one in found if one]


async def test_every_interaction_reaches_the_inbox_once(
    an: Person, database: Database, clock: Clock, woken: Woken
) -> None:
    acts = [
        await an.follows_us(),
        await an.says("thống kê"),
        await an.says("#q:tok_-123:2"),
        await an.sends_sticker(),
        await an.sends_image(),
        await an.opens_chat(),
        await an.leaves(),
    ]
    assert acts == [200] * 7
    expected = [
        (UNBLOCKED, ""),
        (TEXT, "thống kê"),
        (CHOICE, "tok_-123"),
        (OTHER, ""),
        (OTHER, ""),
        (HERE, ""),
        (BLOCKED, ""),
    ]
    assert heard(database, clock) == [(kind, said, AN) for kind, said in expected]
    assert woken.count == 7
    assert await an.world.hook.again(1) == 200
    assert await an.world.hook.again() == 200
    assert (len(rows(database)), woken.count) == (7, 7)


async def test_what_is_nothing_for_us_is_confirmed_and_not_kept(an: Person, database: Database, oa: OaApi) -> None:
    echo = {"app_id": oa.app_id, "event_name": "oa_send_text", "sender": {"id": oa.oa_id}, "recipient": {"id": AN}}
    for event in (
        {**echo, "message": {"text": "Câu 1", "msg_id": "m1"}},
        {**echo, "event_name": "user_received_message"},
        {**echo, "event_name": "anonymous_send_text", "sender": {"id": AN}, "message": {"text": "a", "msg_id": "m2"}},
        {**echo, "event_name": "something_new", "sender": {"id": AN}},
        {"app_id": oa.app_id, "event_name": "user_send_text", "sender": {"id": "x"}, "message": {"msg_id": "m3"}},
        {"app_id": oa.app_id, "event_name": "user_send_text", "sender": {"id": AN}, "message": {"text": "no id"}},
    ):
        assert await oa.hook.tell(event) == 200
    oa.person(AN).sees.clear()
    assert await an.reads() == 200
    assert rows(database) == []


async def test_an_event_of_another_account_of_the_same_app_is_not_kept(
    an: Person, database: Database, oa: OaApi, clock: Clock
) -> None:
    consent(database, oa, clock)
    oa.oa_id = "another account"
    assert await an.says("menu") == 200
    assert rows(database) == []


async def test_the_probe_is_answered_and_nothing_else_unsigned(door: str, oa: OaApi, database: Database) -> None:
    assert await oa.hook.probes() == 200
    for body in (b"", b"{ }", b"[]", b'{"event_name":"follow"}', b"not json", b"\xff\xfe", b"[" * 100_000):
        assert await oa.hook.post(door, body, {}) == 401, body[:20]
    assert await oa.hook.post(door, b"{}", {"X-ZEvent-Signature": "mac=0"}) == 401
    assert rows(database) == []


@pytest.mark.parametrize(
    "how", ["right", "bare", "missing", "wrong", "app secret", "reserialised", "other app", "long"]
)
async def test_signatures_give_what_the_door_says(
    door: str, oa: OaApi, database: Database, clock: Clock, how: str
) -> None:
    stamp = str(int(clock().timestamp() * 1000))
    event: dict[str, Any] = {
        "app_id": oa.app_id if how != "other app" else "12",
        "sender": {"id": AN},
        "event_name": "user_send_text",
        "message": {"text": "chào" if how != "long" else "x" * 1_100_000, "msg_id": "m"},
        "timestamp": stamp,
    }
    raw = json.dumps(event).encode()
    mac = oa.hook.sign(raw, stamp)
    if how == "app secret":
        mac = hashlib.sha256(oa.app_id.encode() + raw + stamp.encode() + oa.app_secret.encode()).hexdigest()
    if how == "wrong":
        mac = mac[:-1] + ("0" if mac[-1] != "0" else "1")
    headers = {} if how == "missing" else {"X-ZEvent-Signature": mac if how == "bare" else f"mac={mac}"}
    sent = json.dumps(event, separators=(",", ":")).encode() if how == "reserialised" else raw
    status = await oa.hook.post(door, sent, headers)
    assert status == {"right": 200, "bare": 200, "long": 413}.get(how, 401)
    assert len(rows(database)) == (1 if status == 200 else 0)


async def test_a_body_that_does_not_come_in_time_is_asked_for_again(
    door: str, oa: OaApi, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.0)
    assert await oa.hook.post(door, b"x" * 900_000, {}) == 408
    assert rows(database) == []


async def test_a_body_replayed_after_a_day_is_turned_away(an: Person, database: Database, clock: Clock) -> None:
    assert await an.says("menu") == 200
    clock.forward(hours=23)
    assert await an.world.hook.again() == 200
    clock.forward(hours=1)
    assert await an.world.hook.again() == 401
    assert len(rows(database)) == 1


async def test_an_event_that_could_not_be_kept_is_tried_again_and_kept_once(
    oa: OaApi, options: Options, database: Database, clock: Clock, woken: Woken
) -> None:
    class Failing(Database):
        failures = 2

        async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
            if self.failures:
                self.failures -= 1
                raise OperationalError("disk full", None, Exception())
            return await super().run(work, *args, **kwargs)

    failing = Failing(database.engine.url.render_as_string(hide_password=False))
    app = Starlette(routes=webhook_routes(options, failing, clock, woken))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://nep.test") as client:

        async def post(url: str, raw: bytes, headers: dict[str, str]) -> int:
            return (await client.post(url, content=raw, headers=headers)).status_code

        oa.hook.post, oa.hook.url = post, "/zalo/oa"
        an = oa.person(AN, follows=True)
        assert await an.says("menu") == 503
        assert await oa.hook.tries_again() == [503]
        assert oa.hook.sent[-1][1]["num_retry"] == "1"
        assert await oa.hook.tries_again() == [200]
    assert len(rows(database)) == 1
    assert oa.hook.enabled
    failing.close()


async def test_what_is_heard_late_was_said_when_it_was_said(
    an: Person, database: Database, clock: Clock, woken: Woken
) -> None:
    said_at = clock()
    await an.says("2")
    await an.says("#q:tok:2")
    await an.follows_us()
    clock.forward(hours=1)
    found = [hear(row.body, clock()) for row in rows(database)]
    assert [(one.said_at, one.heard_at) for one in found if one] == [(said_at, clock())] * 3


def test_shapes_nobody_has_promised_say_nothing(clock: Clock) -> None:
    for body in ("", "null", "[]", "{", '{"event_name":1}', '{"event_name":"follow","follower":[]}', "[" * 9_000):
        assert hear(body, clock()) is None
    numbers = '{"event_name":"user_send_text","sender":{"id":246845883529197922},"message":{"text":"a","msg_id":"m"}}'
    assert hear(numbers, clock()) is None  # an id that went through a number may be another person's
    odd = '{"event_name":"user_send_text","sender":{"id":"1"},"message":{"text":5}}'
    assert hear(odd, clock()) == Heard("zalo-oa", "1", OTHER, clock())


@pytest.mark.parametrize(
    "typed", ["#q:tok:0", "#q::1", "#q:tok:1000", "#q:có dấu:1", "q:tok:1", "#q:tok:1 b", "#q:tok"]
)
def test_what_only_looks_like_a_payload_is_a_text(clock: Clock, typed: str) -> None:
    event = {"event_name": "user_send_text", "sender": {"id": "1"}, "message": {"text": typed, "msg_id": "m"}}
    told = hear(json.dumps(event), clock())
    assert told is not None
    assert (told.kind, told.text) == (TEXT, typed)


@pytest.mark.parametrize(
    "address", ["", "https://nep.example", "http://nep.example/zalo", "nep.example/zalo", "ftp://x/y"]
)
def test_an_address_zalo_cannot_post_to_closes_the_door(address: str) -> None:
    with pytest.raises(DoorClosed, match="address"):
        checked_path(address)
