"""What the Bot Platform says no with: a code and a few words, in the documented meaning."""


class Refusal(Exception):
    """One refused call."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


QUOTA = (429, "Quota exceeded")
IDLE = (408, "Request timeout")
NOT_FOUND = (404, "Not found")
UNAUTHORIZED = (401, "Unauthorized")


def bad_request(reason: str) -> Refusal:
    """400: the path, the method or a parameter."""
    return Refusal(400, f"Bad request: {reason}")
