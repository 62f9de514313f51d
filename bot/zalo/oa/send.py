"""One parcel out, one outcome back. A message is called sent only with Zalo's own id for it."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.troubles import NOT_CONNECTED, UNREADABLE, CallFailed, Trouble
from bot.zalo.oa.client import Client
from bot.zalo.oa.errors import NO_FUNDS, PLAINER, outcome_of, rule_for
from bot.zalo.oa.hearing import ADDRESS
from bot.zalo.oa.options import CHANNEL
from bot.zalo.oa.rotation import NoAccess
from bot.zalo.oa.shapes import Unrenderable, with_buttons, with_picture, words
from bot.zalo.oa.supplies import NOTHING, Supplies
from bot.zalo.render import render_oa
from scheduler.channel import Later, Outcome, Parcel, Refused, Sent, Unknown

OPEN_CIRCUIT_AFTER = 5  # failed connections in a row: then it is the line, not the message
LONGEST_BACKOFF = 60.0
NO_FILE_SECONDS = 5.0  # until another look, when the store cannot say what goes with a message
RENEWAL_SECONDS = 10.0  # until another try, while somebody renews the tokens
BUTTONS_OFF_AFTER = 3  # refusals of buttons in a row whose words alone were taken
FREE, BILLED = "reply", "billed"
IMAGE_LIMIT = 1024 * 1024  # bytes of a jpg or png

Shape = dict[str, Any]

log = logging.getLogger(__name__)


class OaChannel:
    """An Official Account as the drain sees it. A send cannot be made idempotent through this API.

    `charged` counts messages since the start by what Zalo charged them to: ``reply`` (free for 48 hours after a
    word of the person's), another quota's name, or ``billed``. `expires_at`: when the permission to write ends.
    Once Zalo has refused a message for want of money, none that would cost any is tried for an hour.
    """

    name = CHANNEL
    chat_gap = 0.0
    repeats_safely = False

    def __init__(
        self,
        client: Client,
        clock: Callable[[], datetime],
        rate: float,
        template_type: str = "",
        supplies: Supplies = NOTHING,
    ) -> None:
        self.rate = rate / 60
        self.charged: Counter[str] = Counter()
        self.expires_at: datetime | None = None
        self._client, self._clock, self._template_type, self._supplies = client, clock, template_type, supplies
        self._unfunded_until: datetime | None = None
        self._misses = self._buttons_refused = 0

    @property
    def unfunded_seconds(self) -> float:
        """For how long nothing that costs money is tried; 0 when it is."""
        until = self._unfunded_until
        return max(0.0, (until - self._clock()).total_seconds()) if until else 0.0

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel. Raises nothing but CancelledError."""
        begun = False
        try:
            if (left := self.unfunded_seconds) and not await self._supplies.is_free(parcel.account_id):
                return Later(left, f"{NO_FUNDS}: nothing that costs money is tried before the hour is over")
            shape, plain = await self._shape(parcel)
            begun = True
            return self._receipt(parcel, await self._say(parcel.address, shape, plain))
        except Unrenderable as wrong:
            return Refused(f"CONTENT: {wrong}")
        except NoAccess as none:
            return Later(RENEWAL_SECONDS, none.key) if none.soon else Refused(f"NO_ACCESS: {none.key}", whole_bot=True)
        except CallFailed as failed:
            return self._judge(failed.trouble)
        except Exception as odd:  # its text may quote the message or a token
            log.error("delivery %s failed in an unexpected way: %s", parcel.delivery_id, type(odd).__name__)
            return Unknown(f"UNEXPECTED: {type(odd).__name__}") if begun else Later(NO_FILE_SECONDS, type(odd).__name__)

    async def _shape(self, parcel: Parcel) -> tuple[Shape, Shape]:
        """The message as it should look, and the same in words alone."""
        if not ADDRESS.fullmatch(parcel.address):
            raise Unrenderable("the address is no user id")
        attached, message = parcel.message.file, parcel.message
        if attached and not attached.alt:
            line = self._supplies.told(parcel.account_id, attached)
            message = replace(message, text=f"{message.text}\n\n{line}", file=None)
        plain = words(render_oa(message).text)
        if attached and attached.alt and (picture := await self._picture(parcel.account_id, attached.token)):
            return with_picture(render_oa(replace(message, file=None)).text, picture), plain
        if self._buttons_refused >= BUTTONS_OFF_AFTER:
            return plain, plain
        return with_buttons(render_oa(message), parcel.token, self._template_type), plain

    async def _picture(self, account_id: int, token: str) -> str:
        """The id of the picture at Zalo; empty when it cannot be shown, for words stand in for it."""
        body = await self._supplies.load(account_id, token)
        if not body or len(body) > IMAGE_LIMIT:
            return ""
        try:
            return await self._client.upload_image(body)
        except CallFailed as failed:
            if rule_for(failed.trouble).whole_bot or failed.trouble.kind == NOT_CONNECTED:
                raise
            log.warning("a picture is told in words: %s", failed)
            return ""

    async def _say(self, user_id: str, message: Shape, plain: Shape) -> dict[str, Any]:
        """Send; what Zalo has refused for its shape goes once more as words, what it failed to send once more as it is.

        A refusal proves that nothing was shown.
        """
        try:
            told = await self._client.say(user_id, message)
        except CallFailed as failed:
            code = failed.trouble.code
            if code == -200:
                return await self._client.say(user_id, message)
            if code not in PLAINER or "attachment" not in message:
                raise
            told = await self._client.say(user_id, plain)
            self._buttons_refused += 1
            log.warning("buttons or a picture were refused (%s), words alone went out: zalo_oa_template_type?", code)
        else:
            self._buttons_refused = 0 if "attachment" in message else self._buttons_refused
        return told

    def _judge(self, trouble: Trouble) -> Outcome:
        if trouble.kind != NOT_CONNECTED:
            self._misses = 0
            rule = rule_for(trouble)
            if rule.name == NO_FUNDS:
                self._unfunded_until = self._clock() + timedelta(seconds=rule.seconds)
            return outcome_of(trouble)
        self._misses += 1
        seconds = min(LONGEST_BACKOFF, 2.0 ** (self._misses - 1))
        return Later(seconds, f"CONNECT: {trouble.description}", whole_bot=self._misses >= OPEN_CIRCUIT_AFTER)

    def _receipt(self, parcel: Parcel, told: dict[str, Any]) -> Outcome:
        self._misses = 0
        message_id, quota = told.get("message_id"), told.get("quota")
        if not isinstance(message_id, str) or not message_id:
            return outcome_of(Trouble(UNREADABLE, 200, description="no message_id"))
        charged = str(quota.get("quota_type") or BILLED) if isinstance(quota, dict) else BILLED
        self.charged[charged] += 1
        if charged != FREE:
            self._unfunded_until = None
        if charged == BILLED:
            log.info("delivery %s was billed", parcel.delivery_id)
        return Sent(message_id)
