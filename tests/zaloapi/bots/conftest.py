"""The server, a bare client and An, for the server's own tests."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots

Calls = Callable[..., Coroutine[Any, Any, tuple[int, dict[str, Any]]]]


@pytest.fixture
async def api() -> AsyncIterator[ZaloBots]:
    """A server whose waits are a thousand times shorter."""
    async with ZaloBots(time_factor=0.001) as server:
        yield server


@pytest.fixture
async def an(api: ZaloBots) -> Person:
    """An, who has already written to the bot."""
    return api.bot.person("An", started=True)


@pytest.fixture
async def calls(api: ZaloBots) -> AsyncIterator[Calls]:
    """A call as any program would make it: ``status, answer = await calls("getMe")``."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, token: str = api.bot.token, **params: Any) -> tuple[int, dict[str, Any]]:
            async with session.post(f"{api.url}/bot{token}/{method}", json=params) as answer:
                return answer.status, await answer.json()

        yield call
