"""An event of an Official Account in the house's own words. What is not listed here is not heard.

Zalo has no event for a tap: the button's payload comes as a text, and anybody can type one. Its shape is all that is
believed; the token must belong to the account it comes from.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.heard import BLOCKED, CHOICE, HERE, OTHER, TEXT, UNBLOCKED, Heard
from bot.zalo.oa.options import CHANNEL
from bot.zalo.render import clean
from bot.zalo.stamps import moment_of

Raw = Mapping[str, Any]

ADDRESS = re.compile(r"[0-9]{1,20}", re.ASCII)
TAP = re.compile(r"#q:([A-Za-z0-9_-]{1,56}):([1-9][0-9]{0,2})", re.ASCII)
WORDS = "user_send_text"
SHOWN = frozenset(
    f"user_send_{kind}"
    for kind in ("image", "file", "audio", "video", "sticker", "gif", "link", "business_card", "location")
)
# Interactions without a word: they keep the window open, and ask for no answer.
PRESENT = frozenset({"user_click_chatnow", "user_submit_info"})
FOLLOWING = {"follow": UNBLOCKED, "unfollow": BLOCKED}


def payload(token: str, number: int) -> str:
    """What a button sends when it is tapped."""
    return f"#q:{token}:{number}"


def hear(body: str, heard_at: datetime) -> Heard | None:
    """What an inbox body says, or None when it is nothing for us. `heard_at`: when the server received it."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return understand(event, heard_at)


def understand(event: object, heard_at: datetime) -> Heard | None:
    """The same for a decoded event. Never raises, whatever its shape."""
    told = _table(event)
    name, address = told.get("event_name"), address_of(told)
    if not isinstance(name, str) or not address:
        return None
    said_at = moment_of(told.get("timestamp"))
    if name == WORDS:
        return _words(_table(told.get("message")).get("text"), address, heard_at, said_at)
    kind = OTHER if name in SHOWN else HERE if name in PRESENT else FOLLOWING.get(name)
    return Heard(CHANNEL, address, kind, heard_at, said_at=said_at) if kind else None


def external_id(event: Raw) -> str | None:
    """What tells an event from its repetition, or None for an event that is nothing for us: echoes, receipts, calls."""
    name, address = event.get("event_name"), address_of(event)
    if not isinstance(name, str) or not address:
        return None
    if name == WORDS or name in SHOWN:
        said_id = _table(event.get("message")).get("msg_id")
        return f"{address}:{said_id}" if isinstance(said_id, str) and said_id else None
    if name in PRESENT or name in FOLLOWING:
        return f"{name}:{address}:{event.get('timestamp')}"
    return None


def address_of(event: Raw) -> str:
    """The user id of whoever acts, a decimal string; empty when there is none."""
    for holder in (
        _table(event.get("sender")).get("id"),
        _table(event.get("follower")).get("id"),
        event.get("user_id"),
    ):
        if isinstance(holder, str) and ADDRESS.fullmatch(holder):
            return holder
    return ""


def account_of(event: Raw) -> str:
    """The Official Account an event belongs to; empty when it names none."""
    for holder in (_table(event.get("recipient")).get("id"), event.get("oa_id")):
        if isinstance(holder, str) and holder:
            return holder
    return ""


def _words(text: object, address: str, heard_at: datetime, said_at: datetime | None) -> Heard:
    if not isinstance(text, str):
        return Heard(CHANNEL, address, OTHER, heard_at, said_at=said_at)
    found = TAP.fullmatch(text.strip())
    if found:
        return Heard(CHANNEL, address, CHOICE, heard_at, token=found[1], number=int(found[2]), said_at=said_at)
    return Heard(CHANNEL, address, TEXT, heard_at, text=clean(text), said_at=said_at)


def _table(value: object) -> Raw:
    return value if isinstance(value, dict) else {}
