"""How fast the bot called: peaks over sliding windows."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

SENDS = frozenset({"sendMessage", "sendPhoto", "sendDocument"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call that arrived, refused or not."""

    at: float
    method: str
    chat_id: int | str | None


def peak(moments: Iterable[float], window: float = 1.0) -> int:
    """The most moments in any half-open window of `window` seconds; moments must ascend."""
    inside: deque[float] = deque()
    most = 0
    for moment in moments:
        inside.append(moment)
        while inside[0] <= moment - window:
            inside.popleft()
        most = max(most, len(inside))
    return most
