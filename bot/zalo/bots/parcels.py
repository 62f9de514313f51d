"""What one message takes: a text, several when it is long, or a picture with its words; files go as a link."""

from dataclasses import dataclass, field, replace
from typing import Any

from bot.zalo.bots.options import Link
from bot.zalo.render import PART_LIMIT, clean, render_bot
from bot.zalo.splitting import units
from content.message import Message
from content.phrases import Phrases
from scheduler.channel import Parcel

LINK_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Call:
    """One call that shows something; `instead` goes out when the platform proves that it will not show this."""

    method: str
    params: dict[str, Any]
    instead: list["Call"] = field(default_factory=list)


def calls_for(parcel: Parcel, link: Link, phrases: Phrases) -> list[Call]:
    """The calls of a parcel, in order. `link` is asked for the address of what goes with it."""
    message, attached = parcel.message, parcel.message.file
    if attached is None:
        return _texts(parcel.address, message)
    address = link(parcel.account_id, attached.token)
    if not attached.alt:
        line = phrases("zalobot.file", name=attached.name, link=address, minutes=LINK_MINUTES)
        return _texts(parcel.address, replace(message, text=f"{message.text}\n\n{line}", file=None))
    words, caption = _texts(parcel.address, message), clean(message.plain())
    if not address or units(caption) > PART_LIMIT:
        return words
    return [Call("sendPhoto", {"chat_id": parcel.address, "photo": address, "caption": caption}, words)]


def _texts(address: str, message: Message) -> list[Call]:
    return [Call("sendMessage", {"chat_id": address, "text": text}) for text in render_bot(message)]
