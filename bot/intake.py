"""Intake: updates that come at the same time are committed to the inbox together, each before it is confirmed."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from store import inbox
from store.database import Database
from store.inbox import Arrival

GATHER = 0.005  # seconds between commits while updates keep coming: one of a dozen costs little more than one of two


class _Coming(NamedTuple):
    arrival: Arrival
    received_at: datetime
    kept: "asyncio.Future[None]"


class Intake:
    """`keep` what a door received. While one transaction commits, and a moment after it, the next one gathers.

    An update that comes alone waits for nothing.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._database, self._clock, self._wake = database, clock, wake
        self._coming: list[_Coming] = []
        self._rests_until = 0.0  # of the event loop's clock
        self._working: asyncio.Task[None] | None = None

    async def keep(self, arrival: Arrival) -> None:
        """Returns once it is committed, or was already; raises when it could not be, and then nothing of it is kept."""
        coming = _Coming(arrival, self._clock(), asyncio.get_running_loop().create_future())
        self._coming.append(coming)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        await coming.kept

    async def _work(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._coming:
            if (rest := self._rests_until - clock()) > 0:
                await asyncio.sleep(rest)
            together, self._coming = self._coming, []
            try:
                await self._commit(together)
            except Exception:
                # One of them may be what cannot be kept; the others are not refused with it.
                for coming in together:
                    await self._alone(coming)
            self._rests_until = clock() + GATHER

    async def _alone(self, coming: _Coming) -> None:
        try:
            await self._commit([coming])
        except Exception as failed:
            if not coming.kept.done():
                coming.kept.set_exception(failed)

    async def _commit(self, together: list[_Coming]) -> None:
        arrivals = [coming.arrival for coming in together]
        if await self._database.run(inbox.keep, arrivals, together[0].received_at):
            self._wake()
        for coming in together:
            if not coming.kept.done():  # whoever posted it may have hung up
                coming.kept.set_result(None)
