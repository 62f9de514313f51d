"""The HTTP face of the Bot Platform on 127.0.0.1, with a place where a planned fault can strike."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.botapi import breaking
from tests.botapi.clock import Moments
from tests.botapi.control import control_routes
from tests.botapi.faults import Fault
from tests.botapi.rates import Call
from tests.botapi.reading import read_call
from tests.botapi.refusing import Refusal as Malformed
from tests.zaloapi.bots.bot import Bot
from tests.zaloapi.bots.control import VERBS
from tests.zaloapi.bots.methods import METHODS, Request
from tests.zaloapi.bots.refusing import IDLE, QUOTA, UNAUTHORIZED, Refusal, bad_request
from tests.zaloapi.bots.world import TOKENS, World


class ZaloBots(World):
    """A Bot Platform server: `async with ZaloBots() as api:` and point a client at `api.url`."""

    def __init__(
        self,
        *,
        tokens: tuple[str, ...] = TOKENS[:1],
        log: Path | None = None,
        moments: Moments | None = None,
        time_factor: float = 1.0,
        port: int = 0,
    ) -> None:
        super().__init__(tokens=tokens, log=log, moments=moments, time_factor=time_factor)
        self.port = port
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._turns: set[asyncio.Future[None]] = set()

    @property
    def url(self) -> str:
        """Where clients find it, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_routes(control_routes(self, VERBS, {"dark": self.dark_for}))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await self.comes_back()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        for bot in self.bots.values():
            await bot.webhook.stop()
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
        """Reset all connections and refuse new ones until `comes_back`; people and news stay as they are."""
        assert self._site is not None
        assert self._runner is not None
        await self._site.stop()
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

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            bot = self._bot_of(request.match_info["token"])
            params, _ = await read_call(request)
            fault = self._arrives(Call(self.clock.now(), method, params.get("chat_id")))
            if fault is not None and not fault.accepts:
                return await breaking.instead(fault, request)
            result = await self._execute(Request(bot, method, params, fault.kind if fault else None))
        except Malformed as malformed:
            return self._refuse(method, bad_request(malformed.description))
        except Refusal as refused:
            return self._refuse(method, refused)
        except Exception as crash:
            # A mistake of this server must not pass for a fault of the network: leaving `async with` raises it.
            self.crashes.append(crash)
            raise
        if self.latency:
            await asyncio.sleep(self.latency)
        if fault is not None:
            return await breaking.spoiled(fault, request, result, self._closing)
        return web.json_response({"ok": True} if result is None else breaking.envelope(result))

    def _arrives(self, call: Call) -> Fault | None:
        """Count the call; planned refusals stop it here, other faults are returned."""
        self.calls.append(call)
        fault = self.faults.take(call.method, call.chat_id)
        if fault is not None and fault.kind == "flood":
            raise Refusal(*QUOTA)
        if fault is not None and fault.kind == "refuse":
            raise Refusal(fault.status, fault.description)
        return fault

    async def _execute(self, call: Request) -> Any:
        if call.method not in METHODS:
            raise bad_request("unknown method")
        handler, known = METHODS[call.method]
        if strangers := call.params.keys() - known:
            raise bad_request(f"unknown parameters {sorted(strangers)}")
        result = handler(call)
        return await result if inspect.isawaitable(result) else result

    def _bot_of(self, token: str) -> Bot:
        if token not in self.bots:
            raise Refusal(*UNAUTHORIZED)
        return self.bots[token]

    def _refuse(self, method: str, refused: Refusal) -> web.Response:
        if (refused.code, refused.description) != IDLE:
            self.refused.append((method, refused.code, refused.description))
        told = {"ok": False, "error_code": refused.code, "description": refused.description}
        return web.json_response(told, status=refused.code if self.polite else 200)
