"""The line to Zalo: one request per call, a JSON object back, and trouble told by how far the call came."""

import json
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

from bot.zalo.oa.errors import CUT, MISADDRESSED, NOT_CONNECTED, NOT_JSON, UNREADABLE, CallFailed, Trouble

ANSWER_LIMIT = 1024 * 1024  # bytes


class Line:
    """Raises CallFailed and nothing else for what network and platform do. Connects at the first call."""

    def __init__(self, connect_seconds: float = 5.0, read_seconds: float = 30.0) -> None:
        self._timeout = ClientTimeout(total=connect_seconds + read_seconds, connect=connect_seconds)
        self._session: ClientSession | None = None

    async def call(self, verb: str, url: str, headers: dict[str, str], **body: Any) -> dict[str, Any]:
        """The JSON object of a 2xx answer. `body` is what aiohttp takes: ``json``, ``data`` or ``params``."""
        status, raw = await self._exchange(verb, url, headers, body)
        told = _decoded(raw)
        good = 200 <= status < 300
        if told is None or not good:
            raise CallFailed(Trouble(UNREADABLE if good else NOT_JSON, status, description=f"{len(raw)} bytes"))
        return told

    async def _exchange(self, verb: str, url: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, bytes]:
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout)
        try:
            async with self._session.request(verb, url, headers=headers, allow_redirects=False, **body) as answer:
                raw = bytearray()
                async for chunk in answer.content.iter_any():
                    raw += chunk
                    if len(raw) > ANSWER_LIMIT:
                        break
                return answer.status, bytes(raw)
        except (InvalidURL, NonHttpUrlClientError) as failed:
            trouble = Trouble(MISADDRESSED, description=type(failed).__name__)
        except (ClientConnectorError, ConnectionTimeoutError) as failed:
            trouble = Trouble(NOT_CONNECTED, description=type(failed).__name__)
        except (ClientError, TimeoutError, OSError) as failed:
            trouble = Trouble(CUT, description=type(failed).__name__)
        # Raised out here: the texts of aiohttp's errors may quote headers, and headers hold tokens.
        raise CallFailed(trouble)

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()


def _decoded(raw: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
