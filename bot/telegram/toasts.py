"""Answers to taps: without one the button keeps spinning. Best effort; a lost toast never undoes a kept answer.

A tap that was posted to our webhook is answered in the reply to that post (`in_reply`); one that was polled takes a
call of its own (`Toasts`).
"""

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery

from bot.telegram.flood import FloodPause
from bot.troubles import CallFailed

WORKERS = 8
WAITING = 500  # older taps would be answered too late anyway: Telegram wants an answer within some 15 s
SECONDS = 15
QUERY_ID = re.compile(r"[\w-]{1,64}", re.ASCII)

log = logging.getLogger(__name__)


class Toasts:
    """`offer` never waits; `run` answers until it is cancelled."""

    def __init__(self, bot: Bot, text: str, flood: FloodPause) -> None:
        self._bot = bot
        self._text = text
        self._flood = flood
        self._queries: asyncio.Queue[str] = asyncio.Queue(WAITING)

    @property
    def waiting(self) -> int:
        """How many taps wait for their answer."""
        return self._queries.qsize()

    def offer(self, update: Mapping[str, Any]) -> None:
        """Answer the tap in this update, if there is one and not too many are waiting."""
        query_id = _tapped(update)
        if query_id and not self._queries.full():
            self._queries.put_nowait(query_id)

    async def run(self) -> None:
        """Serve with a fixed number of workers."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._serve())

    async def _serve(self) -> None:
        while True:
            await self._answer(await self._queries.get())

    async def _answer(self, query_id: str) -> None:
        if self._flood.left():
            return  # a toast is not worth a longer pause for everybody
        try:
            await self._bot(AnswerCallbackQuery(callback_query_id=query_id, text=self._text), request_timeout=SECONDS)
        except CallFailed as failed:
            self._flood.notice(failed.trouble)
            log.debug("a tap stayed unanswered: %s", failed)


def in_reply(update: Mapping[str, Any], text: str) -> bytes:
    """The call that answers the tap in this update, as the body of our reply to the webhook; empty when there is none.

    core.telegram.org/bots/api#making-requests-when-getting-updates: one method goes with the reply, unanswered.
    """
    query_id = _tapped(update)
    if not query_id:
        return b""
    return json.dumps({"method": "answerCallbackQuery", "callback_query_id": query_id, "text": text}).encode()


def _tapped(update: Mapping[str, Any]) -> str:
    """The id of the tap in an update; empty when there is none."""
    query = update.get("callback_query")
    query_id = query.get("id") if isinstance(query, dict) else None
    return query_id if isinstance(query_id, str) and QUERY_ID.fullmatch(query_id) else ""
