"""What the house brings to the Telegram door besides settings: files that go out, cards to share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.sharing import Share

Load = Callable[[int, str], Awaitable[bytes | None]]  # the file of a token, for the person behind an account


async def no_files(_account_id: int, _token: str) -> bytes | None:
    """A door that has been given none."""
    return None


@dataclass(frozen=True, slots=True)
class Supplies:
    """What the house brings to the door: files that go out, and cards to share; without `share` no inline mode."""

    load: Load = no_files
    share: Share | None = None


NOTHING = Supplies()
