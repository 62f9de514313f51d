"""The upload desk: files that admins sent are fetched, checked and reported on, one after the other.

Fetching and checking happen outside any transaction; the outcome, the marked copy and the report are one commit. Until
then the row says `waiting`: whoever dies on the way leaves work that is simply done again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from bot.conversation.report import apology, report
from bot.conversation.talk import House, Talk
from bot.filing import Unfetchable
from content import reviewing
from content.loading.checked import Checked
from content.loading.drafts import Known
from content.message import Message
from store import files, outbox, uploads
from store.database import Database
from store.outbox import INTERACTIVE, Outgoing
from store.tables import Account, Upload

__all__ = ["MOST_TRIES", "Unfetchable", "UploadDesk"]

log = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]
Check = Callable[[str, bytes, Known], Awaitable[Checked]]

IDLE = 30.0  # seconds between looks when nobody wakes us
RETRY = 10.0  # seconds to wait after a try that failed
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Job:
    """One file to be checked, and what it is checked against."""

    upload_id: int
    channel: str
    name: str
    file_ref: str
    tries: int
    known: Known


@dataclass
class UploadDesk:
    """`fetchers` get the bytes by channel; a channel without one has its files kept in our own store.

    `answered` is called after a report was written; `retry` seconds pass after a try that failed.
    """

    database: Database
    house: House
    fetchers: Mapping[str, Fetch]
    check: Check
    answered: Callable[[], None]
    clock: Callable[[], datetime]
    retry: float = RETRY
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _running: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """A file may have come in."""
        self._bell.set()

    def stop(self) -> None:
        """End `run` at once; a file at hand waits for the next start."""
        if self._running is not None:
            self._running.cancel()

    async def run(self) -> None:
        """Check what comes until told to stop."""
        self._running = asyncio.current_task()
        while True:
            self._bell.clear()
            try:
                rest = 0.0 if await self.work_once() else IDLE
            except Exception as fault:  # of the house, not of a file: that one keeps its row and its tries
                log.error("the upload desk stumbled: %s", type(fault).__name__)
                rest = RETRY
            if rest:
                await _first(self._bell, rest)

    async def drain(self) -> int:
        """Check everything that waits now; returns how many tries that took."""
        total = 0
        while await self.work_once():
            total += 1
        return total

    async def work_once(self) -> bool:
        """Try the next file; whether there was one."""
        job = await self.database.run(_begin, self.house)
        if job is None:
            return False
        outcome = await self._outcome(job)
        if outcome is not None:
            await self.database.run(_settle, self.house, job, outcome, self.clock())
            self.answered()
        return True

    async def _outcome(self, job: Job) -> Checked | str | None:
        """What became of a file: checked, given up (the phrase that says why), or to be tried again."""
        if job.tries > MOST_TRIES:  # it took the whole process with it each time
            return "uploads.apology"
        try:
            return await self.check(job.name, await self._fetched(job), job.known)
        except Unfetchable as lost:
            return lost.key
        except Exception as fault:  # what a file holds must not reach a log: only the class of the fault does
            log.warning("upload not checked", extra={"upload_id": job.upload_id, "fault": type(fault).__name__})
        if job.tries >= MOST_TRIES:
            return "uploads.apology"
        await asyncio.sleep(self.retry)
        return None

    async def _fetched(self, job: Job) -> bytes:
        if job.channel in self.fetchers:
            return await self.fetchers[job.channel](job.file_ref)
        kept = await self.database.run(files.fetch, job.file_ref, self.clock())
        if kept is None:
            raise Unfetchable("uploads.gone")
        return kept.body


def _begin(session: Session, house: House) -> Job | None:
    upload = uploads.begin(session)
    if upload is None:
        return None
    known = reviewing.known(session, house.topics, house.tracks)
    return Job(upload.id or 0, upload.channel, upload.name, upload.file_ref, upload.tries, known)


def _settle(session: Session, house: House, job: Job, outcome: Checked | str, now: datetime) -> None:
    """Write the outcome and the replies, unless somebody did already or the sender is gone."""
    upload = uploads.hold(session, job.upload_id)
    if upload is None or upload.state != uploads.WAITING:
        return
    account = session.get_one(Account, upload.account_id)
    if account.person_id != upload.person_id or account.state != "active":
        uploads.settle(session, upload, uploads.CANCELLED, now)
        return
    talk = Talk(session, house, account, now)
    messages = apology(talk, upload, outcome) if isinstance(outcome, str) else report(talk, upload, outcome)
    _reply(session, upload, account, messages, now)


def _reply(session: Session, upload: Upload, account: Account, messages: list[Message], now: datetime) -> None:
    parts = ("report",) if len(messages) == 1 else ("file", "report")
    outbox.put(
        session,
        [
            Outgoing(
                key=f"upload:{upload.id}:{part}",
                account_id=account.id or 0,
                person_id=upload.person_id,
                channel=account.channel,
                kind="reply",
                body=message.dumps(),
                due_at=now,
                lane=INTERACTIVE,
            )
            for part, message in zip(parts, messages, strict=True)
        ],
    )


async def _first(bell: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(bell.wait(), seconds)
    except TimeoutError:
        return
