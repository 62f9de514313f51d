"""The line to the Bot Platform: POST and JSON, one request per call; `ok` decides, not the HTTP status alone.

No raise_for_status and no text of the library's errors: the address holds the token.
"""

from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.exchange import Answer, Broken, exchange
from bot.troubles import NOT_JSON, REFUSAL, UNREADABLE, CallFailed, DoorClosed, Trouble
from bot.zalo.bots.options import Options

ANSWER_LIMIT = 1024 * 1024  # bytes


class Client:
    """Raises CallFailed and nothing else for what network and platform do. Connects at the first call."""

    def __init__(self, options: Options) -> None:
        if not options.number:
            raise DoorClosed("zalobot.closed.token")
        self._options = options
        self._session: ClientSession | None = None

    async def call(self, method: str, seconds: float = 0.0, **params: Any) -> dict[str, Any]:
        """The `result` of a call, empty where it has none. `seconds` for the answer once connected."""
        options = self._options
        token = options.token.get_secret_value()
        url = f"{options.api_url.rstrip('/')}/bot{token}/{method}"
        wait = options.connect_seconds + (seconds or options.read_seconds)
        patience = ClientTimeout(total=wait, connect=options.connect_seconds)
        if self._session is None:
            self._session = ClientSession()
        try:
            answer = await exchange(self._session, "POST", url, patience, ANSWER_LIMIT, json=params)
            return answered(answer, token)
        except Broken as broken:
            trouble = Trouble(broken.kind, description=str(broken))
        raise CallFailed(trouble)

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()


def answered(answer: Answer, token: str) -> dict[str, Any]:
    """The `result` of an answer, or CallFailed."""
    told, status = answer.told, answer.status
    if told is None or not isinstance(told.get("ok"), bool):
        kind = UNREADABLE if 200 <= status < 300 else NOT_JSON
        raise CallFailed(Trouble(kind, status, f"{len(answer.raw)} bytes"))
    if not told["ok"]:
        code, said = told.get("error_code"), str(told.get("description") or "")
        raise CallFailed(Trouble(REFUSAL, code if type(code) is int else status, said.replace(token, "***")))
    result = told.get("result")
    return result if isinstance(result, dict) else {}
