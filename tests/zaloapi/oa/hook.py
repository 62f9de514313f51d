"""Webhooks as Zalo posts them: signed over the raw bytes, tried again by a ladder, switched off after the last step."""

import asyncio
import hashlib
import io
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from tests.zaloapi.oa.world import World

LADDER = (30.0, 300.0, 900.0, 1800.0, 3600.0)  # seconds between tries
PATIENCE = 2.0  # seconds for a 200

Post = Callable[[str, bytes, dict[str, str]], Awaitable[int]]


class Hook:
    """Posts events to `url` while there is one. `enabled` goes off for good when the ladder is climbed in vain.

    `waiting` holds what is to be tried again; `tries_again` does it, the clock moved by the ladder's step.
    """

    def __init__(self, world: "World", post: Post | None = None) -> None:
        self.world = world
        self.url = ""
        self.enabled = True
        self.retrying = True
        self.post: Post = post or self._over_http
        self.sent: list[tuple[bytes, dict[str, str]]] = []
        self.waiting: list[tuple[bytes, dict[str, str], int]] = []
        self._session: aiohttp.ClientSession | None = None

    async def tell(self, event: dict[str, Any]) -> int:
        """Sign an event and post it; returns the status."""
        stamp = str(int(self.world.clock.now() * 1000))
        raw = json.dumps({**event, "timestamp": stamp}, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={self.sign(raw, stamp)}"}
        return await self._try(raw, headers, 0)

    def sign(self, raw: bytes, stamp: str) -> str:
        """Plain SHA-256 of application id, raw body, timestamp and the account's secret key."""
        whole = self.world.app_id.encode() + raw + stamp.encode() + self.world.secret_key.encode()
        return hashlib.sha256(whole).hexdigest()

    async def probes(self) -> int:
        """What Zalo posts when the address is saved: an unsigned empty object."""
        return await self.post(self.url, b"{}", {"Content-Type": "application/json"})

    async def again(self, number: int = -1) -> int:
        """Post something once more, byte for byte, as a repeated delivery."""
        raw, headers = self.sent[number]
        return await self.post(self.url, raw, headers)

    async def tries_again(self) -> list[int]:
        """Move to the next step of the ladder and try what waits; the statuses."""
        waiting, self.waiting = self.waiting, []
        if waiting:
            self.world.clock.forward(max(LADDER[number] for _, _, number in waiting))
        return [await self._try(raw, headers, number + 1) for raw, headers, number in waiting]

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()

    async def _try(self, raw: bytes, headers: dict[str, str], number: int) -> int:
        if not (self.url and self.enabled):
            return 0
        told = {**headers, "num_retry": str(number)} if number else headers
        self.sent.append((raw, told))
        status = await self.post(self.url, raw, told)
        if status != 200 and self.retrying:
            if number < len(LADDER):
                self.waiting.append((raw, headers, number))
            else:
                self.enabled = False
        return status

    async def _over_http(self, url: str, raw: bytes, headers: dict[str, str]) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with (
                asyncio.timeout(PATIENCE),
                self._session.post(url, data=io.BytesIO(raw), headers=headers) as answer,
            ):
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0
