"""How long the writer is held while a big office's week runs: every transaction of the tick, timed one by one.

``./nep bench week --people 40000 --units 1000 --history 24``. Everybody is linked, nobody answers in time for the
reminder, half are due a review, every unit has a head and every other one a deputy. The peer is the bare minimum: as
many messages by one INSERT … SELECT in sqlite3. Offices of a tenth and of a hundredth show how it grows.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session, select

from bench.figures import OPENS, build
from content.phrases import Phrases
from participation.figures import freeze
from scheduler.plan_files import load_plans
from scheduler.plans import sync_plans
from scheduler.tick import run_tick
from store.database import Database, sqlite_url
from store.migrations import upgrade
from store.tables import Delivery, Occurrence, Plan

ROOT = Path(__file__).parent.parent
PLAN = "hang-tuan"
Clock = Callable[[], float]
# After the opening: when each step is due. Everything has been sent by then.
STEPS = {
    "open": timedelta(),
    "remind": timedelta(days=1, hours=5),
    "review": timedelta(days=2),
    "close": timedelta(days=2, hours=8),
    "digest": timedelta(days=3, hours=6, minutes=30),
    "freeze": timedelta(days=3, hours=8),
}
OFFICE = """
INSERT INTO account (id, channel, address, person_id, state, asked, wrong_codes)
SELECT id, 'web', id, id, 'active', '', 0 FROM person WHERE id NOT IN (SELECT person_id FROM account);
INSERT INTO duty (person_id, unit_id, kind, from_on)
SELECT min(id), unit_id, 'head', '2020-01-01' FROM person GROUP BY unit_id;
INSERT INTO duty (person_id, unit_id, kind, from_on)
SELECT max(id), unit_id, 'deputy', '2020-01-01' FROM person WHERE unit_id % 2 = 0 GROUP BY unit_id;
INSERT INTO recall (person_id, question_code, rights_in_row, due_at)
SELECT id, 'q1', 0, '2026-01-01 00:00:00.000000' FROM person WHERE id % 2 = 0;
UPDATE plan SET code = '{plan}'
"""
PEER = """
INSERT INTO delivery (
    key, token, account_id, person_id, channel, kind, lane, body, due_at, expires_at, state, tries, holder,
    platform_message_id, reason {more}
)
SELECT 'peer:' || id, hex(randomblob(12)), id, person_id, channel, 'peer', 1, :body, :due, :due, 'waiting', 0, '', '',
    '' {noughts}
FROM account
"""
NAMED = {"key", "token", "account_id", "person_id", "channel", "kind", "lane", "body", "due_at", "expires_at", "state"}
NAMED |= {"tries", "holder", "platform_message_id", "reason", "id"}


@dataclass(frozen=True, slots=True)
class Timing:
    """One step: messages written, transactions, milliseconds in all, and the longest any of them held the writer."""

    step: str
    rows: int
    transactions: int
    whole: float
    longest: float


class Watched(Database):
    """A database that notes how long each transaction lasts, the commit included."""

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__(url)
        self.clock, self.spent = clock, list[float]()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """The same, timed."""
        began = self.clock()
        with super().transaction() as session:
            yield session
        self.spent.append((self.clock() - began) * 1000)


@dataclass
class Week:
    """An office on the Monday of the week that is measured; `opening` is the Tuesday's slot."""

    path: Path
    opening: datetime
    phrases: Phrases = field(default_factory=lambda: Phrases.load(ROOT / "content" / "phrases"))

    def run(self, clock: Clock) -> list[Timing]:
        """Let the week happen. Raises AssertionError when a step did not do its work to the end."""
        database = Watched(sqlite_url(self.path), clock)
        asyncio.run(run_tick(database, self.phrases, self.opening - timedelta(days=1)))
        timings = [self._step(database, step, self.opening + later) for step, later in STEPS.items()]
        database.close()
        return timings

    def peer(self, clock: Clock) -> Timing:
        """As many messages as an opening's, by one statement; taken out again."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA synchronous=FULL")
        more = [name for _, name, *_ in connection.execute("PRAGMA table_info(delivery)") if name not in NAMED]
        fill = PEER.format(more="".join(f", {name}" for name in more), noughts=", 0" * len(more))
        moment = self.opening.replace(tzinfo=None).isoformat(" ") + ".000000"
        began = clock()
        connection.execute("BEGIN IMMEDIATE")
        rows = connection.execute(fill, {"body": "x" * 1000, "due": moment}).rowcount
        connection.execute("COMMIT")
        spent = (clock() - began) * 1000
        connection.execute("DELETE FROM delivery WHERE kind = 'peer'")
        connection.close()
        return Timing("peer", rows, 1, spent, spent)

    def _step(self, database: Watched, step: str, moment: datetime) -> Timing:
        with database.transaction() as session:
            session.execute(text("UPDATE delivery SET state = 'sent', settled_at = due_at WHERE state = 'waiting'"))
        database.spent.clear()
        report = asyncio.run(run_tick(database, self.phrases, moment))
        spent = list(database.spent)
        with database.transaction() as session:
            rows = len(session.exec(select(Delivery.id).where(Delivery.kind == step)).all())
            left = session.exec(select(Occurrence).where(Occurrence.kind == step, Occurrence.state != "done")).all()
        if report.done != 1 or any(one.fires_at <= moment for one in left):
            raise AssertionError(f"{step} was not done: {report}")
        return Timing(step, rows, len(spent), sum(spent), max(spent))


def furnish(path: Path, people: int, units: int, history: int) -> Week:
    """An office with so many frozen rounds behind it."""
    database = Database(sqlite_url(path))
    upgrade(database.engine)
    build(database, people, units, history)
    with database.engine.begin() as connection:
        for statement in OFFICE.format(plan=PLAN).split(";\n"):
            connection.exec_driver_sql(statement)
    with database.transaction() as session:
        freeze(session, history, OPENS + timedelta(weeks=history, days=3))
        sync_plans(session, load_plans(ROOT / "content" / "plans" / "default.yaml"), OPENS)
        plan = session.exec(select(Plan).where(Plan.code == PLAN)).one()
        assert plan.id == 1, "the rounds behind belong to the plan"  # noqa: S101 - the benchmark's own premise
    database.close()
    return Week(path, OPENS + timedelta(weeks=history + 1))


def report(people: int, units: int, timings: Sequence[Timing]) -> str:
    """The table people read."""
    lines = [f"{people} people, {units} units; milliseconds", "step        rows  transactions      in all     longest"]
    lines += [
        f"{one.step:<8}{one.rows:>8}{one.transactions:>14}{one.whole:>12.0f}{one.longest:>12.1f}" for one in timings
    ]
    return "\n".join(lines)


def main() -> None:
    """Build, run, print: the office asked for last, after a tenth and a hundredth of it."""
    parser = argparse.ArgumentParser(prog="./nep bench week", description=__doc__)
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--units", type=int, default=1_000)
    parser.add_argument("--history", type=int, default=24)
    parser.add_argument("--only", action="store_true", help="without the smaller offices")
    parser.add_argument("--cpu", action="store_true", help="count processor time, for a machine that has other work")
    chosen = parser.parse_args()
    clock = time.process_time if chosen.cpu else time.perf_counter
    with tempfile.TemporaryDirectory() as folder:
        for share in (1,) if chosen.only else (100, 10, 1):
            people, units = chosen.people // share, max(2, chosen.units // share)
            week = furnish(Path(folder) / f"{share}.db", people, units, chosen.history)
            peer = week.peer(clock)
            print(report(people, units, [*week.run(clock), peer]))  # noqa: T201


if __name__ == "__main__":
    main()
