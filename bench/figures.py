"""How long figures take for a big office, against counting all answers anew in the same store and in DuckDB.

``./nep bench figures --people 40000 --units 1000 --rounds 200 --store sqlite``. All rounds but the last are final.
Three questions: one head's ``/thongke`` (the open round and the one before; ours is the whole message, its numbers are
read from its words), and the whole tree of a final round and of the open one. The order alternates; an answer that
differs stops the run. ``--growth`` prints what ours costs for a hundredth, a tenth and the whole of people and units,
with as many rounds, and the exponent.
"""

import argparse
import csv
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import text
from sqlmodel import Session

from bench import growth, stores
from bench.office import stored
from content.phrases import Phrases
from participation import counters
from participation.figures import counts_by_unit, freeze
from reports.statement import statement
from store.database import Database
from store.migrations import upgrade
from store.tables import Round

OPENS = datetime(2026, 1, 6, 2, tzinfo=UTC)
QUESTIONS = ("thongke", "tree final", "tree open")
OURS, STORE, DUCKDB = "counters", "SQL anew", "DuckDB"
WORDS = Path(__file__).parent.parent / "content" / "phrases"
SHARES = re.compile(r"(\d+)/\d+ \(")  # the numerators of a statement: taken part, before, finished, connected, …
BRANCHES = 10  # units below each unit: 1,000 of them make four levels
Found = Mapping[int, tuple[int, int]]  # unit → people who took part, people who finished
Clock = Callable[[], float]

BASE = """
INSERT INTO campaign (id, code, name, starts_on) VALUES (1, 'c', 'C', '2026-01-01');
INSERT INTO plan (id, campaign_id, code, name, shape, active) VALUES (1, 1, 'p', 'P', '{{}}', TRUE);
INSERT INTO unit (id, code, name, kind, parent_id, valid_from_on)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {units})
SELECT i, 'U' || i, 'Đơn vị ' || i, 'Phòng', CASE WHEN i > 1 THEN (i - 2) / {branches} + 1 END, '2020-01-01' FROM n;
INSERT INTO person (id, staff_code, name, unit_id, title, status)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})
SELECT i, 'NV' || i, 'Người ' || i, i % {units} + 1, '', 'working' FROM n;
INSERT INTO account (id, channel, address, person_id, state, asked, wrong_codes)
SELECT id, 'web', id, id, 'active', '', 0 FROM person WHERE id % 10 > 0;
INSERT INTO question_version (
    id, code, version, checksum, topic, kind, difficulty, stem, options, right_options, explanation, citation, verified,
    in_force_from, current, origin, added_at, track
)
SELECT id, 'q' || id, 1, '', 't', 'situation', 1, '?', '["a","b"]', '[1]', '', '', 'text', '2020-01-01', TRUE, '',
    '2026-01-01 00:00:00', ''
FROM unit WHERE id <= 2
"""
ROUND = """
INSERT INTO round (id, plan_id, number, opens_at, closes_at, grace_minutes, freezes_at, state)
VALUES ({round}, 1, {round}, '{opens}', '{closes}', 15, '{closes}', 'open');
INSERT INTO round_question (round_id, position, question_version_id) VALUES ({round}, 1, 1), ({round}, 2, 2);
INSERT INTO round_unit (
    round_id, unit_id, parent_id, name, is_final, snapshot, exempt, connected, attempted, accepted, participants,
    finished, absent_unconnected, withdrawn, outside, rights, questions
)
SELECT {round}, id, parent_id, name, FALSE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM unit;
INSERT INTO round_member (
    round_id, person_id, unit_id, exempt, connected, withdrawn, answers, rights, answered_at, finished_at,
    attempted_at, accepted_at, declined_reminders
)
SELECT round.id, person_id, unit_id, CASE WHEN lot % 50 = 0 AND given = 0 THEN 'leave' ELSE '' END, is_linked, FALSE,
    given, given, CASE WHEN given > 0 THEN opens_at END, CASE WHEN given = 2 THEN opens_at END,
    CASE WHEN is_linked THEN opens_at END, CASE WHEN is_linked THEN opens_at END, FALSE
FROM round, (
    SELECT *, person_id % 10 > 0 AS is_linked, CASE WHEN lot < 60 THEN 2 WHEN lot < 65 THEN 1 ELSE 0 END AS given
    FROM (SELECT id AS person_id, unit_id, (id * 7919 + {round} * 104729) % 100 AS lot FROM person) AS drawn
) AS member WHERE round.id = {round};
INSERT INTO answer (
    person_id, round_id, question_version_id, option, is_right, counted, unit_id, account_id, heard_at
)
SELECT person_id, round_id, q.id, 1, TRUE, TRUE, unit_id, NULL, opens_at
FROM round_member JOIN (SELECT 1 AS id UNION ALL SELECT 2) AS q ON q.id <= answers JOIN round ON round.id = round_id
WHERE round_id = {round}
"""
ANEW = """
SELECT unit_id, count(*), sum(CASE WHEN answers = 2 THEN 1 ELSE 0 END) FROM (
    SELECT unit_id, person_id, count(*) AS answers FROM answer
    WHERE round_id = {round} AND counted GROUP BY unit_id, person_id
) AS people GROUP BY unit_id
"""
BELOW = """
WITH RECURSIVE t(id) AS (
    SELECT id FROM unit WHERE id = :head UNION SELECT unit.id FROM unit JOIN t ON unit.parent_id = t.id
)
SELECT id FROM t
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one contestant at one question."""

    question: str
    name: str
    spent: Sequence[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.spent)


