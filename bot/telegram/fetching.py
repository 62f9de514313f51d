"""Files people sent us: looked up by their id, then downloaded within bounds. What they hold is nobody's business here.

A file that cannot be had is `Unfetchable`; everything else that goes wrong is CallFailed and worth another try.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath
from typing import cast

from aiogram import Bot

from bot.filing import MOST_BYTES, Unfetchable
from bot.telegram.flood import FloodPause
from bot.telegram.hearing import FILE_ID
from bot.telegram.methods import GetFile
from bot.telegram.session import PhasedSession
from bot.troubles import CUT, REFUSAL, UNREADABLE, CallFailed, Trouble

TOO_BIG, GONE = "uploads.too_big", "uploads.gone"
LOOK_UP_SECONDS = 30  # Telegram may have to bring the file from another data centre first
LONGEST_PAUSE = 60.0


class Fetcher:
    """Fetches one file at a time for whoever asks. Nothing it raises carries an address."""

    def __init__(self, bot: Bot, flood: FloodPause, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._bot = bot
        self._line = cast(PhasedSession, bot.session)  # ours: see build_bot
        self._flood = flood
        self._pause = pause

    async def fetch(self, file_ref: str) -> bytes:
        """The bytes of a file, at most `MOST_BYTES`. Raises Unfetchable or CallFailed."""
        if not FILE_ID.fullmatch(file_ref):
            raise Unfetchable(GONE)
        if left := self._flood.left():
            await self._pause(min(left, LONGEST_PAUSE))
        try:
            path, size = await self._look_up(file_ref)
            body = await self._line.download(self._bot, path, MOST_BYTES)
        except CallFailed as failed:
            self._flood.notice(failed.trouble)
            raise
        if len(body) > MOST_BYTES:
            raise Unfetchable(TOO_BIG)
        if size and len(body) != size:
            raise CallFailed(Trouble(CUT, 200, f"{len(body)} of {size} bytes"))
        return body

    async def _look_up(self, file_ref: str) -> tuple[str, int]:
        """Where the file lies and how long it is told to be (0 when it is not told)."""
        try:
            told = await self._bot(GetFile(file_id=file_ref), request_timeout=LOOK_UP_SECONDS)
        except CallFailed as failed:
            if failed.trouble.kind == REFUSAL and failed.trouble.status == 400:
                # From None: the refusal may quote what was asked for.
                raise Unfetchable(TOO_BIG if "too big" in failed.trouble.description.lower() else GONE) from None
            raise
        path, size = told.get("file_path"), told.get("file_size")
        length = size if type(size) is int else 0
        if length > MOST_BYTES:
            raise Unfetchable(TOO_BIG)
        if not isinstance(path, str) or not _is_below(path):
            raise CallFailed(Trouble(UNREADABLE, 200, "no path below the files"))
        return path, length


def _is_below(path: str) -> bool:
    """Whether a path stays where files are served: an own server in local mode tells paths of its disk."""
    parts = PurePosixPath(path).parts
    return bool(parts) and path.isprintable() and not path.startswith("/") and ".." not in parts
