"""One parcel out, one outcome back. A message is called sent only with Telegram's own number for it."""

import logging
import re
from typing import Any

from aiogram import Bot

from bot.telegram.errors import NOT_CONNECTED, UNREADABLE, CallFailed, Trouble, outcome_of
from bot.telegram.flood import FloodPause
from bot.telegram.methods import SendText
from bot.telegram.options import CHANNEL
from bot.telegram.render import Unrenderable, render
from scheduler.channel import Later, Outcome, Parcel, Refused, Sent, Unknown

OPEN_CIRCUIT_AFTER = 5  # failed connections in a row: then it is the line, not the message
LONGEST_BACKOFF = 60.0
ADDRESS = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)  # ids of groups and channels are negative

log = logging.getLogger(__name__)


class TelegramChannel:
    """Telegram as the drain sees it. A send cannot be made idempotent through the Bot API."""

    name = CHANNEL
    chat_gap = 1.0  # core.telegram.org/bots/faq: no more than one message per second to one chat
    repeats_safely = False

    def __init__(self, bot: Bot, flood: FloodPause, rate: float = 25.0) -> None:
        self.rate = rate
        self._bot = bot
        self._flood = flood
        self._misses = 0

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel. Raises nothing but CancelledError."""
        if left := self._flood.left():
            return Later(left, "FLOOD: quiet for the rest of the pause", whole_bot=True)
        try:
            request = _request(parcel)
        except Unrenderable as wrong:
            return Refused(f"CONTENT: {wrong}")
        try:
            result = await self._bot(request)
        except CallFailed as failed:
            return self._judge(failed.trouble)
        except Exception as odd:  # whatever it was, it came after the call began: nothing is proved
            # Its text may quote the message or the address with the token.
            log.error("delivery %s failed in an unexpected way: %s", parcel.delivery_id, type(odd).__name__)
            return Unknown(f"UNEXPECTED: {type(odd).__name__}")
        self._misses = 0
        return _receipt(result)

    def _judge(self, trouble: Trouble) -> Outcome:
        self._flood.notice(trouble)
        if trouble.kind != NOT_CONNECTED:
            self._misses = 0
            return outcome_of(trouble)
        self._misses += 1
        seconds = min(LONGEST_BACKOFF, 2.0 ** (self._misses - 1))
        return Later(seconds, f"T_CONNECT: {trouble.description}", whole_bot=self._misses >= OPEN_CIRCUIT_AFTER)


def _request(parcel: Parcel) -> SendText:
    if not ADDRESS.fullmatch(parcel.address):
        raise Unrenderable("the address is no private chat")
    rendered = render(parcel.message, parcel.token)
    return SendText(chat_id=int(parcel.address), text=rendered.text, reply_markup=rendered.reply_markup)


def _receipt(result: dict[str, Any]) -> Outcome:
    number = result.get("message_id")
    return Sent(str(number)) if type(number) is int else outcome_of(Trouble(UNREADABLE, 200, "no message_id"))