def build(database: Database, people: int, units: int, rounds: int) -> None:
    """Fill an empty store: the office with all its rounds, by INSERT … SELECT; all but the last are frozen by the
    product itself."""
    _script(database, BASE.format(people=people, units=units, branches=BRANCHES))
    for number in range(1, rounds + 1):
        opens = OPENS + timedelta(weeks=number)
        told = {"opens": stored(opens), "closes": stored(opens + timedelta(days=2))}
        _script(database, ROUND.format(round=number, **told))
        with database.transaction() as session:
            counters.begin(session, number)
            if number < rounds:
                freeze(session, number, opens + timedelta(days=3))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def copied(database: Database, folder: Path) -> duckdb.DuckDBPyConnection:
    """The answers once more, in DuckDB."""
    duck, file = duckdb.connect(), folder / "answers.csv"
    with file.open("w", newline="") as target, database.engine.connect() as connection:
        streaming = connection.execution_options(yield_per=10_000)
        rows = streaming.execute(text("SELECT round_id, unit_id, person_id, counted FROM answer"))
        csv.writer(target).writerows(rows)
    duck.execute("CREATE TABLE answer (round_id INTEGER, unit_id INTEGER, person_id INTEGER, counted BOOLEAN)")
    duck.execute(f"COPY answer FROM '{file}' (FORMAT csv, HEADER false, AUTO_DETECT false)")
    file.unlink()
    return duck


def race(
    database: Database, duck: duckdb.DuckDBPyConnection, rounds: int, heads: Sequence[int], clock: Clock
) -> list[Timing]:
    """Each contestant answers both questions as often as there are heads. Raises AssertionError when they differ."""
    spent: dict[tuple[str, str], list[float]] = {}
    phrases = Phrases.load(WORDS)
    for turn, head in enumerate(heads):
        for question in QUESTIONS:
            racing = list(_contestants(database, duck, phrases, question, rounds, head).items())
            answers = []
            for name, contestant in racing[turn % 3 :] + racing[: turn % 3]:
                began = clock()
                answers.append(contestant())
                spent.setdefault((question, name), []).append((clock() - began) * 1000)
            if not all(found == answers[0] for found in answers):
                raise AssertionError(f"{question} of unit {head}: the three do not agree")
    return [Timing(question, name, times) for (question, name), times in spent.items()]


