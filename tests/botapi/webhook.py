"""Updates posted to the bot's own address: serial per queue, tried again until they run out of time."""

import asyncio
import json
import random
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.botapi.updates import Queued
from tests.botapi.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_RETRY_AFTER = 3600.0
GONE_FOR = 23 * 3600

Reply = Callable[[str, dict[str, Any]], Awaitable[Any]]


class Webhook:
    """Posts what the queue holds while a URL is set. Only a 2xx confirms; `on_reply` gets methods in the answer."""

    def __init__(self, world: World, on_reply: Reply) -> None:
        self.world = world
        self.url = ""
        self.secret = ""
        self.max_connections = 40
        self.last_error: tuple[int, str] | None = None
        self.attempts: list[tuple[int, int]] = []
        self.cut_after = 60.0
        self._on_reply = on_reply
        self._lanes: dict[str, deque[Queued]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(40)
        self._gone_since: float | None = None

    async def point_at(self, url: str, secret: str, max_connections: int) -> None:
        """Stop what runs, then start posting to `url`, if there is one."""
        await self.stop()
        self.url, self.secret, self.max_connections = url, secret, max_connections
        self._slots = asyncio.Semaphore(max_connections)
        self.last_error = self._gone_since = None
        if not url:
            return
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.cut_after))
        self.world.updates.listener = self._queue
        for queued in list(self.world.updates.waiting.values()):
            self._queue(queued)

    async def stop(self) -> None:
        """Let go of everything; what was not confirmed stays queued."""
        self.world.updates.listener = None
        current = asyncio.current_task()
        others = [task for task in self._tasks if task is not current]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self._lanes.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _queue(self, queued: Queued) -> None:
        if queued.lane in self._lanes:
            self._lanes[queued.lane].append(queued)
            return
        self._lanes[queued.lane] = deque([queued])
        task = asyncio.get_running_loop().create_task(self._serve(queued.lane))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        crash = None if task.cancelled() else task.exception()
        if isinstance(crash, Exception):
            self.world.crashes.append(crash)

    async def _serve(self, lane: str) -> None:
        while self._lanes.get(lane):
            await self._deliver(self._lanes[lane][0])
            if lane in self._lanes:
                self._lanes[lane].popleft()
        self._lanes.pop(lane, None)

    async def _deliver(self, queued: Queued) -> None:
        delay, waited = 0.0, 0.0
        while self.url:
            retry_after = await self._post(queued)
            if retry_after is None:
                self.world.updates.confirm(queued.update_id)
                return
            pause = min(retry_after, LONGEST_RETRY_AFTER) or delay
            delay = min(max(2.0, delay * 2), random.uniform(60, 120))
            if self.world.clock.now() + waited + pause >= queued.expires_at:
                self.world.updates.lose(queued.update_id)
                return
            # What scaled time leaves out is remembered, so that an update still ages by the unscaled pause.
            waited += pause * (1 - self.world.time_factor)
            await asyncio.sleep(pause * self.world.time_factor)

    async def _post(self, queued: Queued) -> float | None:
        """None when the bot said 2xx, else the pause it asked for (0: none)."""
        assert self._session is not None
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        try:
            async with (
                self._slots,
                self._session.post(self.url, json=queued.body, headers=headers, allow_redirects=False) as answer,
            ):
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as failed:
            return self._failed(queued, 0, f"Connection failed: {type(failed).__name__}", 0.0)
        if not 200 <= answer.status < 300:
            asked = answer.headers.get("Retry-After", "")
            wrong = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            failed_for = self._failed(queued, answer.status, wrong, float(asked) if asked.isdigit() else 0.0)
            self._note_gone(answer.status)
            return failed_for
        self.attempts.append((queued.update_id, answer.status))
        self._gone_since = None
        await self._execute(body)
        return None

    def _failed(self, queued: Queued, status: int, reason: str, pause: float) -> float:
        self.attempts.append((queued.update_id, status))
        self.last_error = (self.world.clock.unix(), reason)
        return pause

    def _note_gone(self, status: int) -> None:
        """23 hours of nothing but 410 close a webhook."""
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = self.world.clock.now()
        elif self.world.clock.now() - self._gone_since >= GONE_FOR:
            self.url, self.world.updates.listener = "", None

    async def _execute(self, body: bytes) -> None:
        """A method in the answer is executed; its result is told to nobody, as at Telegram."""
        try:
            asked = json.loads(body)
        except ValueError:
            return
        if isinstance(asked, dict) and "method" in asked:
            await self._on_reply(asked.pop("method"), asked)
