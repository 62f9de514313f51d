"""The alarm clock: wakes one coroutine every thirty seconds and knows nothing else. What is due stands in the store."""

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
        try:
            await self._wake()
        except Exception:
            self.failures += 1
            logger.exception("a tick failed", failures=self.failures)

    def stop(self) -> None:
        """Ring no more; a ring at work is not interrupted."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
