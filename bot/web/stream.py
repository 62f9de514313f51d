"""Server-sent events: what is missing from the store first, then what comes, each line with its id."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.web.bells import Bells
from store import transcript
from store.database import Database

AT_ONCE = 100
GREETING = b"retry: 2000\n\n"
HEARTBEAT = b":\n\n"
# The id goes back to nothing as well, or the browser would ask again for what no longer exists.
RESET = b"event: reset\nid: 0\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a stream looks by itself (another process may have written), and how often it shows it is alive."""

    look_seconds: float = 2.0
    heartbeat_seconds: float = 15.0
    most_per_address: int = 4
    most: int = 2_000


def as_json(line: transcript.Line) -> dict[str, Any]:
    """A line as the page reads it."""
    return {"id": line.id, "who": line.who, "at": line.at.isoformat(), **json.loads(line.body)}


def as_event(line: transcript.Line) -> bytes:
    """A line as one event; JSON text holds no raw line break, so one `data:` field is enough."""
    return f"id: {line.id}\ndata: {json.dumps(as_json(line), ensure_ascii=False)}\n\n".encode()


class LineStream(StreamingResponse):
    """The response of one open page."""

    def __init__(self, database: Database, bells: Bells, address: str, after: int, rhythm: Rhythm) -> None:
        super().__init__(self._events(after), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._database, self._bells, self._address, self._rhythm = database, bells, address, rhythm
        self._bell = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Listen for exactly as long as the response lasts, however it ends."""
        with self._bells.listening(self._address) as self._bell:
            await super().__call__(scope, receive, send)

    async def _events(self, after: int) -> AsyncIterator[bytes]:
        yield GREETING
        loop = asyncio.get_running_loop()
        beat_at = loop.time() + self._rhythm.heartbeat_seconds
        while not self._bells.hung_up:
            self._bell.clear()  # before looking: a ring during the look must not be lost
            found = await self._database.run(transcript.since, "web", self._address, after, AT_ONCE)
            if found.rewritten:
                after = 0
                yield RESET
                continue
            for line in found.lines:
                after = line.id
                yield as_event(line)
            if not found.more and not await self._rung() and loop.time() >= beat_at:
                beat_at = loop.time() + self._rhythm.heartbeat_seconds
                yield HEARTBEAT

    async def _rung(self) -> bool:
        try:
            async with asyncio.timeout(self._rhythm.look_seconds):
                return await self._bell.wait()
        except TimeoutError:
            return False
