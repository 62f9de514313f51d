"""What the house brings to the door besides settings: pictures that go out, and words for files that cannot."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from content.message import Attachment

Load = Callable[[int, str], Awaitable[bytes | None]]  # the file of a token, for the person behind an account
Told = Callable[[int, Attachment], str]  # a line that says where the person behind an account finds a file


async def no_files(_account_id: int, _token: str) -> bytes | None:
    """A door that has been given none."""
    return None


@dataclass(frozen=True, slots=True)
class Supplies:
    """`load` gives the bytes of a picture, None when it is gone; `told` says where a file is to be had."""

    load: Load = no_files
    told: Told = lambda _account_id, attached: attached.name


NOTHING = Supplies()
