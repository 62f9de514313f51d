"""Fakes with memory: time that jumps, a database that can fail at any step, a channel that remembers."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import event
from sqlmodel import Session, col, select

from content.message import Choice, Message
from scheduler.channel import Outcome, Parcel, Sent
from store.database import Database
from store.outbox import BROADCAST, Outgoing, put
from store.tables import Account, Delivery

Given = ParamSpec("Given")
Result = TypeVar("Result")

START = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)  # Tuesday 09:00 in Hà Nội


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it. Not for code that uses threads."""

    def __init__(self) -> None:
        super().__init__(_Jumping(self))
        self.virtual = 0.0

    def time(self) -> float:
        return self.virtual


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self.loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for somebody else: nothing will ever happen")
        self.loop.virtual += max(0.0, timeout)
        return super().select(0)


def live(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


@dataclass
class LoopClock:
    """Says what time it is on the running virtual loop, counted from `start`; keeps the last word between loops."""

    start: datetime = START
    last: datetime = START

    def __call__(self) -> datetime:
        self.last = self.start + timedelta(seconds=asyncio.get_running_loop().time())
        return self.last

    def restart(self, **later: float) -> None:
        """A new loop begins its count where the last one stopped, or so much later."""
        self.start = self.last = self.last + timedelta(**later)


class Crash(BaseException):
    """The process died here."""


@dataclass
class Steps:
    """Counts awaited steps; at step `at` calls `then`, which may raise. `quiet` steps are only counted."""

    at: int = 0
    then: Callable[[], None] = lambda: None
    count: int = 0

    def __call__(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.then()


@dataclass
class Death:
    """After the crash nothing happens any more, whatever handlers still run."""

    dead: bool = False

    def __call__(self) -> None:
        self.dead = True
        raise Crash


class InlineDatabase(Database):
    """Another database's engine, without threads: every transaction runs at once, with a step before and after."""

    def __init__(self, database: Database, step: Callable[[], None] = lambda: None, death: Death | None = None) -> None:
        self.engine, self.is_sqlite = database.engine, database.is_sqlite
        self.step, self.death = step, death or Death()
        if self.is_sqlite and not event.contains(self.engine, "connect", _do_not_wait_for_the_disk):
            event.listen(self.engine, "connect", _do_not_wait_for_the_disk)
            self.engine.dispose()

    async def run(
        self, work: Callable[Concatenate[Session, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        await asyncio.sleep(0)
        if self.death.dead:
            raise Crash
        self.step()
        with self.transaction() as session:
            result = work(session, *args, **kwargs)
        self.step()
        return result

    look = run

    def close(self) -> None:
        """The engine belongs to somebody else."""


def _do_not_wait_for_the_disk(connection: Any, _record: object) -> None:
    # A simulated crash leaves the operating system alive: nothing here has to outlast a power cut.
    connection.execute("PRAGMA synchronous=OFF")


@dataclass(frozen=True)
class Call:
    """One parcel handed to the channel."""

    at: datetime
    parcel: Parcel


@dataclass
class RememberingChannel:
    """Keeps every call and what truly arrived (address → parcels). `answers` by address come before Sent, in order.

    `seconds` is how long the platform takes; `step` is called before and after it accepts.
    """

    now: Callable[[], datetime]
    name: str = "telegram"
    rate: float = 25.0
    chat_gap: float = 1.0
    repeats_safely: bool = False
    seconds: float = 0.0
    answers: Mapping[str, list[Outcome | Exception]] = field(default_factory=dict)
    step: Callable[[], None] = lambda: None
    death: Death = field(default_factory=Death)
    calls: list[Call] = field(default_factory=list)
    arrived: list[Parcel] = field(default_factory=list)
    most_at_once: int = 0
    _flying: int = 0

    async def send(self, parcel: Parcel) -> Outcome:
        """Remember, wait, answer as told or accept."""
        if self.death.dead:
            raise Crash
        self.step()
        self.calls.append(Call(self.now(), parcel))
        self._flying += 1
        self.most_at_once = max(self.most_at_once, self._flying)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self._flying -= 1
        if self.death.dead:
            raise Crash
        outcome = self._answer(parcel)
        self.step()
        return outcome

    def _answer(self, parcel: Parcel) -> Outcome:
        planned = self.answers.get(parcel.address, [])
        if planned:
            answer = planned.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        self.arrived.append(parcel)
        return Sent(f"m{parcel.delivery_id}")

    def texts(self) -> list[str]:
        """What people read, in the order of arrival."""
        return [parcel.message.text for parcel in self.arrived]


def wanted(_session: Session, deliveries: Sequence[Delivery], _now: datetime) -> list[bool]:
    """Everything is still wanted."""
    return [True] * len(deliveries)


def add_accounts(session: Session, number: int, channel: str = "telegram", state: str = "active") -> list[int]:
    """So many accounts a1, a2, …; returns their ids."""
    accounts = [Account(channel=channel, address=f"a{n}", state=state) for n in range(1, number + 1)]
    session.add_all(accounts)
    session.flush()
    return [account.id or 0 for account in accounts]


def add_letter(
    session: Session,
    account_id: int,
    text: str,
    *,
    lane: int = BROADCAST,
    due_at: datetime = START,
    expires_at: datetime | None = None,
    channel: str = "telegram",
    kind: str = "card",
    choices: bool = False,
    round_id: int | None = None,
    person_id: int | None = None,
) -> int:
    """One message waiting in the outbox; its text is its key. Returns the delivery's id."""
    message = Message(text, (Choice("Có", "yes"), Choice("Không", "no")) if choices else ())
    put(
        session,
        [
            Outgoing(
                key=text,
                account_id=account_id,
                channel=channel,
                kind=kind,
                body=message.dumps(),
                due_at=due_at,
                lane=lane,
                person_id=person_id,
                round_id=round_id,
                expires_at=expires_at,
            )
        ],
    )
    return session.exec(select(Delivery.id).where(Delivery.key == text)).one() or 0


def states(database: Database) -> dict[str, str]:
    """The state of every delivery by its key."""
    with database.transaction() as session:
        return dict(session.exec(select(Delivery.key, Delivery.state).order_by(col(Delivery.id))).all())


def peak(moments: list[datetime], window: timedelta = timedelta(seconds=1)) -> int:
    """The most moments in any half-open window; moments must ascend."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - window:
            first += 1
        most = max(most, last - first + 1)
    return most
