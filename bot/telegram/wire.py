"""The wire: HTTP/1.1 to one server over connections that are kept, one exchange at a time on each.

A message costs an eighth here of what it costs through a general HTTP client, and how far a failed exchange came
is known exactly. Files go another way (`session.py`).
"""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

from bot.exchange import Answer, Broken, CutOff, Misaddressed, NotConnected

IDLE_SECONDS = 15.0  # a connection unused for longer may be about to be closed at the other end
INFORMATIONAL = range(100, 200)
VISIBLE = re.compile(r"[!-~]+")  # nothing that could end a line of a request


class Wire:
    """Posts to paths below `url`. Makes as many connections as exchanges are under way and keeps them for the next."""

    def __init__(self, url: str, connect_seconds: float, tls: ssl.SSLContext) -> None:
        self._place, self._connect_seconds, self._tls = _place(url), connect_seconds, tls
        self._idle: deque[_Connection] = deque()

    async def post(self, path: str, content_type: str, body: bytes, seconds: float, limit: int) -> Answer:
        """Ask once and read at most some bytes more than `limit`; raises Broken, without the path in its text."""
        if self._place is None:
            raise Misaddressed("InvalidURL")
        head = (
            f"POST {self._place.path}{path} HTTP/1.1\r\nHost: {self._place.name}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection = self._kept() or await self._connected(self._place)
        try:
            return await connection.ask(head.encode("ascii") + body, seconds, limit)
        finally:
            connection.rest(self._idle)

    def close(self) -> None:
        """Let every kept connection go."""
        while self._idle:
            self._idle.pop().drop()

    def _kept(self) -> "_Connection | None":
        """The connection that has rested longest, so that all stay in use; one that has for too long is let go.

        Making new ones takes time, and what was to go out evenly spaced would go out in a heap.
        """
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.popleft()
            if connection.is_open and now - connection.used_at < IDLE_SECONDS:
                return connection
            connection.drop()
        return None

    async def _connected(self, place: "_Place") -> "_Connection":
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                tls = self._tls if place.secure else None
                _, made = await loop.create_connection(lambda: _Connection(loop.time), place.host, place.port, ssl=tls)
                return made
        except UnicodeError as failed:  # a name that cannot be one
            broken: Broken = Misaddressed(type(failed).__name__)
        except OSError as failed:  # TLS, names and time are among these
            broken = NotConnected(type(failed).__name__)
        raise broken  # out here: the texts of these name the address, and would come along as the cause


class _Connection(asyncio.Protocol):
    """One kept connection. Its parser calls the `on_` methods."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self.used_at = clock, clock()
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None

    @property
    def is_open(self) -> bool:
        """Whether neither end has begun to close it."""
        return not self._transport.is_closing()

    async def ask(self, request: bytes, seconds: float, limit: int) -> Answer:
        """One exchange; raises CutOff when no whole answer comes in time."""
        loop = asyncio.get_running_loop()
        self._body, self._limit = bytearray(), limit
        self._retry_after, self._is_framed, self._has_head, self._is_kept = "", False, False, False
        self._answer = loop.create_future()
        patience = loop.call_later(seconds, self._fail, "TimeoutError")
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            patience.cancel()

    def rest(self, idle: "deque[_Connection]") -> None:
        """Wait for the next exchange, if the last one left the connection fit for it."""
        if self.is_open and self._is_kept:
            self.used_at = self._clock()
            idle.append(self)
        else:
            self.drop()

    def drop(self) -> None:
        """Close at once: nothing that may still come is wanted."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The other end is there."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of the answer; any without a question make the connection unfit."""
        if self._answer is None or self._answer.done():
            self.drop()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as failed:
            self._fail(type(failed).__name__)
            self.drop()

    def connection_lost(self, failed: Exception | None) -> None:
        """The end of an answer that did not say its own length; else it was cut off."""
        if self._answer and not self._answer.done() and self._has_head and not self._is_framed and failed is None:
            self._finish()
        self._fail(type(failed).__name__ if failed else "ServerDisconnected")

    def on_message_begin(self) -> None:
        """Another answer behind the one that was asked for is for nobody."""
        if self._answer and self._answer.done():
            self._is_kept = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        match name.lower():
            case b"retry-after":
                self._retry_after = value.decode("latin-1")
            case b"content-length" | b"transfer-encoding":
                self._is_framed = True

    def on_headers_complete(self) -> None:
        """The body begins."""
        self._has_head = True

    def on_body(self, part: bytes) -> None:
        """More of the body; too much of it is not read to the end."""
        self._body += part
        if len(self._body) > self._limit:
            self._finish()

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._parser.get_status_code() not in INFORMATIONAL:  # after these comes the real one
            self._is_kept = self._parser.should_keep_alive()
            self._finish()

    def _finish(self) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result(Answer(self._parser.get_status_code(), self._retry_after, bytes(self._body)))

    def _fail(self, reason: str) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(CutOff(reason))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the server is: `path` begins every path, `name` is what the Host header says."""

    host: str
    port: int
    secure: bool
    path: str
    name: str


def _place(url: str) -> _Place | None:
    """What an address says, None when it is none."""
    try:
        parts = urlsplit(url)
        host, secure = parts.hostname, parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
    except ValueError:
        return None
    if not host or parts.scheme not in ("http", "https") or not VISIBLE.fullmatch(url):
        return None
    return _Place(host, port, secure, parts.path.rstrip("/"), parts.netloc.rpartition("@")[2])
