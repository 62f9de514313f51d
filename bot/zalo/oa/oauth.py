"""OAuth v4 of Official Accounts: the consent link, and tokens for a code or for the refresh token before.

oauth.zaloapp.com/v4/oa: the access token lasts 25 hours, the refresh token three months and works once; the access
token before dies when a new pair is issued.
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from bot.troubles import REFUSAL, CallFailed, Trouble
from bot.zalo.oa.line import Line
from bot.zalo.oa.options import Options
from bot.zalo.oa.safe import Pair

REFRESH_LASTS = timedelta(days=90)  # "three months": the shorter reading
SHORTEST = 60  # seconds: an access token that ends sooner is none
WORD = re.compile(r"[A-Za-z0-9 _.-]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A pair just issued, and until when its tokens are good."""

    pair: Pair
    access_ends_at: datetime
    refresh_ends_at: datetime


class OAuth:
    """Exchanges codes and refresh tokens. CallFailed for anything but a new pair; no token in any text it makes."""

    def __init__(self, options: Options, line: Line) -> None:
        self._options, self._line = options, line

    def consent_link(self, verifier: str, state: str) -> str:
        """Where an admin of the account agrees; Zalo then leads the browser to the callback with a code."""
        asked = {
            "app_id": self._options.app_id,
            "redirect_uri": self._options.callback,
            "code_challenge": challenge_of(verifier),
            "state": state,
        }
        return f"{self._options.oauth.rstrip('/')}/v4/oa/permission?{urlencode(asked)}"

    async def by_code(self, code: str, verifier: str, now: datetime) -> Fresh:
        """The pair for a code of the callback, which works once and for ten minutes."""
        return await self._issue({"code": code, "grant_type": "authorization_code", "code_verifier": verifier}, now)

    async def by_refresh(self, refresh: SecretStr, now: datetime) -> Fresh:
        """The next pair. The refresh token is used up as soon as Zalo has it, whether we hear the answer or not."""
        return await self._issue({"refresh_token": refresh.get_secret_value(), "grant_type": "refresh_token"}, now)

    async def _issue(self, form: dict[str, str], now: datetime) -> Fresh:
        url = f"{self._options.oauth.rstrip('/')}/v4/oa/access_token"
        headers = {"secret_key": self._options.app_secret.get_secret_value()}
        told = await self._line.call("POST", url, headers, data={**form, "app_id": self._options.app_id})
        access, refresh, seconds = told.get("access_token"), told.get("refresh_token"), _seconds(told.get("expires_in"))
        if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
            raise CallFailed(_refusal(told))
        lasting = timedelta(seconds=max(SHORTEST, seconds))
        return Fresh(Pair(SecretStr(access), SecretStr(refresh)), now + lasting, now + REFRESH_LASTS)


def new_verifier() -> str:
    """43 characters of 32 random bytes (RFC 7636)."""
    return secrets.token_urlsafe(32)


def challenge_of(verifier: str) -> str:
    """S256 without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _refusal(told: dict[str, Any]) -> Trouble:
    """Zalo documents no shape of a refusal here: its number and short name are kept, never a longer text."""
    code, name = told.get("error"), told.get("error_name")
    return Trouble(
        REFUSAL,
        200,
        name if isinstance(name, str) and WORD.fullmatch(name) else "no tokens in the answer",
        code=code if type(code) is int else 0,
    )


def _seconds(told: object) -> int:
    digits = str(told)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 90_000
