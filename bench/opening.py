"""The opening of a round for a big office: snapshot and messages, beside bare INSERT … SELECT of the same rows.

``./nep bench opening --people 40000 --runs 3 --store sqlite``. Ours is one tick of the scheduler, with everything an
opening writes; meanwhile taps are written through the same `Database`, one after another, as the doors do, and the
longest wait of one is what an answer would have to wait. The peers write the members and the messages alone, in one
transaction, through the same engine: the very rows ours writes, and such rows with the words written out in each, as a
design without shared words must. Each run has a fresh copy of the store, and the order moves on. Rows are counted in
every run; ``--growth`` prints what ours costs for a hundredth, a tenth and the whole, and the exponent.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session, select

from app.opening import load_phrases
from bench import growth, office, stores
from bench.table import spread
from content.phrases import Phrases
from scheduler.tick import TickReport, run_tick
from store import inbox
from store.database import Database
from store.tables import Round

OURS, ROWS, WORDS = "nep", "the rows alone", "words in each row"
TAP_EVERY = 0.005  # seconds
QUIET = timedelta(days=1)  # before the opening: time to plan it
MEMBERS = """
INSERT INTO round_member (
    round_id, person_id, unit_id, exempt, connected, withdrawn, answers, rights, declined_reminders
)
SELECT {round}, id, unit_id, '', TRUE, FALSE, 0, 0, FALSE FROM person
"""
ROUND = """
INSERT INTO round (id, plan_id, number, opens_at, closes_at, grace_minutes, freezes_at, state)
SELECT 1, min(id), 1, '{now}', '{now}', 15, '{now}', 'open' FROM plan
"""
MESSAGES = """
INSERT INTO delivery (
    key, token, account_id, person_id, channel, kind, lane, round_id, body, due_at, expires_at, state, tries, holder,
    platform_message_id, reason, doubted
)
SELECT 'open:1:' || person_id, {token}, id, person_id, channel, 'open', 1, 1, {words}, '{now}', '{now}', 'waiting', 0,
    '', '', '', FALSE
FROM account
"""
TOKENS = {True: "lower(hex(randomblob(12)))", False: "replace(CAST(gen_random_uuid() AS text), '-', '')"}


@dataclass(frozen=True, slots=True)
class Run:
    """One contestant once, in milliseconds: the whole of it, and for ours the longest wait of a tap and how many."""

    name: str
    spent: float
    longest_wait: float = 0.0
    taps: int = 0


def ours(database: Database, phrases: Phrases, people: int) -> Run:
    """One tick that opens the round, with taps beside it. Raises AssertionError when anything is missing."""
    report, spent, waits = asyncio.run(_opened(database, phrases))
    with database.reading() as session:
        found = {
            "members": _count(session, "SELECT count(*) FROM round_member"),
            "connected": _count(session, "SELECT sum(connected) FROM round_unit"),
            "messages": _count(session, "SELECT count(*) FROM delivery WHERE kind = 'open' AND state = 'waiting'"),
            "people asked": _count(session, "SELECT count(DISTINCT person_id) FROM delivery"),
            "tokens": _count(session, "SELECT count(DISTINCT token) FROM delivery"),
            "logged": len(_logged(session)),
        }
        taps = _count(session, "SELECT count(*) FROM inbox")
    if report.done != 1 or set(found.values()) != {people} or taps != len(waits):
        raise AssertionError(f"of {people} people {found}; {taps} of {len(waits)} taps; {report}")
    return Run(OURS, spent, max(waits), taps)


def peer(database: Database, people: int, name: str, words: int) -> Run:
    """The rows alone, by one statement a table. Raises AssertionError when there are not as many as people."""
    told = {"now": office.stored(office.OPENED), "token": TOKENS[database.is_sqlite], "words": f"'{'x' * words}'"}
    began = time.perf_counter()
    with database.engine.begin() as connection:
        connection.exec_driver_sql(ROUND.format(**told))
        rows = [connection.exec_driver_sql(each.format(round=1, **told)).rowcount for each in (MEMBERS, MESSAGES)]
    spent = (time.perf_counter() - began) * 1000
    if rows != [people, people]:
        raise AssertionError(f"{name}: {rows} rows for {people} people")
    return Run(name, spent)


def race(copy: stores.Copies, phrases: Phrases, people: int, runs: int, words: int) -> list[Run]:
    """Every contestant so many times, the order moving on with each run."""
    contestants: list[Callable[[Database], Run]] = [
        lambda database: ours(database, phrases, people),
        lambda database: peer(database, people, ROWS, 0),
        lambda database: peer(database, people, WORDS, words),
    ]
    found = []
    for turn in range(runs):
        for contestant in contestants[turn % 3 :] + contestants[: turn % 3]:
            with copy() as address:
                database = Database(address)
                found.append(contestant(database))
                database.close()
    return found


def build(database: Database, people: int, units: int) -> None:
    """The office, its opening planned."""
    phrases = office.populate(database, people, units)
    asyncio.run(run_tick(database, phrases, office.OPENED - QUIET))


def words_of(database: Database, phrases: Phrases) -> int:
    """How many bytes the words of an opening have, seen by opening a round."""
    asyncio.run(_opened(database, phrases))
    with database.reading() as session:
        return len(session.exec(select(Round.opening)).one().encode())


def report(runs: Sequence[Run]) -> str:
    """The table people read: milliseconds, and how many times the peer's ours takes."""
    lines = [f"{'':<20}{'ms':>24}{'ours is times':>15}{'longest wait of a tap, ms':>34}"]
    mine = statistics.median(one.spent for one in runs if one.name == OURS)
    for name in (OURS, ROWS, WORDS):
        spent = [one.spent for one in runs if one.name == name]
        waits = [one.longest_wait for one in runs if one.name == name and one.taps]
        ratio = mine / statistics.median(spent)
        lines.append(f"{name:<20}{spread(spent):>24}{ratio:>15.2f}{spread(waits) if waits else '':>34}")
    return "\n".join(lines)


