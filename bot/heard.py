"""What a door heard, in words that no platform owns. Each door turns its raw inbox body into one of these."""

from dataclasses import dataclass
from datetime import datetime

TEXT, CHOICE, CONTACT, OTHER, BLOCKED, UNBLOCKED = "text", "choice", "contact", "other", "blocked", "unblocked"


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance of one address.

    kind `text`: `text` is what was typed (also commands, e.g. ``/start K7M2QX9T``). kind `choice`: a button,
    `token` names the delivery and `number` (from 1) the choice. kind `contact`: `phone` of the sender's own contact.
    kind `other`: sticker, photo, voice and the like. kinds `blocked`/`unblocked`: the person closed or reopened us.
    """

    channel: str
    address: str
    kind: str
    heard_at: datetime
    text: str = ""
    token: str = ""
    number: int = 0
    phone: str = ""
