"""Request bodies, read while they come in: never longer than they may be, never waited for without end."""

import asyncio

from starlette.requests import ClientDisconnect, Request


async def body_of(request: Request, limit: int, seconds: float) -> bytes | None:
    """The body, or None when it is longer than `limit` bytes, dribbles in, or its sender has left."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdecimal() and len(announced) <= 18 and int(announced) > limit:
        return None
    received = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                received += part
                if len(received) > limit:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return bytes(received)


def claims(request: Request, kind: str) -> bool:
    """Whether the body claims to be of a media type."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower() == kind
