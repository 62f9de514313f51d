"""The line to the Bot API: one request per call, and trouble told by how far the call came.

aiogram's own session raises the same error for a reset before and after acceptance, and lets decoding errors
escape; proved and unproved failures must be told apart before anything may be sent again.
"""

import json
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import Any, cast
from urllib.parse import quote

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import BufferedInputFile
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientTimeout, FormData
from pydantic import TypeAdapter, ValidationError

from bot.exchange import Broken, CutOff, Misaddressed, NotConnected, exchange
from bot.telegram.options import Options
from bot.troubles import (
    CUT,
    MISADDRESSED,
    NOT_CONNECTED,
    NOT_JSON,
    REFUSAL,
    UNREADABLE,
    CallFailed,
    DoorClosed,
    Trouble,
)

PHASES = {Misaddressed: MISADDRESSED, NotConnected: NOT_CONNECTED, CutOff: CUT}
ANSWER_LIMIT = 16 * 1024 * 1024  # bytes; a page of updates is cut near 4 MiB by the server


def build_bot(options: Options) -> Bot:
    """The bot with its own line; connects to nothing yet. DoorClosed when the token cannot be one."""
    session = PhasedSession(options.api_url, options.connect_seconds, options.read_seconds)
    try:
        return Bot(options.token.get_secret_value(), session=session)
    except TokenValidationError:
        pass  # its text could quote the token
    raise DoorClosed("telegram.closed.token")


class PhasedSession(AiohttpSession):
    """Raises CallFailed and nothing else for what network and platform do. No token in any text it makes."""

    def __init__(self, api_url: str, connect_seconds: float, read_seconds: float, connections: int = 100) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url), limit=connections)
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: float | None = None,  # noqa: ASYNC109  # aiogram's own signature
    ) -> TelegramType:
        """`timeout`: seconds for the answer once connected, instead of the session's own."""
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        body = self._body(bot, method)
        status, asked_pause, raw = await self._exchange("POST", url, timeout or self._read_seconds, ANSWER_LIMIT, body)
        result = answered(status, asked_pause, raw, bot.token)
        try:
            return cast(TelegramType, _shape(method.__returning__).validate_python(result, context={"bot": bot}))
        except ValidationError:
            pass  # its text quotes the answer
        raise CallFailed(Trouble(UNREADABLE, status, "wrong shape"))

    async def download(self, bot: Bot, path: str, limit: int) -> bytes:
        """A file somebody sent, at the path getFile told; reading ends soon after `limit` bytes, so it may be longer.

        The address holds the token: no redirect is followed, and nothing of it is in any error.
        """
        url = self.api.file_url(bot.token, quote(path))
        status, asked_pause, raw = await self._exchange("GET", url, self._read_seconds, limit, {})
        if status != HTTPStatus.OK:
            raise CallFailed(Trouble(NOT_JSON, status, f"{len(raw)} bytes", _seconds(asked_pause)))
        return raw

    def _body(self, bot: Bot, method: TelegramMethod[Any]) -> dict[str, Any]:
        """How the parameters are sent: as JSON, or as a form when a file goes with them."""
        files: dict[str, BufferedInputFile] = {}
        content = method.model_dump(warnings=False, exclude_none=True)
        told = {key: self.prepare_value(value, bot, files, _dumps_json=False) for key, value in content.items()}
        if not files:
            return {"json": told}
        form = FormData(quote_fields=False)  # names of files in UTF-8, as Telegram reads them
        for key, value in told.items():
            form.add_field(key, value if isinstance(value, str) else json.dumps(value))
        for key, file in files.items():
            form.add_field(key, BytesIO(file.data), filename=file.filename)
        return {"data": form}

    async def _exchange(
        self, verb: str, url: str, seconds: float, limit: int, body: dict[str, Any]
    ) -> tuple[int, str, bytes]:
        client = await self.create_session()
        timeout = ClientTimeout(total=self._connect_seconds + seconds, connect=self._connect_seconds)
        try:
            answer = await exchange(client, verb, url, timeout, limit, **body)
            return answer.status, answer.retry_after, answer.raw
        except Broken as broken:
            trouble = Trouble(PHASES[type(broken)], description=str(broken))
        raise CallFailed(trouble)

    async def close(self) -> None:
        """Close the connections; aiohttp itself waits for what TLS still has to say."""
        if self._session is not None and not self._session.closed:
            await self._session.close()


def answered(status: int, asked_pause: str, raw: bytes, token: str) -> Any:
    """The `result` of an answer, or CallFailed. `asked_pause` is the Retry-After header."""
    answer = _decoded(raw)
    good = 200 <= status < 300
    if answer is None or (good and answer["ok"] is not True):
        raise CallFailed(Trouble(UNREADABLE if good else NOT_JSON, status, f"{len(raw)} bytes", _seconds(asked_pause)))
    if good:
        return answer.get("result")
    parameters = answer.get("parameters")
    told = parameters.get("retry_after") if isinstance(parameters, dict) else None
    description = str(answer.get("description") or "").replace(token, "***")
    raise CallFailed(Trouble(REFUSAL, status, description, _seconds(told) or _seconds(asked_pause)))


def _decoded(raw: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("ok"), bool) else None


def _seconds(told: object) -> float:
    digits = str(told)
    return float(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0.0


@lru_cache(maxsize=32)
def _shape(returning: Any) -> TypeAdapter[Any]:
    return TypeAdapter(returning)
