"""The HTTP face of the Bot Platform on 127.0.0.1, with a place where a planned fault can strike."""

import asyncio
import inspect
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.botapi import breaking
from tests.botapi.clock import Moments
from tests.botapi.control import control_routes
from tests.botapi.faults import Fault
from tests.botapi.listening import Listening
from tests.botapi.rates import Call
from tests.botapi.reading import read_call
from tests.botapi.refusing import Refusal as Malformed
from tests.zaloapi.bots.bot import Bot
from tests.zaloapi.bots.control import VERBS
from tests.zaloapi.bots.methods import METHODS, Request
from tests.zaloapi.bots.refusing import IDLE, QUOTA, UNAUTHORIZED, Refusal, bad_request
from tests.zaloapi.bots.world import TOKENS, World


class ZaloBots(World, Listening):
    """A Bot Platform server: `async with ZaloBots() as api:` and point a client at `api.url`."""

    calls_end_with_their_connection = True  # else a poll whose client is gone takes news with it

    def __init__(
        self,
        *,
        tokens: tuple[str, ...] = TOKENS[:1],
        log: Path | None = None,
        moments: Moments | None = None,
        time_factor: float = 1.0,
        port: int = 0,
    ) -> None:
        World.__init__(self, tokens=tokens, log=log, moments=moments, time_factor=time_factor)
        Listening.__init__(self, port)

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_routes(control_routes(self, VERBS, {"dark": self.dark_for}))
        return app

    async def _end(self) -> None:
        for bot in self.bots.values():
            await bot.webhook.stop()

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
