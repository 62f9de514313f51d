"""A Bot API that costs next to nothing, as a process of its own: takes every message and remembers when, for whom.

``python -m bench.null_api`` prints its address once it listens; ``GET /tally`` gives what it has taken so far. Times
are of the monotonic clock, which all processes of a machine share.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import httptools

CHAT = re.compile(rb'chat_id"?(?:=|\s*:\s*"?|\r\n(?:[^\r\n]+\r\n)*\r\n)(\d+)')
OK = b'{"ok":true,"result":true}'
ME = b'{"ok":true,"result":{"id":1234567890,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
SENT = (
    b'{"ok":true,"result":{"message_id":%d,"from":{"id":1234567890,"is_bot":true,"first_name":"Bench"},'
    b'"chat":{"id":%s,"first_name":"An","type":"private"},"date":1794000000,"text":"..."}}'
)


@dataclass
class Tally:
    """What was taken: (chat, moment) of every message in order, and how many calls of each method."""

    sent: list[tuple[int, float]] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)


class Line(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, tally: Tally) -> None:
        self._tally, self._parser = tally, httptools.HttpRequestParser(self)
        self._url, self._body = b"", bytearray()
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody calls."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Bytes came in."""
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        """A request begins."""
        self._url, self._body = url, bytearray()

    def on_body(self, body: bytes) -> None:
        """More of its body."""
        self._body += body

    def on_message_complete(self) -> None:
        """The whole request is here: take it."""
        answer = self._taken(self._url.rsplit(b"/", 1)[-1].decode())
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % len(answer) + answer)

    def _taken(self, method: str) -> bytes:
        if method == "tally":
            return json.dumps({"sent": self._tally.sent, "calls": self._tally.calls}).encode()
        self._tally.calls[method] = self._tally.calls.get(method, 0) + 1
        found = CHAT.search(self._body) if method == "sendMessage" else None
        if found is None:
            return ME if method == "getMe" else OK
        self._tally.sent.append((int(found[1]), time.monotonic()))
        return SENT % (len(self._tally.sent), found[1])


async def serve() -> None:
    """Listen on a free port until killed."""
    tally = Tally()
    # With the usual backlog of 100 some of 500 connections that begin at once would stand still for 200 ms.
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(tally), "127.0.0.1", 0, backlog=1_000)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
