"""News posted to the bot's own address, one after the other; the manual names neither retries nor a time limit."""

import asyncio
import json
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from tests.zaloapi.bots.updates import Event

if TYPE_CHECKING:
    from tests.zaloapi.bots.bot import Bot

SECRET_HEADER = "X-Bot-Api-Secret-Token"
PATIENCE = 10.0


class Webhook:
    """Where a bot's news goes while an address is set. `attempts` are the statuses of all posts, probes apart."""

    def __init__(self, bot: "Bot") -> None:
        self.bot = bot
        self.url = self.secret = ""
        self.updated_at = 0
        self.attempts: list[int] = []
        self._queue: deque[Event] = deque()
        self._task: asyncio.Task[None] | None = None

    async def point_at(self, url: str, secret: str) -> dict[str, Any]:
        """Save the address, then probe it: it stays saved whatever the probe finds."""
        await self.stop()
        self.url, self.secret = url, secret
        self.updated_at = int(self.bot.world.clock.now() * 1000)
        events = self.bot.events
        events.listener = self._push if url else None
        if not url:
            return {}
        self._queue.extend(events.waiting)
        events.waiting.clear()
        self._work()
        return await self._probe()

    async def stop(self) -> None:
        """Let go; what was under way is tried again once there is an address."""
        self.bot.events.listener = None
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _push(self, event: Event) -> None:
        self._queue.append(event)
        self._work()

    def _work(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        while self._queue:
            await self._deliver(self._queue[0])
            self._queue.popleft()

    @property
    def is_idle(self) -> bool:
        """Whether everything has been posted or given up."""
        return not self._queue

    async def _deliver(self, event: Event) -> None:
        body = event.body if self.bot.world.flat else {"ok": True, "result": event.body}
        for pause in (*self.bot.world.pauses, None):
            status, _ = await self._post(json.dumps(body, ensure_ascii=False).encode())
            self.attempts.append(status)
            if 200 <= status < 300:
                self.bot.events.handed_out.append(event)
                return
            if pause is not None:
                await asyncio.sleep(pause * self.bot.world.time_factor)
        self.bot.events.lost.append(event)

    async def _probe(self) -> dict[str, Any]:
        began = time.monotonic()
        status, outcome = await self._post(self.bot.world.probe_body)
        good = 200 <= status < 300
        known = f"http.{status}" if status in (403, 404) else "http.5xx" if status >= 500 else "http.other"
        return {
            "ok": good,
            "outcome": "webhook.ok" if good else outcome or known,
            "status_code": status,
            "latency_ms": int((time.monotonic() - began) * 1000),
            "hint": "",
        }

    async def _post(self, body: bytes) -> tuple[int, str]:
        """The status and, when there was none, what was in the way."""
        headers = {SECRET_HEADER: self.secret, "Content-Type": "application/json"}
        address = self.bot.world.address_of(self.url)
        if address is None:
            return 0, "err.dns"
        try:
            timeout = aiohttp.ClientTimeout(total=PATIENCE)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                await answer.read()
                return answer.status, ""
        except (aiohttp.ClientError, TimeoutError):
            return 0, "err.conn"


def is_blocked(url: str) -> bool:
    """Addresses that are never taken: not https, or of a network nobody else can reach."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme != "https" or host == "localhost" or host.startswith(("127.", "192.168.", "10."))
