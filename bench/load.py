"""The load generator, as a process of its own: posts updates over kept-alive connections and notes how long each took.

``python -m bench.load ADDRESS SECRET FILE CONNECTIONS RATE [DUES]``. FILE holds one update a line. RATE 0 means as fast
as answers come; else so many a second are due whatever happens, and each waits from the moment it was due. DUES, a file
with the second of each in order, takes the place of the rate.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httptools

Posted = tuple[float, float, int]  # when it was due, when it was answered (both monotonic), and the status


class Connection(asyncio.Protocol):
    """One request at a time over one connection."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._parser: Any = None
        self._answered: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A part of an answer."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._answered and not self._answered.done():
            self._answered.set_result(self._parser.get_status_code())

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up: an answer waited for will never come."""
        if self._answered and not self._answered.done():
            self._answered.set_exception(ConnectionError("the server hung up"))

    @property
    def is_open(self) -> bool:
        """Whether the server still keeps the connection: those that rest it closes."""
        return not self._transport.is_closing()

    async def post(self, request: bytes) -> int:
        """Send a request; the status of its answer."""
        self._parser = httptools.HttpResponseParser(self)
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered


async def post_all(
    address: str, secret: str, bodies: Sequence[bytes], connections: int, dues: Sequence[float]
) -> list[Posted]:
    """Post every body once, at its second from now, or as soon as may be without any; what became of each, in order."""
    parts, loop = urlsplit(address), asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[int, float]] = asyncio.Queue()
    done: list[Posted] = [(0.0, 0.0, 0)] * len(bodies)

    async def connected() -> Connection:
        return (await loop.create_connection(Connection, parts.hostname or "", parts.port or 0))[1]

    async def work() -> None:
        line = await connected()
        while True:
            number, due = await queue.get()
            due = due or time.monotonic()
            line = line if line.is_open else await connected()
            request = _request(parts.path, parts.netloc, secret, bodies[number])
            try:
                status = await line.post(request)
            except ConnectionError:  # closed as it was written: posted again, as Telegram does
                line = await connected()
                status = await line.post(request)
            done[number] = (due, time.monotonic(), status)
            queue.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(work()) for _ in range(connections)]
        begun = time.monotonic()
        for number in range(len(bodies)):
            due = begun + dues[number] if dues else 0.0
            if due and (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            queue.put_nowait((number, due))
        await queue.join()
        for worker in workers:
            worker.cancel()
    return done


def _request(path: str, host: str, secret: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    target, word, file, lines, pace, *schedule = sys.argv[1:]
    updates = Path(file).read_bytes().splitlines()
    seconds = [number / float(pace) for number in range(len(updates))] if float(pace) else []
    if schedule:
        seconds = [float(line) for line in Path(schedule[0]).read_text().split()]
    sys.stdout.write(json.dumps(asyncio.run(post_all(target, word, updates, int(lines), seconds))))
