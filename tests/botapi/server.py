"""The HTTP face: tokens, envelopes, statuses, and a place where a planned fault can strike."""

import asyncio
import inspect
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.botapi import answering, breaking, editing, presenting, receiving, sending
from tests.botapi.calls import HANDLERS, Request, int_of
from tests.botapi.checking import METHODS, check
from tests.botapi.clock import Moments
from tests.botapi.control import HANDLERS as VERBS
from tests.botapi.control import control_routes
from tests.botapi.faults import Fault
from tests.botapi.flood import LOCAL
from tests.botapi.listening import Listening
from tests.botapi.rates import Call
from tests.botapi.reading import Files, read_call
from tests.botapi.refusing import Refusal
from tests.botapi.webhook import Webhook
from tests.botapi.world import TOKEN, World

ROOMS = (answering, editing, presenting, receiving, sending)  # imported so that each registers its methods
TOKEN_SHAPE = re.compile(r"\d{3,}:[A-Za-z0-9_-]{30,}")
LARGEST_UPLOAD = 50 * 1024 * 1024


class BotApi(World, Listening):
    """A Bot API server on 127.0.0.1: `async with BotApi() as api:` and point a client at `api.url`."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        log: Path | None = None,
        moments: Moments | None = None,
        time_factor: float = 1.0,
        anyone: bool = False,
        port: int = 0,
    ) -> None:
        World.__init__(self, token=token, log=log, moments=moments, time_factor=time_factor, anyone=anyone)
        Listening.__init__(self, port)
        self.webhook = Webhook(self, self._execute_quietly)

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_UPLOAD)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.*}", self._serve_file)
        app.router.add_routes(control_routes(self, VERBS, {"dark": self.dark_for}))
        return app

    async def _end(self) -> None:
        self.poller.take_over()
        await self.webhook.stop()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request.match_info["token"])
            method = self._known(request.match_info["method"])
            params, files = await read_call(request)
            chat_id = int_of(params.get("chat_id"))
            fault = self._arrives(Call(self.clock.now(), method, chat_id))
            if fault is not None and not fault.accepts:
                return await breaking.instead(fault, request)
            result = await self._execute(method, params, files, fault.kind if fault else None)
        except Refusal as refused:
            await self._wait_for_the_network()
            return self._refuse(request.match_info["method"], refused)
        except Exception as crash:
            # A mistake of this server must not pass for a fault of the network: leaving `async with` raises it.
            self.crashes.append(crash)
            raise
        if method not in LOCAL:
            await self._wait_for_the_network()
        if fault is not None:
            return await breaking.spoiled(fault, request, result, self._closing)
        return web.json_response(breaking.envelope(result))

    def _arrives(self, call: Call) -> Fault | None:
        """Count the call; closed windows and planned refusals stop it here, other faults are returned."""
        self.calls.append(call)
        refusal = self.flood.check(call)
        if refusal is not None:
            raise refusal
        fault = self.faults.take(call.method, call.chat_id)
        if fault is not None and fault.kind == "flood":
            raise self.flood.close(fault.seconds, fault.chat_id)
        if fault is not None and fault.kind == "refuse":
            raise Refusal(fault.status, fault.description, fault.parameters)
        return fault

    async def _execute(self, method: str, params: dict[str, Any], files: Files, fault: str | None) -> Any:
        checked = check(method, params)
        result = HANDLERS[method](Request(self, self.webhook, method, checked, files, fault))
        return await result if inspect.isawaitable(result) else result

    async def _execute_quietly(self, method: str, params: dict[str, Any]) -> Any:
        """A method in a webhook's answer: executed, and a refusal is only remembered."""
        with suppress(Refusal):
            try:
                return await self._execute(self._known(method), params, {}, "webhook_reply")
            except Refusal as refused:
                self.refused.append((method, refused.description))
                raise
        return None

    def _check_token(self, token: str) -> None:
        if token == self.token:
            return
        raise Refusal(401, "Unauthorized") if TOKEN_SHAPE.fullmatch(token) else Refusal(404, "Not Found")

    def _known(self, method: str) -> str:
        """The method's proper name: Telegram does not care about capitals."""
        for name in HANDLERS:
            if name.lower() == method.lower() and name in METHODS:
                return name
        raise Refusal(404, "Not Found: method not found")

    def _refuse(self, method: str, refused: Refusal) -> web.Response:
        self.refused.append((method, refused.description))
        told: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": refused.description}
        headers = {}
        if refused.parameters:
            told["parameters"] = refused.parameters
            if "retry_after" in refused.parameters:
                headers["Retry-After"] = str(refused.parameters["retry_after"])
        return web.json_response(told, status=refused.status, headers=headers)

    async def _wait_for_the_network(self) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)

    async def _serve_file(self, request: web.Request) -> web.Response:
        parts = request.match_info["path"].split("/")
        if request.match_info["token"] != self.token or len(parts) < 2 or parts[1] not in self.files:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=self.files[parts[1]][1], content_type="application/octet-stream")
