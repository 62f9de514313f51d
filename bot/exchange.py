"""One HTTP exchange with a platform. When it fails, the fact says how far it came: only what was certainly never
written may be tried again.
"""

import json
from typing import Any, NamedTuple

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
    NonHttpUrlClientError,
)

from bot.troubles import CUT, MISADDRESSED, NOT_CONNECTED


class Broken(Exception):
    """No whole answer came back; `kind` says how far it came.

    Carries the name of what went wrong, no address and no token.
    """

    kind: str


class Misaddressed(Broken):
    """The address is no address."""

    kind = MISADDRESSED


class NotConnected(Broken):
    """Name, connection or TLS failed: nothing was written."""

    kind = NOT_CONNECTED


class CutOff(Broken):
    """Written, perhaps; no whole answer came back."""

    kind = CUT


class Answer(NamedTuple):
    """What came back. `retry_after` is that header as it stands, empty when there is none."""

    status: int
    retry_after: str
    raw: bytes

    @property
    def told(self) -> dict[str, Any] | None:
        """The JSON object in it; None when it is anything else."""
        try:
            told = json.loads(self.raw.decode("utf-8"))
        except (ValueError, RecursionError):
            return None
        return told if isinstance(told, dict) else None


async def exchange(
    client: ClientSession, verb: str, url: str, patience: ClientTimeout, limit: int, **body: Any
) -> Answer:
    """Ask once and read at most some bytes more than `limit`; raises Broken. `body` is what aiohttp takes.

    No redirect is followed: an address may hold a token.
    """
    try:
        async with client.request(verb, url, timeout=patience, allow_redirects=False, **body) as answer:
            raw = bytearray()
            async for chunk in answer.content.iter_any():
                raw += chunk
                if len(raw) > limit:
                    break
            return Answer(answer.status, answer.headers.get("Retry-After", ""), bytes(raw))
    except (InvalidURL, NonHttpUrlClientError) as failed:
        broken: Broken = Misaddressed(type(failed).__name__)
    except (ClientConnectorError, ConnectionTimeoutError) as failed:
        broken = NotConnected(type(failed).__name__)
    except (ClientError, TimeoutError, OSError) as failed:
        broken = CutOff(type(failed).__name__)
    raise broken  # out here: aiohttp's texts name the address, and would come along as the cause
