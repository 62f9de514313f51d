"""Tokens at rest: sealed with a key that is not in the database, so that a copy of the one opens nothing."""

import base64
import hmac
import json
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token and the refresh token that gets the next pair, once."""

    access: SecretStr
    refresh: SecretStr


class Safe:
    """Seals and opens pairs. The key is derived from the house's secret for this purpose alone."""

    def __init__(self, secret: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(hmac.digest(secret, b"zalo-oa tokens", "sha256")))

    def seal(self, pair: Pair) -> str:
        """The pair as the store keeps it."""
        both = [pair.access.get_secret_value(), pair.refresh.get_secret_value()]
        return self._fernet.encrypt(json.dumps(both).encode()).decode()

    def open(self, sealed: str) -> Pair | None:
        """The pair again; None when it was sealed with another key."""
        try:
            access, refresh = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken:
            return None
        return Pair(SecretStr(access), SecretStr(refresh))
