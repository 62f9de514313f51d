"""News of people: polled once and then gone, or posted to an address that is probed and saved whatever comes of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from tests.zaloapi.bots.conftest import Calls
from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots
from tests.zaloapi.bots.webhook import SECRET_HEADER

ADDRESS, SECRET = "https://nep.example.vn/zalo", "S3cret-of-tests"


@dataclass
class Listener:
    """A web server that hears what is posted to it, and answers as it is told."""

    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        """Remember, then answer."""
        self.bodies.append(await request.read())
        self.secrets.append(request.headers.get(SECRET_HEADER, ""))
        return web.Response(status=self.status)


@pytest.fixture
async def listener(api: ZaloBots) -> AsyncIterator[Listener]:
    """Somebody behind nep.example.vn."""
    heard = Listener()
    app = web.Application()
    app.router.add_post("/zalo", heard.hear)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.hosts["nep.example.vn"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield heard
    await runner.cleanup()


async def everything_is_posted(api: ZaloBots) -> None:
    """Until the webhook has posted or given up all it had."""
    async with asyncio.timeout(10):
        while not api.bot.webhook.is_idle:  # noqa: ASYNC110  # what is waited for lives in the server
            await asyncio.sleep(0.001)


async def test_a_poll_gives_one_thing_once_and_idles_with_408(calls: Calls, an: Person) -> None:
    await an.says("một")
    await an.says("hai")
    _, first = await calls("getUpdates", timeout="30")
    assert first["result"]["event_name"] == "message.text.received"
    assert first["result"]["message"]["text"] == "một"
    assert first["result"]["message"]["chat"] == {"id": an.chat_id, "chat_type": "PRIVATE"}
    assert (await calls("getUpdates"))[1]["result"]["message"]["text"] == "hai"
    _, idle = await calls("getUpdates", timeout=1)
    assert idle == {"ok": False, "error_code": 408, "description": "Request timeout"}


async def test_a_poll_whose_answer_is_lost_has_lost_its_news(api: ZaloBots, calls: Calls, an: Person) -> None:
    await an.says("một")
    api.faults.add("cut_after", "getUpdates")
    with pytest.raises(aiohttp.ClientError):
        await calls("getUpdates")
    assert (await calls("getUpdates", timeout=1))[1]["ok"] is False


async def test_a_waiting_poll_is_woken(api: ZaloBots, calls: Calls, an: Person) -> None:
    api.time_factor = 1.0
    poll = asyncio.create_task(calls("getUpdates"))
    while not api.calls:  # noqa: ASYNC110  # what is waited for lives in the server
        await asyncio.sleep(0.001)
    await an.says("ba")
    assert (await poll)[1]["result"]["message"]["text"] == "ba"


async def test_everything_people_send_has_its_event(api: ZaloBots, an: Person) -> None:
    for act in (an.sends_photo, an.sends_sticker, an.sends_voice, an.sends_unsupported):
        await act()
    await an.sends_unsupported(nameless=True)
    await an.sends_photo("chú thích", key="photo_url")
    kinds = ("image", "sticker", "voice", "unsupported", "unsupported", "image")
    assert [event.name for event in api.bot.events.waiting] == [f"message.{kind}.received" for kind in kinds]


@pytest.mark.parametrize("flat", [True, False])
async def test_news_is_posted_with_the_secret_and_polls_go_deaf(
    api: ZaloBots, calls: Calls, an: Person, listener: Listener, flat: bool
) -> None:
    api.flat = flat
    await an.says("trước")
    _, answer = await calls("setWebhook", url=ADDRESS, secret_token=SECRET)
    assert answer["result"]["verification"]["outcome"] == "webhook.ok"
    await an.says("sau")
    await everything_is_posted(api)
    assert len(listener.bodies) == 3  # the probe is one of them
    assert (b'"ok"' in listener.bodies[-1]) is not flat
    assert listener.secrets == [SECRET] * 3
    assert (await calls("getUpdates", timeout=1))[1]["error_code"] == 408
    assert (await calls("getWebhookInfo"))[1]["result"]["url"] == ADDRESS
    await calls("deleteWebhook")
    await an.says("nữa")
    assert (await calls("getUpdates"))[1]["result"]["message"]["text"] == "nữa"


async def test_what_is_not_taken_is_posted_again_a_few_times_and_then_lost(
    api: ZaloBots, calls: Calls, an: Person, listener: Listener
) -> None:
    await calls("setWebhook", url=ADDRESS, secret_token=SECRET)
    listener.status = 503
    await an.says("một")
    await everything_is_posted(api)
    assert api.bot.webhook.attempts == [503] * 4
    assert len(api.bot.events.lost) == 1


@pytest.mark.parametrize(
    "url", ["http://nep.example.vn/zalo", "https://localhost/z", "https://127.0.0.1/z", "https://192.168.1.2/z"]
)
async def test_addresses_nobody_can_reach_are_refused(calls: Calls, url: str) -> None:
    _, answer = await calls("setWebhook", url=url, secret_token=SECRET)
    assert answer["description"].endswith("webhook.err.blocked")
    assert (await calls("setWebhook", url=ADDRESS, secret_token="short"))[1]["error_code"] == 400


async def test_an_address_that_fails_its_probe_is_saved_all_the_same(calls: Calls, listener: Listener) -> None:
    listener.status = 403
    _, answer = await calls("setWebhook", url=ADDRESS, secret_token=SECRET)
    assert (answer["ok"], answer["result"]["verification"]["outcome"]) == (True, "http.403")
    _, unknown = await calls("setWebhook", url="https://nobody.example/x", secret_token=SECRET)
    assert unknown["result"]["verification"] == unknown["result"]["verification"] | {"ok": False, "outcome": "err.dns"}
    assert (await calls("getWebhookInfo"))[1]["result"]["url"] == "https://nobody.example/x"


async def test_deleting_no_webhook_is_success_or_400(api: ZaloBots, calls: Calls) -> None:
    assert (await calls("deleteWebhook"))[1]["ok"] is True
    api.refuses_to_delete_nothing = True
    assert (await calls("deleteWebhook"))[1]["error_code"] == 400
