"""How the door of an Official Account is set up: plain values."""

from dataclasses import dataclass

from pydantic import SecretStr

CHANNEL = "zalo-oa"
API, OAUTH = "https://openapi.zalo.me", "https://oauth.zaloapp.com"


@dataclass(frozen=True, slots=True)
class Options:
    """`secret_key` signs webhooks (the console's OA Secret Key), `app_secret` exchanges tokens: never the same thing.

    `webhook` and `callback` are public https addresses; their paths become our routes. `template_type` is put into
    messages with buttons when Zalo wants one. `rate` is requests per minute, of all kinds. Times are seconds.
    """

    app_id: str
    app_secret: SecretStr
    secret_key: SecretStr
    webhook: str
    callback: str = ""
    api: str = API
    oauth: str = OAUTH
    template_type: str = ""
    rate: float = 100.0
    connect_seconds: float = 5.0
    read_seconds: float = 30.0
