"""Files people send: fetched within bounds, every trouble of a known kind, and the token in none of it."""

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiogram import Bot
from aiohttp import web

from bot.filing import MOST_BYTES, Unfetchable
from bot.telegram.fetching import GONE, TOO_BIG, Fetcher
from bot.telegram.flood import FloodPause
from bot.telegram.hearing import understand
from bot.telegram.options import Options
from bot.troubles import CallFailed
from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.conftest import Clock


@pytest.fixture
def rested() -> list[float]:
    """The seconds a fetcher has waited."""
    return []


@pytest.fixture
def fetcher(bot: Bot, flood: FloodPause, rested: list[float]) -> Fetcher:
    """A fetcher that does not really wait."""

    async def pause(seconds: float) -> None:
        rested.append(seconds)

    return Fetcher(bot, flood, pause)


async def sent(an: Person, clock: Clock, content: bytes, name: str = "Câu hỏi #1?.xlsx") -> str:
    """An sends a file; what it is called at Telegram."""
    heard = understand((await an.sends_document(name, content)).body, clock())
    assert heard is not None
    assert (heard.file_name, heard.file_size) == (name, len(content))
    return heard.file_ref


async def test_the_bytes_are_those_that_were_sent(fetcher: Fetcher, an: Person, clock: Clock) -> None:
    content = bytes(range(256)) * 1000
    assert await fetcher.fetch(await sent(an, clock, content)) == content


async def test_the_largest_file_comes_and_one_byte_more_does_not(
    fetcher: Fetcher, api: BotApi, an: Person, clock: Clock
) -> None:
    assert len(await fetcher.fetch(await sent(an, clock, b"x" * MOST_BYTES))) == MOST_BYTES
    api.calls.clear()
    with pytest.raises(Unfetchable) as lost:
        await fetcher.fetch(await sent(an, clock, b"x" * (MOST_BYTES + 1)))
    assert lost.value.key == TOO_BIG


async def test_what_telegram_itself_finds_too_big_is_told_so(
    fetcher: Fetcher, api: BotApi, an: Person, clock: Clock
) -> None:
    ref = await sent(an, clock, b"x")
    api.faults.add("refuse", "getFile", status=400, description="Bad Request: file is too big")
    with pytest.raises(Unfetchable) as lost:
        await fetcher.fetch(ref)
    assert lost.value.key == TOO_BIG


@pytest.mark.parametrize("ref", ["BQAC0000", "", "../../etc/passwd", "a b", "á", "x" * 300])
async def test_an_id_that_names_no_file_any_more_is_given_up(fetcher: Fetcher, ref: str) -> None:
    with pytest.raises(Unfetchable) as lost:
        await fetcher.fetch(ref)
    assert lost.value.key == GONE


@pytest.mark.parametrize("fault", ["cut_after", "truncated", "html_502", "bare_502", "wrong_shape", "reset_before"])
async def test_trouble_on_the_way_is_worth_another_try(
    fetcher: Fetcher, api: BotApi, an: Person, clock: Clock, fault: str
) -> None:
    ref = await sent(an, clock, b"PK")
    api.faults.add(fault, "getFile")
    with pytest.raises(CallFailed):
        await fetcher.fetch(ref)
    assert await fetcher.fetch(ref) == b"PK"


async def test_a_429_keeps_everything_still_and_the_next_try_waits(
    fetcher: Fetcher, api: BotApi, an: Person, clock: Clock, flood: FloodPause, rested: list[float]
) -> None:
    ref = await sent(an, clock, b"PK")
    api.faults.add("flood", "getFile", seconds=3)
    with pytest.raises(CallFailed):
        await fetcher.fetch(ref)
    assert flood.left() == 3
    api.clock.forward(4)
    assert await fetcher.fetch(ref) == b"PK"
    assert rested == [3]


