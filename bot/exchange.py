"""One HTTP exchange with a platform. When it fails, the fact says how far it came: only what was certainly never
written may be tried again.
"""

from dataclasses import dataclass
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
    NonHttpUrlClientError,
)


class Broken(Exception):
    """No whole answer came back. Carries the name of what went wrong, no address and no token."""


class Misaddressed(Broken):
    """The address is no address."""


class NotConnected(Broken):
    """Name, connection or TLS failed: nothing was written."""


class CutOff(Broken):
    """Written, perhaps; no whole answer came back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `retry_after` is that header as it stands, empty when there is none."""

    status: int
    retry_after: str
    raw: bytes


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
