"""What a channel would show of a message and what would not fit; each platform tells it from its own renderer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """`text` and `buttons` as they appear. `length` and `limit` count as the platform does; limit 0 stands for none.

    `misfits` are phrase keys: what the platform would cut, refuse or leave out.
    """

    text: str
    buttons: tuple[str, ...]
    length: int
    limit: int
    misfits: tuple[str, ...] = ()
