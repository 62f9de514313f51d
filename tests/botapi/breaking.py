"""Answers that are wrong on purpose, byte by byte."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import web

from tests.botapi.faults import Fault

HTML_502 = "<html><body><h1>502 Bad Gateway</h1></body></html>"
HTML_413 = "<html><body><h1>413 Request Entity Too Large</h1></body></html>"


def envelope(result: Any) -> dict[str, Any]:
    """What a call that worked is answered with."""
    return {"ok": True, "result": result}


def cut(request: web.Request) -> web.Response:
    """Reset the connection; nobody ever reads the response returned here."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def instead(fault: Fault, request: web.Request) -> web.Response:
    """The answer to a call that was not executed."""
    if fault.kind == "html_502":
        return web.Response(status=502, text=HTML_502, content_type="text/html")
    if fault.kind == "html_413":
        return web.Response(status=413, text=HTML_413, content_type="text/html")
    if fault.kind == "bare_502":
        return web.json_response({"ok": False, "error_code": 502}, status=502)
    return cut(request)


async def spoiled(
    fault: Fault, request: web.Request, result: Any, closing: asyncio.Event, told: dict[str, Any] | None = None
) -> web.StreamResponse:
    """The answer to a call that was executed, but goes wrong on its way back; `told` is one in another envelope."""
    told = told or envelope(result)
    whole = json.dumps(told, ensure_ascii=False).encode()
    if fault.kind == "slow":
        with suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), fault.seconds)
        return web.json_response(told)
    if fault.kind == "hang":
        await closing.wait()
        return cut(request)
    if fault.kind == "cut_after":
        return cut(request)
    if fault.kind == "short_body":
        return await half(request, whole)
    bodies = {
        "truncated": whole[: len(whole) // 2],
        "empty": b"",
        "wrong_shape": b'{"ok":true,"result":{"surprise":[1,2,3]}}',
        "bad_utf8": b'{"ok":true,"result":"\xff\xfe"}',
    }
    return web.Response(body=bodies[fault.kind], content_type="application/json", charset="utf-8")


async def half(request: web.Request, whole: bytes) -> web.StreamResponse:
    """Promise a whole body, send half of it, hang up."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(whole))})
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
