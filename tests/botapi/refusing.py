"""What the server says no with: HTTP status, Telegram's wording and the extra parameters."""

from typing import Any


class Refusal(Exception):
    """One refused call; `description` carries Telegram's own wording including its prefix."""

    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> Refusal:
    """400 with the prefix Telegram writes."""
    return Refusal(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refusal:
    """403 with the prefix Telegram writes."""
    return Refusal(403, f"Forbidden: {reason}")


def flooded(seconds: float) -> Refusal:
    """429: the call was not executed; whole seconds, at least one."""
    wait = max(1, int(seconds + 0.999))
    return Refusal(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
