"""The line to Zalo: one request per call, a JSON object back, and trouble told by how far the call came."""

from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.exchange import Answer, Broken, exchange
from bot.troubles import NOT_JSON, UNREADABLE, CallFailed, Trouble

ANSWER_LIMIT = 1024 * 1024  # bytes


class Line:
    """Raises CallFailed and nothing else for what network and platform do. Connects at the first call."""

    def __init__(self, connect_seconds: float = 5.0, read_seconds: float = 30.0) -> None:
        self._patience = ClientTimeout(total=connect_seconds + read_seconds, connect=connect_seconds)
        self._session: ClientSession | None = None

    async def call(self, verb: str, url: str, headers: dict[str, str], **body: Any) -> dict[str, Any]:
        """The JSON object of a 2xx answer. `body` is what aiohttp takes: ``json``, ``data`` or ``params``."""
        if self._session is None:
            self._session = ClientSession()
        try:
            answer = await exchange(self._session, verb, url, self._patience, ANSWER_LIMIT, headers=headers, **body)
            return answered(answer)
        except Broken as broken:
            trouble = Trouble(broken.kind, description=str(broken))
        raise CallFailed(trouble)

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()


def answered(answer: Answer) -> dict[str, Any]:
    """The JSON object of a 2xx answer, or CallFailed."""
    told, good = answer.told, 200 <= answer.status < 300
    if told is None or not good:
        raise CallFailed(Trouble(UNREADABLE if good else NOT_JSON, answer.status, f"{len(answer.raw)} bytes"))
    return told
