"""What every server of the tests does alike: listen on 127.0.0.1, go dark and come back, run as its own process."""

import argparse
import asyncio
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.botapi.delivery_log import DeliveryLog


class Listening(ABC):
    """The listening half of a server; the other half is its world, which has a log and collects crashes."""

    log: DeliveryLog
    crashes: list[Exception]
    latency: float
    calls_end_with_their_connection = False

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._turns: set[asyncio.Future[None]] = set()

    @property
    def url(self) -> str:
        """Where clients find it, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_dark(self) -> bool:
        """Whether it refuses connections."""
        return self._site is None

    @abstractmethod
    def _app(self) -> web.Application:
        """The routes."""

    @abstractmethod
    async def _end(self) -> None:
        """Whatever else runs beside the routes ends here."""

    async def __aenter__(self) -> Self:
        cancels = self.calls_end_with_their_connection
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=cancels)
        await self._runner.setup()
        await self.comes_back()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._end()
        if self._runner is not None:
            await self._runner.cleanup()
        self.log.close()
        if self.crashes and error is None:
            raise self.crashes[0]

    async def comes_back(self) -> None:
        """Listen, on the same port as before if there was one."""
        assert self._runner is not None
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def goes_dark(self) -> None:
        """Reset all connections and refuse new ones until `comes_back`; what the server remembers stays."""
        assert self._site is not None
        assert self._runner is not None
        await self._site.stop()
        self._site = None
        for connection in self._runner.server.connections if self._runner.server else []:
            if connection.transport is not None:
                connection.transport.abort()

    async def dark_for(self, asked: dict[str, Any]) -> float:
        """Go dark now and come back after `seconds`, for whoever can only ask over HTTP."""
        seconds = float(asked["seconds"])
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, self._later, self.goes_dark)  # the answer to this very request has to leave first
        loop.call_later(0.05 + seconds, self._later, self.comes_back)
        return seconds

    def _later(self, turn: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.ensure_future(turn())
        self._turns.add(task)
        task.add_done_callback(self._turns.discard)


def arguments(prog: str, description: str | None) -> argparse.ArgumentParser:
    """What every server takes on its command line."""
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--log", type=Path, required=True, help="delivery log, JSON lines, appended to")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds between doing a call and answering it")
    return parser


async def serve(make: Callable[[], Listening], latency: float) -> None:
    """Say ``ready PORT`` on standard output, then serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with make() as api:
        api.latency = latency
        sys.stdout.write(f"ready {api.port}\n")
        sys.stdout.flush()
        await stopped.wait()
