"""What the page sends: from a request body to an inbox body, and from an inbox body to what was heard."""

import json
import re
from datetime import datetime
from typing import Any

from bot.heard import CHOICE, FILE, TEXT, Heard
from content.fold import nfc

TEXT_LIMIT = 4_000
CHOICE_LIMIT = 99
CLIENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
UNPRINTABLE = {code: None for code in (*range(32), 127) if chr(code) not in "\n\t"}


class Unfit(Exception):
    """The page sent something that cannot be kept. `key` is the phrase that says so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def read(raw: bytes, address: str) -> tuple[str, str]:
    """The id the page gave its words, and the inbox body to keep. Raises Unfit."""
    try:
        sent = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unfit("web.problem.malformed") from None
    client_id = sent.get("id") if isinstance(sent, dict) else None
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        raise Unfit("web.problem.malformed")
    words = _pressed(sent) if "token" in sent else _typed(sent)
    return client_id, json.dumps({"address": address, **words, "id": client_id}, ensure_ascii=False)


def hear(body: str, heard_at: datetime) -> Heard | None:
    """An inbox body of this channel in words that no platform owns; None when it is not one of ours."""
    try:
        kept: dict[str, Any] = json.loads(body)
        address = kept["address"]
        if "file" in kept:
            name, size = kept["name"], kept["size"]
            return Heard("web", address, FILE, heard_at, file_ref=kept["file"], file_name=name, file_size=size)
        if "token" in kept:
            return Heard("web", address, CHOICE, heard_at, token=kept["token"], number=kept["number"])
        return Heard("web", address, TEXT, heard_at, text=kept["text"])
    except (ValueError, KeyError, TypeError):
        return None


def _pressed(sent: dict[str, Any]) -> dict[str, Any]:
    token, number = sent["token"], sent.get("number")
    fits = isinstance(token, str) and TOKEN.fullmatch(token) and type(number) is int and 0 < number <= CHOICE_LIMIT
    if not fits:
        raise Unfit("web.problem.malformed")
    return {"token": token, "number": number}


def _typed(sent: dict[str, Any]) -> dict[str, Any]:
    text = sent.get("text")
    if not isinstance(text, str):
        raise Unfit("web.problem.malformed")
    # half a surrogate pair and NUL are valid JSON, and neither database nor UTF-8 takes them
    cleaned = nfc(text.encode("utf-8", "replace").decode().translate(UNPRINTABLE)).strip()
    if not cleaned:
        raise Unfit("web.problem.malformed")
    if len(cleaned) > TEXT_LIMIT:
        raise Unfit("web.problem.too_long")
    return {"text": cleaned}
