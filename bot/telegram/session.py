"""The line to the Bot API: one request per call, and trouble told by how far the call came.

aiogram's own session raises the same error for a reset before and after acceptance, and lets decoding errors
escape; proved and unproved failures must be told apart before anything may be sent again.
"""

import json
from collections.abc import Awaitable
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

from bot.exchange import Answer, Broken, CutOff, Misaddressed, NotConnected, exchange
from bot.telegram.options import Options
from bot.telegram.wire import Wire
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

    def __init__(self, api_url: str, connect_seconds: float, read_seconds: float) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url))
        self._wire = Wire(api_url, connect_seconds, self._connector_init["ssl"])
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: float | None = None,  # noqa: ASYNC109  # aiogram's own signature
    ) -> TelegramType:
        """`timeout`: seconds for the answer once connected, instead of the session's own."""
        seconds = timeout or self._read_seconds
        body = self._body(bot, method)
        if isinstance(body, bytes):
            result = await self.call(bot.token, method.__api_method__, body, seconds)
        else:
            url = self.api.api_url(token=bot.token, method=method.__api_method__)
            result = answered(await self._exchange("POST", url, seconds, ANSWER_LIMIT, {"data": body}), bot.token)
        try:
            return cast(TelegramType, _shape(method.__returning__).validate_python(result, context={"bot": bot}))
        except ValidationError:
            pass  # its text quotes the answer
        raise CallFailed(Trouble(UNREADABLE, 200, "wrong shape"))

    async def call(self, token: str, method: str, body: bytes, seconds: float | None = None) -> Any:
        """The `result` of a call whose parameters are `body`, a JSON object in UTF-8; its shape is not looked at."""
        asked = self._wire.post(
            f"/bot{token}/{method}", "application/json", body, seconds or self._read_seconds, ANSWER_LIMIT
        )
        return answered(await _in_phases(asked), token)

    async def download(self, bot: Bot, path: str, limit: int) -> bytes:
        """A file somebody sent, at the path getFile told; reading ends soon after `limit` bytes, so it may be longer.

        The address holds the token: no redirect is followed, and nothing of it is in any error.
        """
        url = self.api.file_url(bot.token, quote(path))
        answer = await self._exchange("GET", url, self._read_seconds, limit, {})
        if answer.status != HTTPStatus.OK:
            raise CallFailed(Trouble(NOT_JSON, answer.status, f"{len(answer.raw)} bytes", _seconds(answer.retry_after)))
        return answer.raw

    def _body(self, bot: Bot, method: TelegramMethod[Any]) -> bytes | FormData:
        """How the parameters are sent: as JSON, or as a form when a file goes with them."""
        files: dict[str, BufferedInputFile] = {}
        content = method.model_dump(warnings=False, exclude_none=True)
        told = {key: self.prepare_value(value, bot, files, _dumps_json=False) for key, value in content.items()}
        if not files:
            return json.dumps(told).encode("ascii")
        form = FormData(quote_fields=False)  # names of files in UTF-8, as Telegram reads them
        for key, value in told.items():
            form.add_field(key, value if isinstance(value, str) else json.dumps(value))
        for key, file in files.items():
            form.add_field(key, BytesIO(file.data), filename=file.filename)
        return form

    async def _exchange(self, verb: str, url: str, seconds: float, limit: int, body: dict[str, Any]) -> Answer:
        client = await self.create_session()
        timeout = ClientTimeout(total=self._connect_seconds + seconds, connect=self._connect_seconds)
        return await _in_phases(exchange(client, verb, url, timeout, limit, **body))

    async def close(self) -> None:
        """Close the connections; aiohttp itself waits for what TLS still has to say."""
        self._wire.close()
        if self._session is not None and not self._session.closed:
            await self._session.close()


def answered(answer: Answer, token: str) -> Any:
    """The `result` an answer of the Bot API holds, or CallFailed."""
    told = _decoded(answer.raw)
    good = 200 <= answer.status < 300
    asked_pause = _seconds(answer.retry_after)
    if told is None or (good and told["ok"] is not True):
        kind = UNREADABLE if good else NOT_JSON
        raise CallFailed(Trouble(kind, answer.status, f"{len(answer.raw)} bytes", asked_pause))
    if good:
        return told.get("result")
    parameters = told.get("parameters")
    seconds = _seconds(parameters.get("retry_after")) if isinstance(parameters, dict) else 0.0
    description = str(told.get("description") or "").replace(token, "***")
    raise CallFailed(Trouble(REFUSAL, answer.status, description, seconds or asked_pause))


async def _in_phases(asked: Awaitable[Answer]) -> Answer:
    """The answer, or CallFailed that says how far the exchange came."""
    try:
        return await asked
    except Broken as broken:
        trouble = Trouble(PHASES[type(broken)], description=str(broken))
    raise CallFailed(trouble)


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
