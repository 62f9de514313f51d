"""A visitor's browser without the browser: a cookie, words, and an ear on the stream."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

OURS = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Ear:
    """An open stream: hands out its lines one by one."""

    events: AsyncIterator[dict[str, str]]

    async def next(self) -> dict[str, Any]:
        """The next line."""
        async for event in self.events:
            if "data" in event:
                return {"event": event.get("event", "message"), **json.loads(event["data"])}
        raise EOFError

    async def until(self, text: str) -> list[dict[str, Any]]:
        """Lines up to the one with this text."""
        found = [await self.next()]
        while found[-1].get("text") != text:
            found.append(await self.next())
        return found


class Visitor:
    """One browser with its own cookie jar."""

    def __init__(self, url: str, path: str = "/") -> None:
        self.client = httpx.AsyncClient(base_url=url + path, headers=OURS, timeout=10)

    async def __aenter__(self) -> "Visitor":
        await self.client.get("")
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self.client.aclose()

    async def says(self, text: str, said_id: str = "") -> httpx.Response:
        """Type something."""
        return await self.posts({"id": said_id or str(uuid.uuid4()), "text": text})

    async def posts(self, said: Any) -> httpx.Response:
        """Send any JSON."""
        return await self.client.post("say", json=said)

    async def lines(self, **query: int) -> dict[str, Any]:
        """The transcript as JSON."""
        answer = await self.client.get("lines", params=query)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    @asynccontextmanager
    async def listens(self, after: int | None = None, last_event_id: str | None = None) -> AsyncIterator[Ear]:
        """Open the stream."""
        headers = {"Last-Event-ID": last_event_id} if last_event_id is not None else {}
        params = {"after": after} if after is not None else {}
        async with self.client.stream("GET", "stream", params=params, headers=headers) as answer:
            assert answer.status_code == 200, answer.status_code
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield Ear(_events(answer))


async def _events(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    event: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            event[name] = value.strip()
        else:
            yield event
            event = {}
