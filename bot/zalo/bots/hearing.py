"""News of the Bot Platform in the house's own words. What is not listed here is kept and not heard.

Private chats only. The manual wraps news in an envelope, real webhook calls were seen without: both are read.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.heard import OTHER, TEXT, Heard
from bot.zalo.bots.options import ADDRESS
from bot.zalo.render import clean
from bot.zalo.stamps import moment_of
from store.inbox import Arrival

Raw = Mapping[str, Any]

WORDS = "message.text.received"
SHOWN = frozenset(  # things a person sends that are no text; `unsupported` also stands for a protected person's words
    {"message.image.received", "message.sticker.received", "message.voice.received", "message.unsupported.received"}
)


def arrival(channel: str, news: object) -> Arrival | None:
    """News as the inbox keeps it, or None for what is none (an empty probe).

    There is no number of an update: chat and message name it. Other kinds may speak of a message that is yet to come,
    so they are told apart by all they hold. ASCII, since JSON may hold characters that no database takes.
    """
    payload = _payload(news)
    kind = payload.get("event_name")
    if not isinstance(kind, str):
        return None
    body = json.dumps(payload, separators=(",", ":"))
    message = _table(payload.get("message"))
    chat, number = _identity(_table(message.get("chat")).get("id")), _identity(message.get("message_id"))
    if chat and number and (kind == WORDS or kind in SHOWN):
        return Arrival(channel, f"{chat}/{number}", body)
    return Arrival(channel, f"body/{hashlib.sha256(body.encode()).hexdigest()}", body)


def hear(channel: str, body: str, heard_at: datetime) -> Heard | None:
    """What an inbox body says, or None when it is nothing for us. `heard_at`: when our server received it."""
    try:
        news = json.loads(body)
    except (ValueError, RecursionError):
        return None
    payload = _payload(news)
    kind, message = payload.get("event_name"), _table(payload.get("message"))
    address = _private(message)
    if address is None or not isinstance(kind, str):
        return None
    text, said_at = message.get("text"), moment_of(message.get("date"))
    if kind == WORDS and isinstance(text, str):
        return Heard(channel, address, TEXT, heard_at, text=clean(text), said_at=said_at)
    return Heard(channel, address, OTHER, heard_at, said_at=said_at) if kind == WORDS or kind in SHOWN else None


def _payload(news: object) -> Raw:
    """Without the envelope, if it stands in one."""
    table = _table(news)
    return _table(table["result"]) if table.get("ok") is True and "result" in table else table


def _private(message: Raw) -> str | None:
    """The address, if a human writes in a chat of their own. Answers go to the chat, whose id is the sender's there."""
    chat, sender = _table(message.get("chat")), _table(message.get("from"))
    if chat.get("chat_type", "PRIVATE") != "PRIVATE" or sender.get("is_bot", False) is not False:
        return None
    return _identity(chat.get("id")) or None


def _identity(value: object) -> str:
    """An id as text; empty for what is none."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if ADDRESS.fullmatch(text) else ""


def _table(value: object) -> Raw:
    return value if isinstance(value, dict) else {}
