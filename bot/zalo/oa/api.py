"""The OpenAPI of an Official Account: a call with a token, the `data` of its answer or Zalo's no as CallFailed."""

from typing import Any

from pydantic import SecretStr

from bot.troubles import REFUSAL, UNREADABLE, CallFailed, Trouble
from bot.zalo.oa.errors import DEAD_TOKEN
from bot.zalo.oa.line import Line

SEND = "/v3.0/oa/message/cs"
UPLOAD_IMAGE = "/v2.0/oa/upload/image"
PROFILE = "/v2.0/oa/getoa"
LONGEST = 120  # characters kept of what Zalo says


class Api:
    """Errors come with HTTP 200 and `error` other than 0; whatever names no `error` proves nothing."""

    def __init__(self, address: str, line: Line) -> None:
        self._address, self._line = address.rstrip("/"), line

    async def call(self, verb: str, path: str, access: SecretStr, **body: Any) -> dict[str, Any]:
        """One request; `body` is what aiohttp takes."""
        token = access.get_secret_value()
        told = await self._line.call(verb, self._address + path, {"access_token": token}, **body)
        code = told.get("error")
        if type(code) is not int:
            raise CallFailed(Trouble(UNREADABLE, 200, description="no error number"))
        if code:
            said = str(told.get("message") or "").replace(token, "***")
            raise CallFailed(Trouble(REFUSAL, 200, said[:LONGEST], code=code))
        data = told.get("data")
        return data if isinstance(data, dict) else {}

    async def is_alive(self, access: SecretStr) -> bool:
        """Whether Zalo still takes this token. CallFailed when that cannot be found out now."""
        try:
            await self.call("GET", PROFILE, access)
        except CallFailed as failed:
            if failed.trouble.code in DEAD_TOKEN:
                return False
            raise
        return True
