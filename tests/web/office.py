"""The web door on a real server with an ephemeral port, for tests: start it, talk to it, stop it, start it again."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette

from bot.budget import Budget
from bot.web.channel import WebChannel
from bot.web.demo import DemoDoor
from bot.web.door import WebDoor, routes
from bot.web.stream import Rhythm
from content.phrases import Phrases
from store.database import Database
from tests.conftest import Clock
from tests.web.echo import Echo


class Server(uvicorn.Server):
    """Ends the open streams before it waits for requests to finish, as the application does."""

    def __init__(self, config: uvicorn.Config, channel: WebChannel) -> None:
        super().__init__(config)
        self._channel = channel

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to pytest."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams first."""
        self._channel.hang_up()
        await super().shutdown(sockets)


@dataclass
class Office:
    """A database with a web door. `url` stays the same over restarts."""

    database: Database
    clock: Clock
    phrases: Phrases
    demo: DemoDoor | None = None
    secure: bool = False
    rhythm: Rhythm = field(default_factory=Rhythm)
    budget: Budget = field(default_factory=Budget)
    link_secret: bytes = b""
    port: int = 0
    channel: WebChannel = field(init=False)
    echo: Echo = field(init=False)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://localhost:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Office"]:
        """Serve until the block ends; leaving waits for a graceful stop."""
        self.channel = WebChannel(self.database, self.clock)
        self.echo = Echo(self.database, self.channel, self.clock)
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        door = WebDoor(
            database=self.database,
            clock=self.clock,
            wake=self.echo.wake,
            phrases=self.phrases,
            agency="Sở Nội vụ tỉnh Bình Sơn",
            secure=self.secure,
            channel=self.channel,
            demo=self.demo,
            rhythm=self.rhythm,
            budget=self.budget,
            link_secret=self.link_secret,
        )
        config = uvicorn.Config(Starlette(routes=routes(door)), ws="none", lifespan="off", log_level="warning")
        server = Server(config, self.channel)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield self
        finally:
            server.should_exit = True
            async with asyncio.timeout(5):
                await serving
            await self.echo.settle()
