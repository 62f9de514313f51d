"""What the house brings to the door besides settings: pictures, words, a process that outlives this one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from content.message import Attachment

Load = Callable[[int, str], Awaitable[bytes | None]]  # the file of a token, for the person behind an account
Told = Callable[[int, Attachment], str]  # a line that says where the person behind an account finds a file
IsFree = Callable[[int], Awaitable[bool]]  # whether a message to the person behind an account costs nothing now
Exchange = Callable[[int], Awaitable[None]]  # one exchange of the refresh token of a generation


async def no_files(_account_id: int, _token: str) -> bytes | None:
    """A door that has been given none."""
    return None


async def always_free(_account_id: int) -> bool:
    """A door that does not know: then Zalo has to say so each time."""
    return True


@dataclass(frozen=True, slots=True)
class Supplies:
    """`load` gives the bytes of a picture, None when it is gone; `told` says where a file is to be had.

    `is_free` is asked while what costs money cannot be sent.
    `exchange` renews the tokens in a process that is not killed with this one; without it this one does it.
    """

    load: Load = no_files
    told: Told = lambda _account_id, attached: attached.name
    is_free: IsFree = always_free
    exchange: Exchange | None = None


NOTHING = Supplies()
