"""Inline mode: our name and a few words typed in any chat bring up cards to share. Answered at once, kept nowhere.

Like toasts: best effort, by a fixed number of workers, so that nothing here ever holds up polling.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiogram import Bot

from bot.budget import Budget
from bot.sharing import Share, Shared
from bot.telegram.flood import FloodPause
from bot.telegram.hearing import INLINE
from bot.telegram.methods import AnswerInline
from bot.telegram.render import TEXT_LIMIT
from bot.telegram.text import clean
from bot.troubles import CallFailed

WORKERS = 4
WAITING = 200
SECONDS = 10  # for an answer; after that the person has typed on
LONGEST = 256  # characters, core.telegram.org/bots/api#inlinequery
CACHE_SECONDS = 10  # what was found may change with the next approval
START = "ketnoi"  # what the button says to us in the private chat: first contact, as any other
RATE, BURST = 2.0, 10.0  # queries per second of one person: an app asks again with every few letters
QUERY_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
RESULT_ID = re.compile(r"[\x21-\x7e]{1,64}")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """One inline query, as far as it is believed."""

    query_id: str
    address: str
    typed: str


class InlineAnswers:
    """`offer` never waits; `run` answers until it is cancelled. `invitation` stands on the button for strangers."""

    def __init__(
        self, bot: Bot, flood: FloodPause, clock: Callable[[], datetime], share: Share, invitation: str
    ) -> None:
        self._bot = bot
        self._flood = flood
        self._clock = clock
        self._share = share
        self._button = {"text": invitation, "start_parameter": START}
        self._budget = Budget(RATE, BURST)
        self._asked: asyncio.Queue[Asked] = asyncio.Queue(WAITING)

    @property
    def waiting(self) -> int:
        """How many queries wait for their answer."""
        return self._asked.qsize()

    def offer(self, update: Mapping[str, Any]) -> None:
        """Answer the query in this update, if there is one, its sender is not too fast and not too many wait."""
        asked = _asked(update)
        if asked is None or self._asked.full():
            return
        if self._budget.spend(asked.address, self._clock().timestamp()):
            self._asked.put_nowait(asked)

    async def run(self) -> None:
        """Serve with a fixed number of workers."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._serve())

    async def _serve(self) -> None:
        while True:
            await self._answer(await self._asked.get())

    async def _answer(self, asked: Asked) -> None:
        if self._flood.left():
            return
        try:
            found = await self._share(asked.address, asked.typed)
            await self._bot(_request(asked, found, self._button), request_timeout=SECONDS)
        except CallFailed as failed:
            self._flood.notice(failed.trouble)
            log.debug("an inline query stayed unanswered: %s", failed)
        except Exception as odd:  # the store may be away; its texts may quote what was typed
            log.warning("an inline query stayed unanswered: %s", type(odd).__name__)


def is_inline(update: object) -> bool:
    """Whether an update is an inline query: such ones are answered, never kept."""
    return isinstance(update, dict) and INLINE in update


def _asked(update: Mapping[str, Any]) -> Asked | None:
    query = update.get(INLINE)
    sender = query.get("from") if isinstance(query, dict) else None
    if not isinstance(query, dict) or not isinstance(sender, dict) or sender.get("is_bot", True) is not False:
        return None
    query_id, typed, person = query.get("id"), query.get("query"), sender.get("id")
    if not isinstance(query_id, str) or not QUERY_ID.fullmatch(query_id) or not isinstance(typed, str):
        return None
    return Asked(query_id, str(person), clean(typed[:LONGEST])) if type(person) is int and person > 0 else None


def _request(asked: Asked, found: list[Shared] | None, button: dict[str, str]) -> AnswerInline:
    results = [_article(shared) for shared in found or () if RESULT_ID.fullmatch(shared.code)]
    return AnswerInline(
        inline_query_id=asked.query_id,
        results=results,
        cache_time=CACHE_SECONDS if found is not None else 0,  # who joins now may share now
        button=None if found is not None else button,
    )


def _article(shared: Shared) -> dict[str, Any]:
    content = {"message_text": clean(shared.text)[:TEXT_LIMIT], "link_preview_options": {"is_disabled": True}}
    return {
        "type": "article",
        "id": shared.code,
        "title": clean(shared.title),
        "description": clean(shared.source),
        "input_message_content": content,
    }