def report(timings: Sequence[Timing]) -> str:
    """The table people read: milliseconds, and how many times ours each takes."""
    ours = costs(timings)
    lines = ["question    contestant      median       min       max   ratio"]
    lines += [
        f"{one.question:<12}{one.name:<12}{one.median:>10.2f}{min(one.spent):>10.2f}{max(one.spent):>10.2f}"
        f"{one.median / ours[one.question]:>8.1f}"
        for one in sorted(timings, key=lambda one: (one.question, one.median))
    ]
    return "\n".join(lines)


def costs(timings: Sequence[Timing]) -> growth.Costs:
    """What ours takes for each question, in milliseconds."""
    return {one.question: one.median for one in timings if one.name == OURS}


def main() -> None:
    """Build, race, print."""
    parser = argparse.ArgumentParser(prog="./nep bench figures", description=__doc__)
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--units", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--heads", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=stores.KINDS, default=stores.KINDS[0])
    parser.add_argument("--growth", action="store_true", help="ours with more and more people and units")
    chosen = parser.parse_args()
    rounds = chosen.rounds

    def raced(people: int) -> list[Timing]:
        units = max(2, chosen.units * people // chosen.people)
        heads = random.Random(chosen.seed).choices(range(2, units + 1), k=chosen.heads)  # noqa: S311  # no secret
        with (
            tempfile.TemporaryDirectory() as folder,
            stores.copies(chosen.store, lambda empty: upgrade(empty.engine)) as copy,
            copy() as address,  # filled where it stands: too much to be copied
        ):
            database = Database(address)
            build(database, people, units, rounds)
            timings = race(database, copied(database, Path(folder)), rounds, heads, time.perf_counter)
            database.close()
        return timings

    print(f"{chosen.store}, {chosen.people} people, {chosen.units} units, {rounds} rounds; milliseconds")  # noqa: T201
    if chosen.growth:
        print(growth.grown("people", chosen.people, lambda people: costs(raced(people))))  # noqa: T201
    else:
        print(report(raced(chosen.people)))  # noqa: T201


def _contestants(
    database: Database, duck: duckdb.DuckDBPyConnection, phrases: Phrases, question: str, rounds: int, head: int
) -> dict[str, Callable[[], Any]]:
    """Three ways to the same answer: a unit's subtree for ``thongke``, every unit for ``tree``."""
    with Session(database.engine) as session:
        below = _below(session, head)
    now = OPENS + timedelta(weeks=rounds, hours=30)

    def tree(number: int) -> Found:
        with Session(database.engine) as fresh:
            counts = counts_by_unit(fresh, fresh.get_one(Round, number))
            return {unit: (one.participants, one.finished) for unit, one in counts.items() if one.participants}

    def anew(count: Callable[[int], Sequence[Any]]) -> Any:
        def by_unit(number: int) -> Found:
            return {int(unit): (int(people), int(finished)) for unit, people, finished in count(number)}

        def pooled(number: int) -> tuple[int, ...]:
            mine = [numbers for unit, numbers in by_unit(number).items() if unit in below]
            return sum(people for people, _ in mine), sum(finished for _, finished in mine)

        if question == "thongke":
            return lambda: (pooled(rounds), pooled(rounds - 1)[0])
        return lambda: by_unit(rounds - (question == "tree final"))

    def told() -> Any:
        with Session(database.engine) as fresh:
            message = statement(fresh, phrases, head, rounds, now)
        taken, before, finished = (int(number) for number in SHARES.findall(message.text)[:3]) if message else (0, 0, 0)
        return (taken, finished), before

    def store(number: int) -> Sequence[Any]:
        with Session(database.engine) as fresh:
            return fresh.execute(text(ANEW.format(round=number))).all()

    ours = told if question == "thongke" else lambda: tree(rounds - (question == "tree final"))
    return {
        OURS: ours,
        STORE: anew(store),
        DUCKDB: anew(lambda number: duck.execute(ANEW.format(round=number)).fetchall()),
    }


def _below(session: Session, head: int) -> set[int]:
    return set(session.execute(text(BELOW), {"head": head}).scalars())


def _script(database: Database, script: str) -> None:
    with database.engine.begin() as connection:
        for statement in script.split(";\n"):
            connection.execute(text(statement))


if __name__ == "__main__":
    main()
