"""Reception: takes what waits in the inbox, in order, and lets the conversation answer; one commit for a batch.

The answer, the log, the outbox rows and the inbox row's end stand in one transaction: all of it happened, or none.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot import filing
from bot.conversation import crowd
from bot.conversation.crowd import Utterance
from bot.conversation.joining import without_code
from bot.conversation.talk import House, Talk
from bot.conversation.talking import respond
from bot.heard import CHOICE, FILE, TEXT, Heard
from content.message import Message
from participation.accounts import account_of
from scheduler.doors import quota, returning
from store import inbox, outbox, transcript
from store.database import Database, is_out_of_reach
from store.inbox import Waiting
from store.outbox import INTERACTIVE, Outgoing
from store.tables import Account, InboxRow
from store.transcript import Spoken

log = logging.getLogger(__name__)

Hear = Callable[[str, datetime], Heard | None]

BATCH = 500
# While updates keep coming they gather, for a batch of two costs nearly what one of fifty does: so many times as long
# as the last batch took, and at most so many seconds. So batches take a fifth of the time until there is much to do.
GATHER, LONGEST_GATHER = 4.0, 0.1
IDLE = 1.0  # seconds between looks when nobody wakes us


@dataclass
class Reception:
    """`hears` turns a channel's raw body into what was heard.

    `answered` is called after replies were written, `filed` after a file came in.
    """

    database: Database
    house: House
    hears: Mapping[str, Hear]
    answered: Callable[[], None]
    filed: Callable[[], None] = lambda: None
    handled: int = 0
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False

    def wake(self) -> None:
        """Something new is in the inbox."""
        self._bell.set()

    def stop(self) -> None:
        """Finish the batch at hand, then end `run`."""
        self._stopping = True
        self._bell.set()

    async def run(self) -> None:
        """Handle what comes until told to stop. Trouble with the database is waited out: the inbox keeps."""
        clock = asyncio.get_running_loop().time
        while not self._stopping:
            self._bell.clear()
            began = clock()
            try:
                busy = await self.work_once()
            except Exception:
                log.exception("inbox batch failed; trying again")
                busy = 0
                await asyncio.sleep(IDLE)
            if self._stopping:
                return
            if not busy:
                await _first(self._bell, IDLE)
            elif busy < BATCH:
                await asyncio.sleep(min(LONGEST_GATHER, GATHER * (clock() - began)))

    async def work_once(self) -> int:
        """Handle one batch; returns how many updates it held."""
        try:
            count, has_files = await self.database.run(handle_batch, self.house, self.hears, BATCH)
        except Exception:
            # One of them stumbles. Handle them one by one, so that the others are not held up.
            log.warning("a batch stumbled; handling its updates one by one")
            count, has_files = await self._one_by_one(), True
        if count:
            self.handled += count
            self.answered()
        if has_files:
            self.filed()
        return count

    async def drain(self) -> int:
        """Handle everything that waits now; returns how many updates that was."""
        total = 0
        while count := await self.work_once():
            total += count
        return total

    async def _one_by_one(self) -> int:
        waiting = await self.database.run(_waiting_ids, BATCH)
        for inbox_id in waiting:
            try:
                await self.database.run(handle_one, self.house, self.hears, inbox_id)
            except Exception as fault:
                if isinstance(fault, OperationalError) and is_out_of_reach(fault):
                    raise  # no fault of the update, which keeps its tries
                log.exception("update failed", extra={"inbox_id": inbox_id})
                await self._stumble(inbox_id, type(fault).__name__)
        return len(waiting)

    async def _stumble(self, inbox_id: int, fault: str) -> None:
        """Count it first: whatever an apology may run into, the update must come to be parked and let others pass."""
        await self.database.run(inbox.stumble, inbox_id, fault)
        try:
            await self.database.run(_apologise, self.house, self.hears, inbox_id)
        except Exception:
            log.exception("no apology could be written", extra={"inbox_id": inbox_id})


def handle_batch(session: Session, house: House, hears: Mapping[str, Hear], limit: int) -> tuple[int, bool]:
    """Answer the oldest waiting updates; returns how many there were, and whether a file was among them.

    Each person is answered in order; those who do nothing but answer the question shown are answered together first.
    """
    rows = inbox.waiting(session, limit)
    heard = _answer(session, house, hears, rows)
    return len(rows), any(one.kind == FILE for one in heard)


def handle_one(session: Session, house: House, hears: Mapping[str, Hear], inbox_id: int) -> None:
    """Answer one update."""
    row = session.get_one(InboxRow, inbox_id)
    if row.state == "waiting":
        _answer(session, house, hears, [_waiting(row)])


def _answer(session: Session, house: House, hears: Mapping[str, Hear], rows: Sequence[Waiting]) -> list[Heard]:
    utterances = [
        Utterance(row, heard)
        for row in rows
        if row.channel in hears and (heard := hears[row.channel](row.body, row.received_at))
    ]
    together = crowd.gather(session, utterances)
    outgoing = []
    for answer, body in crowd.respond(session, house, together):
        outgoing.append(_reply(answer.utterance, answer.seat.id, answer.seat.person_id, 0, body))
    transcript.heard(session, _shown_on_page(house, [(one.seat.id, one.utterance) for one in together]))
    outbox.put(session, outgoing)
    answered = {answer.utterance.row.id for answer in together}
    for utterance in utterances:
        if utterance.row.id not in answered:
            _handle(session, house, utterance)
    inbox.done(session, [row.id for row in rows])
    _count(session, rows)
    return [one.heard for one in utterances]


def _count(session: Session, rows: Sequence[Waiting]) -> None:
    """What came in counts against some quotas; files on our own form do not. Comes last: others count here as well."""
    by_channel = Counter(row.channel for row in rows if row.channel != filing.INBOX)
    for channel, number in sorted(by_channel.items()):
        quota.count(session, channel, quota.RECEIVED, number, rows[-1].received_at)


def _handle(session: Session, house: House, utterance: Utterance) -> None:
    """One who says more than an answer."""
    heard, at = utterance.heard, utterance.row.received_at
    account = account_of(session, heard.channel, heard.address, at)
    transcript.heard(session, _shown_on_page(house, [(account.id or 0, utterance)]))
    messages = respond(Talk(session, house, account, at), heard)
    _put(session, utterance, account, messages)
    returning.welcome(session, account, at)


def _shown_on_page(house: House, said: Sequence[tuple[int, Utterance]]) -> list[Spoken]:
    """The web page shows both sides, in the order in which they were taken."""
    return [
        Spoken(account_id, one.row.id, one.row.body, _as_shown(house, one.heard), one.row.received_at)
        for account_id, one in said
        if one.row.channel == "web" and one.heard.kind in (TEXT, CHOICE, FILE)
    ]


def _as_shown(house: House, heard: Heard) -> str:
    return house.phrases("uploads.line", name=heard.file_name) if heard.kind == FILE else without_code(heard.text)


def _put(session: Session, utterance: Utterance, account: Account, messages: Sequence[Message]) -> None:
    replies = [
        _reply(utterance, account.id or 0, account.person_id, number, message.dumps())
        for number, message in enumerate(messages)
    ]
    outbox.put(session, replies)


def _reply(utterance: Utterance, account_id: int, person_id: int | None, number: int, body: str) -> Outgoing:
    return Outgoing(
        key=f"reply:{utterance.row.id}:{number}",
        account_id=account_id,
        person_id=person_id,
        channel=utterance.heard.channel,
        kind="reply",
        body=body,
        due_at=utterance.row.received_at,
        lane=INTERACTIVE,
    )


def _apologise(session: Session, house: House, hears: Mapping[str, Hear], inbox_id: int) -> None:
    """When an update has been given up, the person gets one neutral sentence."""
    row = session.get_one(InboxRow, inbox_id)
    if row.state != "parked" or row.channel not in hears:
        return
    heard = hears[row.channel](row.body, row.received_at)
    if heard is not None:
        account = account_of(session, heard.channel, heard.address, row.received_at)
        sorry = [Message(house.phrases("menu.fault"))]
        _put(session, Utterance(_waiting(row), heard), account, sorry)


def _waiting(row: InboxRow) -> Waiting:
    return Waiting(row.id or 0, row.channel, row.external_id, row.body, row.received_at)


def _waiting_ids(session: Session, limit: int) -> list[int]:
    return [row.id for row in inbox.waiting(session, limit)]


async def _first(bell: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(bell.wait(), seconds)
    except TimeoutError:
        return
