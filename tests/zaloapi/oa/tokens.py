"""OAuth v4 as Zalo has it: a refresh token works once, and the access token before dies when a new one is issued."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.botapi.clock import Clock

ACCESS_LASTS = 25 * 3600.0
REFRESH_LASTS = 90 * 86_400.0
CODE_LASTS = 600.0

DEAD, ENDED = -216, -220


@dataclass
class Family:
    """One consent: its living pair, and every refresh token that has been used up."""

    access: str
    access_ends_at: float
    refresh: str
    refresh_ends_at: float


class Tokens:
    """Issues and judges. `reuses` lists every refresh token that came a second time: it must stay empty."""

    def __init__(self, clock: Clock, app_id: str, app_secret: str, oa_id: str, callback: str) -> None:
        self.clock, self.app_id, self.app_secret, self.oa_id = clock, app_id, app_secret, oa_id
        self.callback = callback
        self.family: Family | None = None
        self.used: set[str] = set()
        self.reuses: list[str] = []
        self.issued = 0
        self.lasts = ACCESS_LASTS
        self._codes: dict[str, tuple[str, float]] = {}

    def agrees(self, link: str) -> str:
        """An admin opens the consent link and agrees; where the browser is led then."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        if asked.get("app_id") != self.app_id:
            return f"{self.callback}?error=-14002"
        if asked.get("redirect_uri") != self.callback or not asked.get("code_challenge"):
            return f"{self.callback}?error=-14003"
        code = secrets.token_urlsafe(24)
        self._codes[code] = (asked["code_challenge"], self.clock.now())
        return f"{self.callback}?{urlencode({'code': code, 'oa_id': self.oa_id, 'state': asked.get('state', '')})}"

    def exchange(self, form: dict[str, str], secret_key: str) -> dict[str, Any]:
        """The body of POST /v4/oa/access_token's answer, refusals included."""
        if form.get("app_id") != self.app_id or secret_key != self.app_secret:
            return refusal("Invalid app secret key")
        if form.get("grant_type") == "authorization_code":
            return self._by_code(form)
        if form.get("grant_type") == "refresh_token":
            return self._by_refresh(form.get("refresh_token", ""))
        return refusal("Invalid grant type")

    def check(self, access: str) -> int:
        """0 for the living access token, else the number Zalo says no with."""
        family = self.family
        if family is None or access != family.access:
            return DEAD
        return ENDED if self.clock.now() >= family.access_ends_at else 0

    def issue(self) -> dict[str, Any]:
        """A new pair takes the place of whatever there was."""
        now = self.clock.now()
        access, refresh = f"at{secrets.token_urlsafe(40)}", f"rt{secrets.token_urlsafe(40)}"
        self.family = Family(access, now + self.lasts, refresh, now + REFRESH_LASTS)
        self.issued += 1
        return {"access_token": access, "refresh_token": refresh, "expires_in": str(int(self.lasts))}

    def _by_code(self, form: dict[str, str]) -> dict[str, Any]:
        challenge, at = self._codes.pop(form.get("code", ""), ("", 0.0))
        told = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not challenge or self.clock.now() - at > CODE_LASTS:
            return refusal("Invalid authorization code")
        if base64.urlsafe_b64encode(told).rstrip(b"=").decode() != challenge:
            return refusal("Invalid code verifier")
        return self.issue()

    def _by_refresh(self, refresh: str) -> dict[str, Any]:
        family = self.family
        if refresh in self.used:
            self.reuses.append(refresh)
            return refusal("Invalid refresh token")
        if family is None or refresh != family.refresh or self.clock.now() >= family.refresh_ends_at:
            return refusal("Invalid refresh token")
        self.used.add(refresh)
        return self.issue()


def refusal(name: str) -> dict[str, Any]:
    """A no with HTTP 200; its number is our guess, since Zalo documents none."""
    return {"error": -14014, "error_name": name, "error_description": name}
