"""Something goes wrong at the N-th awaited step of the drain, for every N: a crash, a failing database, a stop.

Three people get two messages each. The channel keeps what truly arrived; the database is compared with it afterwards.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel, select

from scheduler import outbox
from scheduler.channel import Later, Outcome, Refused
from scheduler.drain import Drain, Limits
from store.database import Database
from store.outbox import INTERACTIVE
from store.tables import Account, Delivery, Lease, LedgerEntry, Pace, Setting
from tests.scheduler.fakes import (
    START,
    Crash,
    Death,
    InlineDatabase,
    LoopClock,
    RememberingChannel,
    Steps,
    add_accounts,
    add_letter,
    live,
    wanted,
)

PEOPLE, EACH, LIMITS = 3, 2, Limits(in_flight=4, poll=2.0)
WRITTEN: tuple[type[SQLModel], ...] = (Delivery, Account, Pace, Lease, Setting, LedgerEntry)
Answers = dict[str, list[Outcome | Exception]]


def smooth() -> Answers:
    """The platform accepts everything."""
    return {}


def rough() -> Answers:
    """A flood, a refusal for now, and a person who has blocked the bot."""
    return {
        "a1": [Later(3, "retry after 3", whole_bot=True)],
        "a2": [Later(2, "not now")],
        "a3": [Refused("bot was blocked by the user", person="blocked")],
    }


class Scene:
    """One office with its post, one channel with its memory, and the step at which something happens."""

    def __init__(self, database: Database, answers: Answers) -> None:
        self.database, self.clock, self.death = database, LoopClock(), Death()
        self.steps = Steps()
        self.channel = RememberingChannel(self.clock, seconds=0.2, answers=answers, step=self.step, death=self.death)
        with database.transaction() as session:
            for table in WRITTEN:
                session.execute(delete(table))
            people = add_accounts(session, PEOPLE)
            for number in range(EACH):
                for who in people:
                    add_letter(session, who, f"{who}/{number}", lane=INTERACTIVE, choices=True)

    def step(self) -> None:
        self.steps()

    def stop(self) -> None:
        self.drain.stop()

    def live(self, seconds: float = 9) -> None:
        """One life of the process: ends by itself, or earlier by a crash."""
        self.clock.restart()
        self.death.dead = False
        with crashes():
            live(self._work(seconds))

    async def _work(self, seconds: float) -> None:
        database = InlineDatabase(self.database, self.step, self.death)
        self.drain = Drain(database, self.channel, "telegram:1", wanted, now=self.clock, limits=LIMITS)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self.drain.run())
            await asyncio.wait([running], timeout=seconds)
            self.drain.stop()

    def rows(self) -> list[Delivery]:
        with self.database.transaction() as session:
            return list(session.exec(select(Delivery)).all())

    def gate_until_at(self) -> datetime:
        """Until when a committed gate keeps the bot silent; the beginning of time when there is none."""
        with self.database.transaction() as session:
            budget = session.get(Pace, "telegram:1")
        return budget.gate_until_at if budget and budget.gate_until_at else START

    def check(self, unknown_allowed: int) -> None:
        """The promises: nothing lost, nothing twice, nothing claimed as sent that is not, few unknown."""
        copies = Counter(parcel.delivery_id for parcel in self.channel.arrived)
        rows = self.rows()
        assert not [row.key for row in rows if row.state in ("waiting", "sending")]
        assert max(copies.values()) == 1
        for row in rows:
            if row.state == "sent":
                assert copies[row.id or 0] == 1
                assert row.platform_message_id == f"m{row.id}"
            if row.id in copies:
                assert row.state in ("sent", "unknown")
        with self.database.transaction() as session:
            assert len(outbox.unknowns(session)) <= unknown_allowed
            assert session.exec(select(Lease).where(Lease.holder == self.drain.line.holder)).all() == []


@contextmanager
def crashes() -> Iterator[None]:
    """A simulated crash ends the block quietly."""
    try:
        yield
    except* Crash:
        pass  # the process is gone, and with it everything it held in memory


def enumerate_steps(database: Database, answers: Answers) -> int:
    """How many awaited steps a quiet life takes."""
    scene = Scene(database, answers)
    scene.live()
    scene.check(unknown_allowed=0)
    return scene.steps.count


@pytest.mark.parametrize("answers", [smooth, rough])
def test_a_crash_at_any_step_loses_nothing_sends_nothing_twice_and_keeps_the_gate_shut(
    database: Database, answers: Callable[[], Answers]
) -> None:
    total = enumerate_steps(database, answers())
    unknown = 0
    for number in range(1, total + 1):
        scene = Scene(database, answers())
        scene.steps = Steps(number, scene.death)
        scene.live()
        assert scene.death.dead
        crashed_at, gate_until_at = scene.clock.last, scene.gate_until_at()
        scene.steps = Steps()
        scene.live()
        scene.check(unknown_allowed=LIMITS.in_flight)
        assert all(call.at >= gate_until_at for call in scene.channel.calls if call.at > crashed_at)
        unknown += sum(row.state == "unknown" for row in scene.rows())
    assert unknown > 0


def test_a_database_failing_at_any_step_leaves_nothing_even_unknown(database: Database) -> None:
    total = enumerate_steps(database, rough())

    def fail() -> None:
        raise OperationalError("COMMIT", None, Exception("database is locked"))

    for number in range(1, total + 1):
        scene = Scene(database, rough())
        scene.steps = Steps(number, fail)
        scene.channel.step = lambda: None  # only the database fails, and only its steps count
        scene.live()
        scene.check(unknown_allowed=0)
        if scene.steps.count < number:
            break


def test_a_stop_at_any_step_leaves_nothing_unknown_and_the_rest_for_the_next_start(database: Database) -> None:
    total = enumerate_steps(database, rough())
    for number in range(1, total + 1):
        scene = Scene(database, rough())
        scene.steps = Steps(number, scene.stop)
        scene.live()
        assert not [row.key for row in scene.rows() if row.state in ("sending", "unknown")]
        scene.live()
        scene.check(unknown_allowed=0)
