"""How the Telegram door is set up: plain values, so that settings can hold them without loading aiogram."""

from dataclasses import dataclass

from pydantic import SecretStr

OFFICIAL = "https://api.telegram.org"
CHANNEL = "telegram"


@dataclass(frozen=True, slots=True)
class WebhookOptions:
    """`address` is the public HTTPS address Telegram posts to; its path becomes our route. A secret is required."""

    address: str
    secret: SecretStr
    max_connections: int = 100  # the most Telegram makes: the more come at once, the more are committed together


@dataclass(frozen=True, slots=True)
class Options:
    """Times are seconds. A send may wait `read_seconds`: the Bot API server itself retries for about 60 s,

    so a shorter wait would turn messages that arrive into unknown outcomes. Without `webhook` the door polls.
    """

    token: SecretStr
    api_url: str = OFFICIAL
    webhook: WebhookOptions | None = None
    rate: float = 25.0
    connect_seconds: float = 10.0
    read_seconds: float = 90.0
    poll_seconds: int = 50
