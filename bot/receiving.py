"""Request bodies, read while they come in: never longer than they may be, never waited for without end."""

import asyncio

from starlette.requests import Request


class NoBody(Exception):
    """There is none to work with; `status` is what HTTP calls that."""

    status: int


class TooLong(NoBody):
    """It is longer than it may be."""

    status = 413


class TooSlow(NoBody):
    """It has not come in time, or its sender has left."""

    status = 408


async def body_of(request: Request, limit: int, seconds: float) -> bytes:
    """The body. `TooLong` over `limit` bytes, announced or come; `TooSlow` when it dribbles in or its sender leaves."""
    announced = next((value for name, value in request.scope["headers"] if name == b"content-length"), b"")
    if announced.isdigit() and len(announced) <= 18 and int(announced) > limit:
        raise TooLong
    received = bytearray()
    try:
        async with asyncio.timeout(seconds):
            has_more = True
            while has_more:
                part = await request.receive()
                if part["type"] == "http.disconnect":
                    raise TooSlow
                received += part.get("body", b"")
                has_more = part.get("more_body", False)
                if len(received) > limit:
                    raise TooLong
    except TimeoutError:
        raise TooSlow from None
    return bytes(received)


def claims(request: Request, kind: str) -> bool:
    """Whether the body claims to be of a media type."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower() == kind
