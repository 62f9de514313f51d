"""The alarm clock: wakes one coroutine every thirty seconds and knows nothing else. What is due stands in the store."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

EVERY_SECONDS = 30.0
logger = structlog.get_logger(__name__)


class Alarm:
    """Rings on the running event loop. A ring that fails is logged and counted; the next one comes all the same.

    Missed rings become one, however long the loop was blocked; a ring still at work is not joined by a second.
    """

    def __init__(self, wake: Callable[[], Awaitable[object]], every_seconds: float = EVERY_SECONDS) -> None:
        self._wake, self._every_seconds = wake, every_seconds
        self.rings = 0
        self.failures = 0
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    def start(self) -> None:
        """Begin to ring, the first time after one interval. Needs a running event loop."""
        self._scheduler.add_job(
            self.ring,
            "interval",
            seconds=self._every_seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,  # the default of one second drops a ring after every stall of the loop
        )
        self._scheduler.start()

    async def ring(self) -> None:
        """Wake once. Never raises, so that the job never dies."""
        self.rings += 1
        self._idle.clear()
        try:
            await self._wake()
        except Exception:
            self.failures += 1
            logger.exception("a tick failed", failures=self.failures)
        finally:
            self._idle.set()
            self._shut_down_when_asked()

    def stop(self) -> None:
        """Begin no more rings. A ring at work goes on to its end; `finished` waits for it."""
        if self._scheduler.running and not self._stopping:
            self._stopping = True
            self._scheduler.remove_all_jobs()
            self._shut_down_when_asked()

    async def finished(self) -> None:
        """Return when no ring is at work any more."""
        await self._idle.wait()

    def _shut_down_when_asked(self) -> None:
        """APScheduler's own shutdown cancels whatever is at work, so it comes last."""
        if self._stopping and self._idle.is_set() and self._scheduler.running:
            self._scheduler.shutdown(wait=False)