class FileServer:
    """Answers getFile with what it is told to, and the download with anything at all."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {"file_id": "x", "file_unique_id": "x", "file_path": "documents/file_1.xlsx"}
        self.answer: Callable[[], web.StreamResponse] = lambda: web.Response(body=b"PK")
        self.asked: list[str] = []

    async def look_up(self, _: web.Request) -> web.Response:
        """GetFile."""
        return web.json_response({"ok": True, "result": self.told})

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The file."""
        self.asked.append(request.raw_path.partition("/documents")[2])
        return self.answer()


@pytest.fixture
async def server() -> AsyncIterator[tuple[FileServer, str]]:
    """The server and its address."""
    behaving = FileServer()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/getFile", behaving.look_up)
    app.router.add_get("/file/{path:.*}", behaving.download)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield behaving, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize(
    "path", ["/var/lib/bot/file.xlsx", "../secret", "documents/../../x", "", "a\nb", None, 7, ["documents/x"]]
)
async def test_a_path_outside_the_files_is_not_asked_for(
    make_bot: Callable[..., Bot], options: Options, flood: FloodPause, server: tuple[FileServer, str], path: Any
) -> None:
    behaving, url = server
    behaving.told["file_path"] = path
    with pytest.raises(CallFailed, match="no path"):
        await Fetcher(make_bot(replace(options, api_url=url)), flood).fetch("BQAC")
    assert behaving.asked == []


async def test_a_file_longer_than_told_is_cut_off_and_one_shorter_is_tried_again(
    make_bot: Callable[..., Bot], options: Options, flood: FloodPause, server: tuple[FileServer, str]
) -> None:
    behaving, url = server
    fetcher = Fetcher(make_bot(replace(options, api_url=url)), flood)
    behaving.answer = lambda: web.Response(body=b"x" * (MOST_BYTES * 2))
    with pytest.raises(Unfetchable) as lost:
        await fetcher.fetch("BQAC")
    assert lost.value.key == TOO_BIG
    behaving.told["file_size"] = 3
    behaving.answer = lambda: web.Response(body=b"PK")
    with pytest.raises(CallFailed):
        await fetcher.fetch("BQAC")
    behaving.told["file_size"] = MOST_BYTES + 1
    behaving.asked.clear()
    with pytest.raises(Unfetchable):
        await fetcher.fetch("BQAC")
    assert behaving.asked == []


async def test_odd_names_reach_the_server_as_they_are(
    make_bot: Callable[..., Bot], options: Options, flood: FloodPause, server: tuple[FileServer, str]
) -> None:
    behaving, url = server
    behaving.told["file_path"] = "documents/Câu hỏi?#%2e.xlsx"
    assert await Fetcher(make_bot(replace(options, api_url=url)), flood).fetch("BQAC") == b"PK"
    assert behaving.asked == ["/C%C3%A2u%20h%E1%BB%8Fi%3F%23%252e.xlsx"]


@pytest.mark.parametrize("status", [302, 404, 429, 500, 502])
async def test_a_download_that_fails_says_nothing_of_its_address(
    make_bot: Callable[..., Bot],
    options: Options,
    flood: FloodPause,
    server: tuple[FileServer, str],
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    behaving, url = server
    behaving.answer = lambda: web.Response(status=status, headers={"Location": f"{url}/file/documents/other"})
    token = options.token.get_secret_value()
    with pytest.raises(CallFailed) as failed:
        await Fetcher(make_bot(replace(options, api_url=url)), flood).fetch("BQAC")
    assert len(behaving.asked) == 1
    seen = f"{failed.value!r} {failed.value} {failed.value.__context__!r} {failed.value.__cause__!r} {caplog.text}"
    assert token not in seen
    assert token.partition(":")[2] not in seen


async def test_a_server_that_is_gone_says_nothing_of_its_address(
    make_bot: Callable[..., Bot], options: Options, flood: FloodPause, api: BotApi, an: Person, clock: Clock
) -> None:
    fetcher = Fetcher(make_bot(options), flood)
    ref = await sent(an, clock, b"PK")
    await api.goes_dark()
    with pytest.raises(CallFailed) as failed:
        await fetcher.fetch(ref)
    assert failed.value.__context__ is None
    assert api.token not in str(failed.value)
