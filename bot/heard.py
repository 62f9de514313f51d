"""What a door heard, in words that no platform owns. Each door turns its raw inbox body into one of these."""

from datetime import datetime
from typing import NamedTuple

TEXT, CHOICE, CONTACT, FILE, OTHER = "text", "choice", "contact", "file", "other"
BLOCKED, UNBLOCKED, HERE = "blocked", "unblocked", "here"


class Heard(NamedTuple):
    """One utterance of one address.

    kind `text`: `text` is what was typed (also commands, e.g. ``/start K7M2QX9T``). kind `choice`: a button,
    `token` names the delivery and `number` (from 1) the choice. kind `contact`: `phone` of the sender's own contact.
    kind `file`: a document; `file_ref` names it at its channel, `file_name` is what the sender calls it (untrusted),
    `file_size` its bytes as announced (0 when not told), `text` its caption.
    kind `other`: sticker, photo, voice and the like. kinds `blocked`/`unblocked`: the person closed or reopened us.
    kind `here`: the person opened the chat or did something like it, without a word: no answer is due.

    `said_at` is when it was said by the platform's clock, None where it does not tell: what is posted to us again late
    was heard after, and said before, what we have sent meanwhile.
    """

    channel: str
    address: str
    kind: str
    heard_at: datetime
    text: str = ""
    token: str = ""
    number: int = 0
    phone: str = ""
    file_ref: str = ""
    file_name: str = ""
    file_size: int = 0
    said_at: datetime | None = None
