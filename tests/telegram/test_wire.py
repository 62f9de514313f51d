"""The wire against a server that says, byte by byte, what it is told to say."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.exchange import Answer, CutOff, Misaddressed, NotConnected
from bot.telegram import wire as wires
from bot.telegram.wire import Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"


@dataclass
class Told:
    """Says `answers` in turn, after the last of them it may hang up; remembers what each connection heard."""

    answers: list[bytes] = field(default_factory=list)
    hangs_up: bool = False
    heard: list[bytes] = field(default_factory=list)
    serving: list[Any] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(b"")
        number = len(self.heard) - 1
        self.serving.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError):
            while self.answers or not self.hangs_up:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.heard[number] += head + await reader.readexactly(length)
                writer.write(self.answers.pop(0))
        writer.close()


@pytest.fixture
async def told() -> AsyncIterator[Told]:
    """The server, listening."""
    told = Told()
    server = await asyncio.start_server(told.serve, "127.0.0.1", 0)
    told.port = server.sockets[0].getsockname()[1]
    async with server:
        yield told
        await asyncio.wait(told.serving)


@pytest.fixture
async def wire(told: Told) -> AsyncIterator[Wire]:
    """A wire to it."""
    made = make(f"http://127.0.0.1:{told.port}/below")
    yield made
    made.close()


def make(url: str, connect_seconds: float = 5) -> Wire:
    return Wire(url, connect_seconds, ssl.create_default_context())


async def ask(wire: Wire, body: bytes = b"{}", seconds: float = 5, limit: int = 100) -> Answer:
    return await wire.post("/do", "application/json", body, seconds, limit)


async def test_a_request_is_whole_and_the_connection_is_used_again(wire: Wire, told: Told) -> None:
    told.answers = [OK, OK]
    assert [await ask(wire, b"one"), await ask(wire, b"two!")] == [Answer(200, "", b"ok")] * 2
    common = f"POST /below/do HTTP/1.1\r\nHost: 127.0.0.1:{told.port}\r\nContent-Type: application/json\r\n"
    asked = [f"{common}Content-Length: {len(body)}\r\n\r\n{body}" for body in ("one", "two!")]
    assert told.heard == ["".join(asked).encode()]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, Answer(200, "", b"ok")),
        (b"HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n", Answer(429, "7", b"")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", Answer(200, "", b"ok")),
        (ENDLESS + b"until the end", Answer(200, "", b"until the end")),
        (b"HTTP/1.1 302 Found\r\nLocation: http://x\r\nContent-Length: 0\r\n\r\n", Answer(302, "", b"")),
    ],
    ids=["after 100", "flood", "in chunks", "until the connection ends", "redirect"],
)
async def test_an_answer_may_come_in_any_shape(wire: Wire, told: Told, said: bytes, expected: Answer) -> None:
    told.answers, told.hangs_up = [said], True
    assert await ask(wire) == expected


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
        b"what is this\r\n\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "half a chunk", "no HTTP"],
)
async def test_what_is_not_whole_was_cut_off(wire: Wire, told: Told, said: bytes) -> None:
    told.answers, told.hangs_up = [said], True
    with pytest.raises(CutOff):
        await ask(wire)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda ok: ok.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n"), id="told to close"),
        pytest.param(lambda ok: ok + b"more than asked for", id="more than asked for"),
        pytest.param(lambda ok: ok + ok[:9], id="half an answer more"),
        pytest.param(lambda ok: ok.replace(b"2\r\n\r\nok", b"500\r\n\r\n" + b"x" * 101), id="too long to be read"),
    ],
)
async def test_a_connection_that_may_hold_something_else_is_not_used_again(
    wire: Wire, told: Told, spoil: Callable[[bytes], bytes]
) -> None:
    told.answers = [spoil(OK), OK]
    await ask(wire)
    await asyncio.sleep(0.01)  # what comes unasked may come a little later
    assert await ask(wire) == Answer(200, "", b"ok")
    assert len(told.heard) == 2


async def test_a_connection_that_lay_idle_for_long_is_not_used_again(
    wire: Wire, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.answers = [OK, OK]
    await ask(wire)
    monkeypatch.setattr(wires, "IDLE_SECONDS", 0.0)
    await ask(wire)
    assert len(told.heard) == 2


async def test_who_waits_in_vain_gives_up_and_leaves_the_connection(wire: Wire, told: Told) -> None:
    told.answers = [b"", OK]
    with pytest.raises(CutOff, match="TimeoutError"):
        await ask(wire, seconds=0.05)
    assert await ask(wire) == Answer(200, "", b"ok")
    assert len(told.heard) == 2


async def test_several_ask_at_once_each_on_a_connection_of_its_own(wire: Wire, told: Told) -> None:
    told.answers = [OK] * 6
    assert await asyncio.gather(*(ask(wire) for _ in range(3))) == [Answer(200, "", b"ok")] * 3
    assert await asyncio.gather(*(ask(wire) for _ in range(3))) == [Answer(200, "", b"ok")] * 3
    assert len(told.heard) == 3


@pytest.mark.parametrize(
    "url", ["http://[", "ftp://x", "http://", "http://x:99999", "http://a b", "http://x/\r\nX: y", "x"]
)
async def test_what_is_no_address_is_told_apart(url: str) -> None:
    with pytest.raises(Misaddressed):
        await ask(make(url))


async def test_a_server_that_cannot_be_reached_in_time_was_never_written_to() -> None:
    gone = asyncio.Event()

    async def dumb(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    async with await asyncio.start_server(dumb, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotConnected):  # TLS needs an answer
            await ask(make(f"https://127.0.0.1:{port}", connect_seconds=0.05))
        await gone.wait()
