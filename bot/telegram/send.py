"""One parcel out, one outcome back. A message is called sent only with Telegram's own number for it."""

import json
import logging
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from aiogram import Bot
from aiogram.types import BufferedInputFile

from bot.telegram.errors import outcome_of
from bot.telegram.flood import FloodPause
from bot.telegram.methods import SendFile, SendPicture
from bot.telegram.options import CHANNEL
from bot.telegram.render import TOKEN, Unrenderable, render
from bot.telegram.session import PhasedSession
from bot.telegram.supplies import Load, no_files
from bot.troubles import NOT_CONNECTED, REFUSAL, UNREADABLE, CallFailed, Trouble
from content.loading.gate.naming import clean_name
from content.message import Message
from scheduler.channel import Later, Outcome, Parcel, Refused, Sent, Unknown

OPEN_CIRCUIT_AFTER = 5  # failed connections in a row: then it is the line, not the message
LONGEST_BACKOFF = 60.0
NO_FILE_SECONDS = 5.0  # until another look, when the store cannot say what goes with a message
NO_PHOTO = ("PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED", "PHOTO_SAVE_FILE_INVALID")
ADDRESS = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)  # ids of groups and channels are negative

NO_PREVIEW = {"is_disabled": True}
MARK = secrets.token_urlsafe(24)  # stands where a token will; nobody can have written it

Request = bytes | SendFile | SendPicture  # bytes: sendMessage as JSON

# Built once: json.dumps makes a new encoder each time it is told anything.
encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode

log = logging.getLogger(__name__)


class TelegramChannel:
    """Telegram as the drain sees it. A send cannot be made idempotent through the Bot API.

    `load` gives the bytes of the file that goes with a message, or None when it is gone or somebody else's.
    """

    name = CHANNEL
    chat_gap = 1.0  # core.telegram.org/bots/faq: no more than one message per second to one chat
    repeats_safely = False

    def __init__(self, bot: Bot, flood: FloodPause, rate: float = 25.0, load: Load = no_files) -> None:
        self.rate = rate
        self._bot = bot
        self._line = cast(PhasedSession, bot.session)  # ours: see build_bot
        self._flood = flood
        self._load = load
        self._misses = 0

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel. Raises nothing but CancelledError."""
        if left := self._flood.left():
            return Later(left, "FLOOD: quiet for the rest of the pause", whole_bot=True)
        try:
            request = await self._request(parcel)
        except Unrenderable as wrong:
            return Refused(f"CONTENT: {wrong}")
        except Exception as odd:  # nothing has been sent yet
            log.error("delivery %s: its file cannot be read now: %s", parcel.delivery_id, type(odd).__name__)
            return Later(NO_FILE_SECONDS, f"FILE: {type(odd).__name__}")
        return await self._send(parcel, request)

    async def _send(self, parcel: Parcel, request: Request) -> Outcome:
        try:
            if isinstance(request, bytes):
                result = await self._line.call(self._bot.token, "sendMessage", request)
            else:
                result = await self._bot(request)
        except CallFailed as failed:
            if isinstance(request, SendPicture) and _is_no_photo(failed.trouble):
                return await self._send(parcel, request.as_file())  # refused, so nothing of it has been shown
            return self._judge(failed.trouble)
        except Exception as odd:  # whatever it was, it came after the call began: nothing is proved
            # Its text may quote the message or the address with the token.
            log.error("delivery %s failed in an unexpected way: %s", parcel.delivery_id, type(odd).__name__)
            return Unknown(f"UNEXPECTED: {type(odd).__name__}")
        self._misses = 0
        return _receipt(result)

    async def _request(self, parcel: Parcel) -> Request:
        if not ADDRESS.fullmatch(parcel.address):
            raise Unrenderable("the address is no private chat")
        chat_id, attached = int(parcel.address), parcel.message.file
        if attached is None:
            return text_body(chat_id, parcel.message, parcel.token)
        rendered = render(parcel.message, parcel.token)
        body = await self._load(parcel.account_id, attached.token)
        if not body and attached.alt:  # a picture is not worth the figures it illustrates
            return text_body(chat_id, parcel.message.in_words(), parcel.token)
        if not body:
            raise Unrenderable("the file that goes with it is gone")
        document = BufferedInputFile(body, clean_name(attached.name))
        if attached.alt:
            return SendPicture(
                chat_id=chat_id, photo=document, caption=rendered.text, reply_markup=rendered.reply_markup
            )
        return SendFile(chat_id=chat_id, document=document, caption=rendered.text, reply_markup=rendered.reply_markup)

    def _judge(self, trouble: Trouble) -> Outcome:
        self._flood.notice(trouble)
        if trouble.kind != NOT_CONNECTED:
            self._misses = 0
            return outcome_of(trouble)
        self._misses += 1
        seconds = min(LONGEST_BACKOFF, 2.0 ** (self._misses - 1))
        return Later(seconds, f"T_CONNECT: {trouble.description}", whole_bot=self._misses >= OPEN_CIRCUIT_AFTER)


def _is_no_photo(trouble: Trouble) -> bool:
    """Whether Telegram proved that it will not show these bytes as a photo, though it may take them as a file."""
    return trouble.kind == REFUSAL and trouble.status == 400 and any(sign in trouble.description for sign in NO_PHOTO)


def text_body(chat_id: int, message: Message, token: str) -> bytes:
    """The parameters of core.telegram.org/bots/api#sendmessage, without a parse mode and without link previews."""
    parts = _prepared(message)
    if len(parts) > 1 and not TOKEN.fullmatch(token):
        raise Unrenderable("the delivery token fits no button")
    return f'{{"chat_id": {chat_id}, {token.join(parts)}'.encode()


@lru_cache(maxsize=64)
def _prepared(message: Message) -> Sequence[str]:
    """All but the chat, as JSON cut where the token belongs: what a crowd is sent differs in nothing else."""
    rendered = render(message, MARK)
    body: dict[str, Any] = {"text": rendered.text, "link_preview_options": NO_PREVIEW}
    if rendered.reply_markup:
        body["reply_markup"] = rendered.reply_markup
    return encode(body)[1:].split(MARK)


def _receipt(result: Any) -> Outcome:
    number = result.get("message_id") if isinstance(result, dict) else None
    return Sent(str(number)) if type(number) is int else outcome_of(Trouble(UNREADABLE, 200, "no message_id"))
