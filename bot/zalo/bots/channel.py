"""One parcel out, one outcome back. A message is called sent only with the platform's own id for it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.troubles import NOT_CONNECTED, REFUSAL, UNREADABLE, CallFailed, Trouble
from bot.zalo.bots.client import Client
from bot.zalo.bots.errors import NOT_FOUND, is_hopeless, outcome_of, reason_of, rule_for
from bot.zalo.bots.options import ADDRESS, Link, Options
from bot.zalo.bots.parcels import Call, calls_for
from content.phrases import Phrases
from scheduler.channel import Later, Outcome, Parcel, Refused, Sent, Unknown

OPEN_CIRCUIT_AFTER = 5  # failed connections in a row: then it is the line, not the message
LONGEST_BACKOFF = 60.0

log = logging.getLogger(__name__)


class ZaloBotChannel:
    """One bot as the drain sees it. A send cannot be made idempotent; there are no read receipts."""

    chat_gap = 1.0  # seconds; nothing is published
    repeats_safely = False

    def __init__(
        self, client: Client, options: Options, phrases: Phrases, clock: Callable[[], datetime], link: Link
    ) -> None:
        self.name, self.rate = options.channel, options.rate
        self._client, self._options = client, options
        self._phrases, self._clock, self._link = phrases, clock, link
        self._rests_until: datetime | None = None
        self._misses = 0

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel. Raises nothing but CancelledError."""
        if self._rests_until and (left := (self._rests_until - self._clock()).total_seconds()) > 0:
            return Later(left, "QUOTA: quiet for the rest of the pause", whole_bot=True)
        if not ADDRESS.fullmatch(parcel.address):
            return Refused("CONTENT: the address is no chat")
        try:
            return await self._send(calls_for(parcel, self._link, self._phrases))
        except Exception as odd:  # whatever it was, it may have come after a call began: nothing is proved
            # Its text may quote the message or the address with the token.
            log.error("delivery %s failed in an unexpected way: %s", parcel.delivery_id, type(odd).__name__)
            return Unknown(f"UNEXPECTED: {type(odd).__name__}")

    async def _send(self, calls: list[Call]) -> Outcome:
        """All of it or an unknown outcome: once a part has been shown, starting over would show it twice."""
        outcome: Outcome = Refused("CONTENT: nothing to send")
        for number, call in enumerate(calls, 1):
            outcome = await self._once(call)
            if isinstance(outcome, Refused) and call.instead and not outcome.whole_bot:
                return await self._send(call.instead)  # refused, so nothing of it has been shown
            if isinstance(outcome, Sent):
                continue
            if number > 1:
                return Unknown(f"part {number} of {len(calls)}: {outcome.reason}")
            return outcome
        return outcome

    async def _once(self, call: Call) -> Outcome:
        seconds = self._options.photo_seconds if call.method == "sendPhoto" else 0.0
        try:
            result = await self._client.call(call.method, seconds, **call.params)
        except CallFailed as failed:
            return await self._judge(failed.trouble)
        self._misses = 0
        number = result.get("message_id")
        if isinstance(number, str | int) and number:
            return Sent(str(number))
        return outcome_of(Trouble(UNREADABLE, 200, "no message_id"), 0.0)

    async def _judge(self, trouble: Trouble) -> Outcome:
        if trouble.kind == NOT_CONNECTED:
            self._misses += 1
            seconds = min(LONGEST_BACKOFF, 2.0 ** (self._misses - 1))
            return Later(seconds, reason_of(trouble), whole_bot=self._misses >= OPEN_CIRCUIT_AFTER)
        self._misses = 0
        if trouble.kind == REFUSAL and trouble.status == NOT_FOUND:
            return await self._missing(trouble)
        outcome = outcome_of(trouble, self._options.rest_seconds)
        if rule_for(trouble).name == "QUOTA":
            self._rests_until = self._clock() + timedelta(seconds=self._options.rest_seconds)
        return outcome

    async def _missing(self, trouble: Trouble) -> Outcome:
        """404 does not say what is missing: while the bot itself is known, it is this chat; else the queue is kept."""
        try:
            await self._client.call("getMe")
        except CallFailed as failed:
            if is_hopeless(failed.trouble):
                return Refused(reason_of(failed.trouble), whole_bot=True)
            return Later(LONGEST_BACKOFF, reason_of(trouble))
        return Refused(reason_of(trouble))