def costs(runs: Sequence[Run]) -> growth.Costs:
    """What ours took, and what a tap had to wait."""
    mine = [one for one in runs if one.name == OURS]
    return {
        "opening, ms": statistics.median(one.spent for one in mine),
        "longest wait, ms": statistics.median(one.longest_wait for one in mine),
    }


def main() -> None:
    """Build, race, print."""
    parser = argparse.ArgumentParser(prog="./nep bench opening", description=__doc__)
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--units", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--store", choices=stores.KINDS, default=stores.KINDS[0])
    parser.add_argument("--growth", action="store_true", help="ours with more and more people and units")
    chosen = parser.parse_args()
    phrases = load_phrases()

    def raced(people: int) -> list[Run]:
        units = max(1, chosen.units * people // chosen.people)
        with stores.copies(chosen.store, lambda database: build(database, people, units)) as copy:
            with copy() as address:
                words = words_of(Database(address), phrases)
            return race(copy, phrases, people, chosen.runs, words)

    print(f"{chosen.store}, {chosen.people} people, {chosen.units} units, {chosen.runs} runs; median (min–max)")  # noqa: T201
    if chosen.growth:
        print(growth.grown("people", chosen.people, lambda people: costs(raced(people))))  # noqa: T201
    else:
        print(report(raced(chosen.people)))  # noqa: T201


async def _opened(database: Database, phrases: Phrases) -> tuple[TickReport, float, list[float]]:
    """Tick at the moment of the opening while taps come in; the report, milliseconds of it and of each tap's wait."""
    waits: list[float] = []
    opening = True

    async def tap() -> None:
        while opening or not waits:
            number, began = len(waits), time.perf_counter()
            await database.run(inbox.keep, [inbox.Arrival("telegram", str(number), "{}")], office.OPENED)
            waits.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(TAP_EVERY)

    tapping = asyncio.create_task(tap())
    began = time.perf_counter()
    report = await run_tick(database, phrases, office.OPENED)
    spent, opening = (time.perf_counter() - began) * 1000, False
    await tapping
    return report, spent, waits


def _count(session: Session, query: str) -> int:
    return int(session.execute(text(query)).scalar_one() or 0)


def _logged(session: Session) -> set[int]:
    body = session.execute(text("SELECT body FROM ledger WHERE kind = 'round_opened'")).scalar_one()
    return {person for people in json.loads(body)["members"].values() for person in people}


if __name__ == "__main__":
    main()
