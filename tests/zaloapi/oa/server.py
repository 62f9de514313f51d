"""The HTTP face: OAuth, the OpenAPI with its errors inside HTTP 200, and a place where a planned fault can strike."""

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.botapi import breaking
from tests.botapi.clock import Moments
from tests.botapi.control import control_routes
from tests.botapi.faults import Fault
from tests.botapi.listening import Listening
from tests.zaloapi.oa.control import VERBS
from tests.zaloapi.oa.messages import No, send, upload
from tests.zaloapi.oa.world import World

LARGEST_UPLOAD = 8 * 1024 * 1024


class OaApi(World, Listening):
    """An Official Account on 127.0.0.1: `async with OaApi() as api:`, with `api.url` for both of Zalo's hosts."""

    def __init__(self, *, log: Path | None = None, moments: Moments | None = None, port: int = 0) -> None:
        World.__init__(self, log=log, moments=moments)
        Listening.__init__(self, port)

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_UPLOAD)
        app.router.add_post("/v4/oa/access_token", self._token)
        app.router.add_post("/v3.0/oa/message/cs", self._send)
        app.router.add_post("/v2.0/oa/upload/image", self._upload)
        app.router.add_get("/v2.0/oa/getoa", self._profile)
        app.router.add_post("/v2.0/oa/message", self._old)
        app.router.add_routes(control_routes(self, VERBS, {"dark": self.dark_for}))
        return app

    async def _end(self) -> None:
        await self.hook.close()

    async def _token(self, request: web.Request) -> web.StreamResponse:
        fault = self._arrives("token")
        if fault is not None and not fault.accepts:
            return await _instead(fault, request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        told = self.tokens.exchange(form, request.headers.get("secret_key", ""))
        return await self._told(request, fault, told)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        return await self._call(request, "cs", lambda body, fault: send(self, body, fault))

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        return await self._call(request, "upload", lambda body, _: upload(self, body["file"]))

    async def _profile(self, request: web.Request) -> web.StreamResponse:
        told = {"oaid": self.oa_id, "name": "Sở Mẫu", "is_verified": True, "oa_type": 4, "num_follower": 3}
        return await self._call(request, "getoa", lambda _body, _fault: told)

    async def _old(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": -240, "message": "MessageV2 shut down"})

    async def _call(self, request: web.Request, method: str, work: Any) -> web.StreamResponse:
        try:
            fault = self._arrives(method)
            if fault is not None and not fault.accepts:
                return await _instead(fault, request)
            told = self._judged(request, await _body(request), fault, work)
        except Exception as crash:
            # A mistake of this server must not pass for a fault of the network: leaving `async with` raises it.
            self.crashes.append(crash)
            raise
        if self.latency:
            await asyncio.sleep(self.latency)
        return await self._told(request, fault, told)

    def _judged(self, request: web.Request, body: Any, fault: Fault | None, work: Any) -> dict[str, Any]:
        if not self.budget.takes():
            return {"error": -32, "message": "request per minute is over the limit"}
        if code := self.tokens.check(request.headers.get("access_token", "")):
            return {"error": code, "message": "access token is invalid"}
        try:
            return {"data": work(body, fault.kind if fault else None), "error": 0, "message": "Success"}
        except No as no:
            return {"error": no.code, "message": no.message}

    def _arrives(self, method: str) -> Fault | None:
        self.calls.append(method)
        return self.faults.take(method, None)

    async def _told(self, request: web.Request, fault: Fault | None, told: dict[str, Any]) -> web.StreamResponse:
        if fault is not None:
            return await breaking.spoiled(fault, request, None, self._closing, told)
        limits = {"X-RateLimit-Limit": str(self.budget.most), "X-RateLimit-Remain": str(max(0, self.budget.left))}
        return web.json_response(told, headers=limits)


async def _instead(fault: Fault, request: web.Request) -> web.StreamResponse:
    """A planned no is Zalo's own, in its envelope; `status` is its number."""
    if fault.kind == "refuse":
        return web.json_response({"error": fault.status, "message": fault.description})
    return await breaking.instead(fault, request)


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        body: dict[str, Any] = await request.json()
        return body
    if request.content_type.startswith("multipart/"):
        field = (await request.post())["file"]
        assert isinstance(field, web.FileField)
        return {"file": field.file.read()}
    return {}
