"""How the door of one bot is set up: plain values. The number in front of a token's colon names the bot, opens nothing.

What is not in the manual is a value here, so that an office can change it once a live account has shown better.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

OFFICIAL = "https://bot-api.zaloplatforms.com"
TOKEN = re.compile(r"(\d{3,22}):[A-Za-z0-9_-]{8,}", re.ASCII)
ADDRESS = re.compile(r"[A-Za-z0-9_.:-]{1,80}", re.ASCII)  # ids of chats and messages; seen were 20 hexadecimal digits

Link = Callable[[int, str], str]  # by account and file token; empty when the house has no public address


@dataclass(frozen=True, slots=True)
class WebhookOptions:
    """`address` is the public https address below which each bot has its own path. Zalo requires a secret."""

    address: str
    secret: SecretStr


@dataclass(frozen=True, slots=True)
class Options:
    """Times are seconds. `rest_seconds`: how long nothing is sent after a 429, which names no time of its own.

    `rate` is messages per second; no limit is published. A photo is fetched by Zalo before it answers. Without
    `webhook` the door polls.
    """

    token: SecretStr
    api_url: str = OFFICIAL
    webhook: WebhookOptions | None = None
    rest_seconds: float = 3600.0
    rate: float = 5.0
    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    photo_seconds: float = 150.0
    poll_seconds: int = 30

    @property
    def number(self) -> str:
        """The public part of the token."""
        return number_of(self.token)

    @property
    def channel(self) -> str:
        """What inbox, accounts and drain call this bot."""
        return channel_of(self.token)


def number_of(token: SecretStr) -> str:
    """The public part of a token; empty for what cannot be one."""
    found = TOKEN.fullmatch(token.get_secret_value())
    return found[1] if found else ""


def channel_of(token: SecretStr) -> str:
    """The channel of the bot behind a token, so that people stay bound to the bot they wrote to."""
    return f"zalo-bot:{number_of(token)}"
