"""A raw update in the house's own words. What is not listed here is not heard.

Private chats only; edited messages, groups, channels, bots, business messages and unknown kinds say nothing to us.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.heard import BLOCKED, CHOICE, CONTACT, FILE, OTHER, TEXT, UNBLOCKED, Heard
from bot.telegram.options import CHANNEL
from bot.telegram.text import clean

Raw = Mapping[str, Any]

KINDS = ("message", "callback_query", "my_chat_member")  # all that is read here
INLINE = "inline_query"  # somebody types our name in any chat: answered at once, never kept
ALLOWED = (*KINDS, INLINE)  # allowed_updates
FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,250}", re.ASCII)
LONGEST_NAME = 255
TAP = re.compile(r"([A-Za-z0-9_-]{1,56}):([1-9][0-9]{0,2})", re.ASCII)
ADDRESSED = re.compile(r"^(/[^\s@]+)@\w+")
# Things a person sends that are no text. Service messages (a pinned message, a timer) are nobody's words.
SHOWN = frozenset(
    {
        "animation",
        "audio",
        "checklist",
        "contact",
        "dice",
        "document",
        "game",
        "live_photo",
        "location",
        "paid_media",
        "photo",
        "poll",
        "rich_message",
        "sticker",
        "story",
        "venue",
        "video",
        "video_note",
        "voice",
    }
)
MEMBERSHIP = {"kicked": BLOCKED, "member": UNBLOCKED}


def hear(body: str, heard_at: datetime) -> Heard | None:
    """What an inbox body says, or None when it is nothing for us. `heard_at`: when the server received it.

    Only messages carry a time of their own, taps do not (Bot API), so all are judged by ours.
    """
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return understand(update, heard_at)


def understand(update: object, heard_at: datetime) -> Heard | None:
    """The same for a decoded update. Never raises, whatever its shape."""
    for kind, part in _table(update).items():
        if kind in READERS and (payload := _table(part)):
            return READERS[kind](payload, heard_at)
    return None


def _message(message: Raw, heard_at: datetime) -> Heard | None:
    address = _private(message.get("chat"), message.get("from"))
    if address is None or "business_connection_id" in message:
        return None
    text = message.get("text")
    if isinstance(text, str):
        return Heard(CHANNEL, address, TEXT, heard_at, text=ADDRESSED.sub(r"\1", clean(text)))
    if phone := _own_phone(message):
        return Heard(CHANNEL, address, CONTACT, heard_at, phone=phone)
    if file := _document(message, address, heard_at):
        return file
    return Heard(CHANNEL, address, OTHER, heard_at) if SHOWN & message.keys() else None


def _document(message: Raw, address: str, heard_at: datetime) -> Heard | None:
    """A file; a moving picture carries one too, but nobody means it as such. What it is called is the sender's word."""
    document = _table(message.get("document"))
    file_id, name, size = (document.get(key) for key in ("file_id", "file_name", "file_size"))
    if "animation" in message or not isinstance(file_id, str) or not FILE_ID.fullmatch(file_id):
        return None
    caption = message.get("caption")
    return Heard(
        CHANNEL,
        address,
        FILE,
        heard_at,
        text=clean(caption) if isinstance(caption, str) else "",
        file_ref=file_id,
        file_name=clean(name)[-LONGEST_NAME:] if isinstance(name, str) else "",
        file_size=size if type(size) is int and size > 0 else 0,
    )


def _tap(query: Raw, heard_at: datetime) -> Heard | None:
    """Callback data is untrusted: old and foreign buttons work for ever, so its shape is all that is believed."""
    address = _private(_table(query.get("message")).get("chat"), query.get("from"))
    if address is None:
        return None
    button = query.get("data")
    found = TAP.fullmatch(button) if isinstance(button, str) else None
    if found is None:
        return Heard(CHANNEL, address, OTHER, heard_at)
    return Heard(CHANNEL, address, CHOICE, heard_at, token=found[1], number=int(found[2]))


def _membership(change: Raw, heard_at: datetime) -> Heard | None:
    """In a private chat this update comes only when the person blocks or unblocks the bot."""
    address = _private(change.get("chat"), change.get("from"))
    status = _table(change.get("new_chat_member")).get("status")
    kind = MEMBERSHIP.get(status) if isinstance(status, str) else None
    return Heard(CHANNEL, address, kind, heard_at) if address and kind else None


READERS = dict(zip(KINDS, (_message, _tap, _membership), strict=True))


def _private(chat: object, sender: object) -> str | None:
    """The address, if a human writes in the chat of their own: there both ids are the same."""
    place, person = _table(chat), _table(sender)
    chat_id = place.get("id")
    if place.get("type") != "private" or type(chat_id) is not int or person.get("id") != chat_id:
        return None
    return None if person.get("is_bot", True) is not False else str(chat_id)


def _own_phone(message: Raw) -> str:
    """The phone of a contact shared by its owner. `user_id` is set by Telegram and can be trusted; it may be absent."""
    contact = _table(message.get("contact"))
    own = contact.get("user_id") == _table(message.get("from")).get("id")
    forwarded = any(key in message for key in ("forward_origin", "forward_date", "forward_from"))
    phone = contact.get("phone_number")
    return clean(phone).strip() if own and not forwarded and isinstance(phone, str) else ""


def _table(value: object) -> Raw:
    return value if isinstance(value, dict) else {}
