"""What the drain and a channel say to each other: a parcel goes out, one of four outcomes comes back."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from content.message import Message


class Parcel(NamedTuple):
    """One claimed delivery, ready to be sent. `token` is unguessable and names the delivery in buttons."""

    delivery_id: int
    token: str
    account_id: int
    address: str
    kind: str
    message: Message


class Sent(NamedTuple):
    """The platform accepted it."""

    platform_message_id: str


@dataclass(frozen=True, slots=True)
class Later:
    """Proved not sent, worth another try after so many seconds. `whole_bot` closes the shared gate (429)."""

    seconds: float
    reason: str
    whole_bot: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Proved not sent and never will be as it is.

    `person` set to `blocked` marks the account blocked, set to `window` closes its interaction window until it writes;
    either way a scheduled message goes to another door of the person where there is one. `whole_bot` stops the lane
    (dead token) and keeps the queue.
    """

    reason: str
    person: str = ""
    whole_bot: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived. Never sent again by itself; listed for the operator."""

    reason: str


Outcome = Sent | Later | Refused | Unknown


class Channel(Protocol):
    """One way to reach people. `rate` is messages per second over the whole bot, `chat_gap` seconds per chat.

    A whole `rate` is kept in any second, another one, such as 100 / 60, in any minute.
    `repeats_safely` is true where sending the same parcel twice shows it once (the web page): after a crash its
    claimed parcels simply go out again, elsewhere they become unknown. A channel whose token runs out may also have
    `expires_at`, a moment: it is written down for the operator. What the platform allows stands in `Terms`.
    """

    name: str
    rate: float
    chat_gap: float
    repeats_safely: bool

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel. Never raises for what the network or platform does; returns the outcome."""
        ...
