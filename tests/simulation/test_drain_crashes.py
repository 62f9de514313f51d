"""Something goes wrong at the N-th awaited step of the drain, for every N: a crash, a failing database, a stop.

Three people get two messages each. The channel keeps what truly arrived; the database is compared with it afterwards.
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from scheduler import outbox
from scheduler.channel import Later, Outcome, Refused
from scheduler.drain import Drain, Limits
from store.database import Database, sqlite_url
from store.outbox import INTERACTIVE
from store.tables import Delivery, Lease, Pace
from tests.scheduler.fakes import (
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

PEOPLE, EACH, LIMITS = 3, 2, Limits(in_flight=4)
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
            for number in range(EACH):
                for who in add_accounts(session, PEOPLE) if number == 0 else range(1, PEOPLE + 1):
                    add_letter(session, who, f"{who}/{number}", lane=INTERACTIVE, choices=True)

    def step(self) -> None:
        self.steps()

    def stop(self) -> None:
        self.drain.stop()

    def live(self, seconds: float = 15) -> None:
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


def fresh(template: Path, folder: Path, number: int) -> Database:
    """An empty migrated database of its own."""
    return Database(sqlite_url(Path(shutil.copy(template, folder / f"{number}.db"))))


def enumerate_steps(template: Path, folder: Path, answers: Answers) -> int:
    """How many awaited steps a quiet life takes."""
    scene = Scene(fresh(template, folder, 0), answers)
    scene.live()
    scene.check(unknown_allowed=0)
    scene.database.close()
    return scene.steps.count


@pytest.mark.parametrize("answers", [smooth, rough])
def test_a_crash_at_any_step_loses_nothing_and_sends_nothing_twice(
    sqlite_template: Path, tmp_path: Path, answers: type[Answers]
) -> None:
    total = enumerate_steps(sqlite_template, tmp_path, answers())
    unknown = 0
    for number in range(1, total + 1):
        scene = Scene(fresh(sqlite_template, tmp_path, number), answers())
        scene.steps = Steps(number, scene.death)
        scene.live()
        assert scene.death.dead
        scene.steps = Steps()
        scene.live()
        scene.check(unknown_allowed=LIMITS.in_flight)
        unknown += sum(row.state == "unknown" for row in scene.rows())
        scene.database.close()
    assert unknown > 0


@pytest.mark.parametrize("answers", [smooth, rough])
def test_a_database_failing_at_any_step_leaves_nothing_even_unknown(
    sqlite_template: Path, tmp_path: Path, answers: type[Answers]
) -> None:
    total = enumerate_steps(sqlite_template, tmp_path, answers())

    def fail() -> None:
        raise OperationalError("COMMIT", None, Exception("database is locked"))

    for number in range(1, total + 1):
        scene = Scene(fresh(sqlite_template, tmp_path, number), answers())
        scene.steps = Steps(number, fail)
        scene.channel.step = lambda: None  # only the database fails
        scene.live()
        scene.check(unknown_allowed=0)
        scene.database.close()


@pytest.mark.parametrize("answers", [smooth, rough])
def test_a_stop_at_any_step_leaves_nothing_unknown_and_the_rest_for_the_next_start(
    sqlite_template: Path, tmp_path: Path, answers: type[Answers]
) -> None:
    total = enumerate_steps(sqlite_template, tmp_path, answers())
    for number in range(1, total + 1):
        scene = Scene(fresh(sqlite_template, tmp_path, number), answers())
        scene.steps = Steps(number, scene.stop)
        scene.live()
        assert not [row.key for row in scene.rows() if row.state in ("sending", "unknown")]
        scene.live()
        scene.check(unknown_allowed=0)
        scene.database.close()


def test_a_gate_once_committed_is_obeyed_by_every_later_life(sqlite_template: Path, tmp_path: Path) -> None:
    total = enumerate_steps(sqlite_template, tmp_path, rough())
    for number in range(1, total + 1):
        scene = Scene(fresh(sqlite_template, tmp_path, number), rough())
        scene.steps = Steps(number, scene.death)
        scene.live()
        crashed_at = scene.clock.last
        with scene.database.transaction() as session:
            budget = session.get(Pace, "telegram:1")
        scene.live()
        if budget is not None and budget.gate_until_at is not None:
            later = [call.at for call in scene.channel.calls if call.at > crashed_at]
            assert all(moment >= budget.gate_until_at for moment in later)
        scene.database.close()
