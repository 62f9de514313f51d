"""The drain: one loop per channel that claims, sends at the given moments, and writes down the outcomes."""

import asyncio
import logging
import os
import secrets
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from scheduler import lease, outbox, pace
from scheduler.channel import Channel, Later, Refused, Unknown
from scheduler.doors import health
from scheduler.doors.terms import NO_LIMITS, Terms, register
from scheduler.outbox import Claimed, Line, NotStarted, Result, Wanted
from scheduler.settling import DEAD_TOKEN_SECONDS
from store.database import Database

logger = logging.getLogger(__name__)

STALE = timedelta(seconds=5)  # a parcel this late was held by a process that stood still: others may have judged it
ALIVE_SECONDS, RENEW = 30.0, timedelta(seconds=10)  # the lease that tells other processes we live
SHORTEST_REST, NEAR = 0.01, 0.05  # seconds: between two looks at the queue; an outcome waits for a claim this near
STRIDE = 0.02  # seconds between two transactions at the least, while slots come free and outcomes come in one by one
GATHER = 0.0002  # seconds for each that may be under way: the more places, the longer some of them may stay empty
BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds, while the database cannot be used

LONGEST_STEP = timedelta(seconds=10)  # `once` steps over pace and chat gaps, not over a closed gate

Sleep = Callable[[float], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Limits:
    """`in_flight` bounds what a crash can leave unknown; `spare` of it is kept for replies. The rest is in seconds.

    A parcel is claimed up to `horizon` before its slot, and from then on counts as in flight: full speed takes
    `in_flight - spare` of at least rate x (horizon + the platform's answering time). `terms` are what the platform and
    the office allow; they are written down before the first claim.
    """

    in_flight: int = 8
    spare: int = 1
    horizon: float = 0.08
    poll: float = 1.0
    grace: float = 90.0
    terms: Terms = NO_LIMITS


class Drain:
    """Sends what waits for one channel of one bot.

    `alone` says that no other process works this database: then whatever another holder left under way is settled
    at once instead of when its lease has run out. `wake` is for the event loop's own thread.
    """

    def __init__(
        self,
        database: Database,
        channel: Channel,
        bot: str,
        wanted: Wanted,
        *,
        now: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
        limits: Limits | None = None,
        alone: bool | None = None,
    ) -> None:
        # A name of this run alone: whatever another run left under way must never pass for ours.
        holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.line = Line(channel.name, bot, channel.rate, channel.chat_gap, holder, channel.repeats_safely)
        self.limits = limits or Limits()
        self._database, self._channel, self._wanted = database, channel, wanted
        self._now, self._sleep = now, sleep
        self._alone = database.is_sqlite if alone is None else alone
        self._is_written_down = False
        self._window = pace.Window(channel.rate)
        self._flights: dict[int, asyncio.Task[None] | None] = {}  # claimed, outcome not yet committed
        self._outcomes: list[tuple[int, Result]] = []
        self._in_commit = 0  # of the outcomes, the oldest: a transaction that has not ended holds them
        self._gate_until_at: datetime | None = None
        self._renew_at: datetime | None = None
        self._apart = False  # after a failure outcomes are settled on their own, so that no claim can spoil them
        self._stopping = False
        self._stir, self._urgent, self._enough = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def wake(self) -> None:
        """Something was just written into the outbox."""
        for event in (self._stir, self._urgent, self._enough):
            event.set()

    def replies_only(self) -> None:
        """Begin nothing more for the many: what waits for them goes out after the next start. Replies go on."""
        self.limits = replace(self.limits, spare=self.limits.in_flight)

    def stop(self) -> None:
        """Take nothing more; `run` returns when what is in flight has landed and is written down."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Work until stopped. A database out of reach is waited for; nothing is lost meanwhile."""
        async with asyncio.TaskGroup() as group:
            failures = 0
            while not self._stopping:
                for event in (self._stir, self._urgent, self._enough):
                    event.clear()
                try:
                    rest = await self._turn(group)
                    failures = 0
                except Exception as fault:
                    self._doubt(fault)
                    rest = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
                    failures += 1
                await self._rest(rest)
            await self._land()

    async def once(self) -> int:
        """Send everything due now, one by one, stepping over pace and chat gaps by `sleep`; returns how many.

        For tests and commands: `sleep` must move what `now` says. Waits of more than 10 s end it.
        """
        sent = 0
        while True:
            moment = self._now()
            claimed, again_at = await self._take(due=moment)
            for one in claimed:
                await self._fly(one)
            sent += len(claimed)
            if claimed:
                continue
            await self._settle()
            if again_at is None or again_at > moment + LONGEST_STEP:
                return sent
            await self._sleep(max(SHORTEST_REST, (again_at - moment).total_seconds()))
            if self._now() <= moment:
                raise RuntimeError("the clock stands still: give once() a sleep that moves it")

    async def _turn(self, group: asyncio.TaskGroup) -> float:
        """Settle what has landed, claim what fits, start it; returns how long to rest."""
        if self._apart:
            await self._settle()
            self._apart = False
        await self._keep_house()
        claimed, again_at = await self._take()
        for one in claimed:
            self._flights[one.parcel.delivery_id] = group.create_task(self._fly(one))
        if again_at is None:
            return self.limits.poll
        return min(self.limits.poll, max(STRIDE, (again_at - self._now()).total_seconds()))

    async def _keep_house(self) -> None:
        """Tell that we live, take over from the dead, and put back what a lost commit left in our name."""
        now = self._now()
        if self._renew_at is None or now >= self._renew_at:
            expires_at: datetime | None = getattr(self._channel, "expires_at", None)
            await self._database.run(_keep_house, self.line, self._alone, list(self._flights), expires_at, now)
            self._renew_at = now + RENEW

    async def _take(self, due: datetime | None = None) -> tuple[list[Claimed], datetime | None]:
        """Settle what has landed and claim what fits, in one transaction; learn when the next claim is worth while.

        That moment looks at rows due by `due`, or else by the next poll; None leaves it to what happens next.
        """
        now, landed = self._now(), list(self._outcomes)
        room = self.limits.in_flight - len(self._flights) + len(landed)
        if room <= 0:
            return [], None
        if not self._is_written_down:
            await self._database.run(register, self.line.channel, self.line.bot, self.limits.terms)
            self._is_written_down = True
        until = due or now + timedelta(seconds=self.limits.poll)
        with self._committing(len(landed)):
            taken = await self._database.run(
                _settle_and_claim, self.line, self.limits, landed, now, self._wanted, room, until
            )
        self._flights |= {one.parcel.delivery_id: None for one in taken[0]}
        return taken

    async def _fly(self, claimed: Claimed) -> None:
        """One parcel from its claim to its outcome, which always comes to be known here."""
        result: Result = NotStarted()
        try:
            if await self._may_start(claimed):
                result = Unknown("cut off")  # what holds if nothing else comes to be known
                result = await self._channel.send(claimed.parcel)
        except Exception as fault:  # the text of an exception may hold what was said, its class does not
            result = Unknown(type(fault).__name__)
            logger.error("channel %s raised %s", self.line.channel, type(fault).__name__)
        finally:
            self._heed(result)
            self._outcomes.append((claimed.parcel.delivery_id, result))
            self._stir.set()
            if self._has_enough():
                self._enough.set()

    async def _may_start(self, claimed: Claimed) -> bool:
        """Wait for the slot; False when the gate has closed, we are stopping, or we have overslept."""
        now = self._now()
        if (wait := (claimed.send_at - now).total_seconds()) > 0:
            await self._sleep(wait)
            now = self._now()
        while (wait := self._window.wait(now)) > 0 and not self._stopping:
            await self._sleep(wait)
            now = self._now()
        shut = self._gate_until_at is not None and now < self._gate_until_at
        if shut or self._stopping or now > claimed.send_at + STALE:
            return False
        self._window.count(now)
        return True

    def _heed(self, result: Result) -> None:
        """Close the gate in this process before the next send, not only when the outcome is committed."""
        match result:
            case Later(seconds, whole_bot=True):
                closed = seconds
            case Refused(whole_bot=True):
                closed = DEAD_TOKEN_SECONDS
            case _:
                return
        until_at = self._now() + timedelta(seconds=closed)
        self._gate_until_at = max(until_at, self._gate_until_at or until_at)

    async def _settle(self) -> None:
        """Commit the outcomes that have come in since the last time, all in one transaction."""
        landed = list(self._outcomes)
        if landed:
            with self._committing(len(landed)):
                await self._database.run(outbox.settle_all, self.line, landed, self._now())

    @contextmanager
    def _committing(self, number: int) -> Iterator[None]:
        """Block in which the oldest outcomes are committed; after it their places are free again."""
        self._in_commit = number
        try:
            yield
            for delivery_id, _ in self._outcomes[:number]:
                self._flights.pop(delivery_id, None)
            del self._outcomes[:number]
        finally:
            self._in_commit = 0

    def _has_enough(self) -> bool:
        """Whether outcomes need not gather any longer: all are there, or half of what may be under way at once."""
        fresh = len(self._outcomes) - self._in_commit
        return len(self._outcomes) >= len(self._flights) or fresh >= self.limits.in_flight / 2

    async def _land(self) -> None:
        """Wait for what is in flight, at most the grace, then cut it off; write everything down."""
        clock = asyncio.get_running_loop().time
        end = clock() + self.limits.grace
        while flying := [flight for flight in self._flights.values() if flight and not flight.done()]:
            left = end - clock()
            if left <= 0:
                for flight in flying:
                    flight.cancel()
                await asyncio.wait(flying)
                break
            await asyncio.wait(flying, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            await self._put_down()
        for seconds in BACK_OFF:
            if await self._put_down():
                return
            await self._sleep(seconds)
        logger.critical("%s deliveries stay without an outcome", len(self._flights))

    async def _put_down(self) -> bool:
        """Write down what has landed and, once nothing is in flight, sign off; False while the database refuses."""
        try:
            await self._settle()
            if not self._flights:
                await self._database.run(_leave, self.line, self._now())
        except Exception as fault:
            self._doubt(fault)
            return False
        return True

    async def _rest(self, seconds: float) -> None:
        """Until something happens, at most so long; then a moment more, until enough has landed or a reply waits."""
        event = self._urgent if seconds <= NEAR else self._stir  # outcomes wait for a claim that is near
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
            async with asyncio.timeout(max(STRIDE, GATHER * self.limits.in_flight)):
                await self._enough.wait()

    def _doubt(self, fault: Exception) -> None:
        """Log where it happened, and check what stands in our name before going on."""
        # A database error's text quotes the row, which holds what was said to whom: only its class is logged.
        frame = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{os.path.basename(frame.filename)}:{frame.lineno}"
        logger.error("outbox of %s: %s at %s", self.line.channel, type(fault).__name__, where)
        self._renew_at, self._apart = None, True


async def drain_once(
    database: Database,
    channel: Channel,
    wanted: Wanted,
    now: Callable[[], datetime],
    sleep: Sleep,
    bot: str = "",
) -> int:
    """Send everything due on a channel, for tests and commands; see `Drain.once`."""
    drain = Drain(database, channel, bot or channel.name, wanted, now=now, sleep=sleep)
    return await drain.once()


def _settle_and_claim(
    session: Session,
    line: Line,
    limits: Limits,
    landed: list[tuple[int, Result]],
    now: datetime,
    wanted: Wanted,
    room: int,
    until: datetime,
) -> tuple[list[Claimed], datetime | None]:
    if landed:
        outbox.settle_all(session, line, landed, now)
    elif outbox.is_empty(session, line, until):
        return [], None  # most often so where several lines are woken by news for one of them
    claimed = outbox.claim(session, line, now, wanted, room, limits.spare, limits.horizon)
    room -= len(claimed)
    if room <= 0:
        return claimed, None  # the next outcome makes room and wakes the loop
    return claimed, outbox.soonest(session, line, now, until, room > limits.spare, limits.horizon)


def _keep_house(
    session: Session, line: Line, alone: bool, in_hand: list[int], expires_at: datetime | None, now: datetime
) -> None:
    outbox.put_back(session, line, in_hand, now)
    if expires_at is not None:
        health.expires(session, line.channel, expires_at)
    prefix = f"drain:{line.bot}:"
    lease.hold(session, prefix + line.holder, line.holder, ALIVE_SECONDS, now)
    live = {line.holder} if alone else lease.holders(session, prefix, now) | {line.holder}
    left = outbox.recover(session, line.channel, line.repeats_safely, live, now)
    if left:
        logger.warning("%s deliveries of %s were left behind by a dead sender", left, line.channel)


def _leave(session: Session, line: Line, now: datetime) -> None:
    outbox.put_back(session, line, [], now)
    lease.release(session, f"drain:{line.bot}:{line.holder}", line.holder)
