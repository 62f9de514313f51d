"""How long figures take for a big office, against counting all answers anew in SQLite and in DuckDB, in the same run.

``python -m bench.figures --people 40000 --units 1000 --rounds 200``. All rounds but the last are final. Three
questions: one head's ``/thongke`` (the open round and the one before; ours is the whole message, its numbers are read
from its words), and the whole tree of a final round and of the open one. The order alternates; an answer that differs
stops the run.
"""

import argparse
import csv
import random
import re
import sqlite3
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

from content.phrases import Phrases
from participation import counters
from participation.figures import counts_by_unit, freeze
from reports.statement import statement
from store.database import Database, sqlite_url
from store.migrations import upgrade
from store.tables import Round

OPENS = datetime(2026, 1, 6, 2, tzinfo=UTC)
QUESTIONS = ("thongke", "tree final", "tree open")
WORDS = Path(__file__).parent.parent / "content" / "phrases"
SHARES = re.compile(r"(\d+)/\d+ \(")  # the numerators of a statement: taken part, before, finished, connected, …
BRANCHES = 10  # units below each unit: 1,000 of them make four levels
Found = Mapping[int, tuple[int, int]]  # unit → people who took part, people who finished
Clock = Callable[[], float]

BASE = """
INSERT INTO campaign (id, code, name, starts_on) VALUES (1, 'c', 'C', '2026-01-01');
INSERT INTO plan (id, campaign_id, code, name, shape, active) VALUES (1, 1, 'p', 'P', '{{}}', 1);
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
SELECT id, 'q' || id, 1, '', 't', 'situation', 1, '?', '["a","b"]', '[1]', '', '', 'text', '2020-01-01', 1, '',
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
SELECT {round}, id, parent_id, name, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM unit;
INSERT INTO round_member (
    round_id, person_id, unit_id, exempt, connected, withdrawn, answers, rights, answered_at, finished_at,
    attempted_at, accepted_at, declined_reminders
)
SELECT {round}, id, unit_id, CASE WHEN lot % 50 = 0 AND given = 0 THEN 'leave' ELSE '' END, id % 10 > 0, 0, given,
    given, CASE WHEN given THEN '{opens}' END, CASE WHEN given = 2 THEN '{opens}' END,
    CASE WHEN id % 10 THEN '{opens}' END, CASE WHEN id % 10 THEN '{opens}' END, 0
FROM (SELECT *, CASE WHEN lot < 60 THEN 2 WHEN lot < 65 THEN 1 ELSE 0 END AS given
      FROM (SELECT id, unit_id, (id * 7919 + {round} * 104729) % 100 AS lot FROM person));
INSERT INTO answer (
    person_id, round_id, question_version_id, option, is_right, counted, unit_id, account_id, heard_at
)
SELECT person_id, {round}, q.id, 1, 1, 1, unit_id, NULL, '{opens}'
FROM round_member JOIN (SELECT 1 AS id UNION ALL SELECT 2) AS q ON q.id <= answers WHERE round_id = {round}
"""
ANEW = """
SELECT unit_id, count(*), sum(answers = 2) FROM (
    SELECT unit_id, person_id, count(*) AS answers FROM answer
    WHERE round_id = {round} AND counted GROUP BY unit_id, person_id
) AS people GROUP BY unit_id
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
    """The office with all its rounds, by INSERT … SELECT; all but the last are frozen by the product itself."""
    upgrade(database.engine)
    _script(database, BASE.format(people=people, units=units, branches=BRANCHES))
    for number in range(1, rounds + 1):
        opens = OPENS + timedelta(weeks=number)
        told = {"opens": _stored(opens), "closes": _stored(opens + timedelta(days=2))}
        _script(database, ROUND.format(round=number, **told))
        with database.transaction() as session:
            counters.begin(session, number)
            if number < rounds:
                freeze(session, number, opens + timedelta(days=3))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def copied(path: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    """The answers once more, in DuckDB."""
    duck, file = duckdb.connect(), folder / "answers.csv"
    with file.open("w", newline="") as target:
        query = "SELECT round_id, unit_id, person_id, counted FROM answer"
        csv.writer(target).writerows(sqlite3.connect(path).execute(query))
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
    ours = {one.question: one.median for one in timings if one.name == "counters"}
    lines = ["question    contestant      median       min       max   ratio"]
    lines += [
        f"{one.question:<12}{one.name:<12}{one.median:>10.2f}{min(one.spent):>10.2f}{max(one.spent):>10.2f}"
        f"{one.median / ours[one.question]:>8.1f}"
        for one in sorted(timings, key=lambda one: (one.question, one.median))
    ]
    return "\n".join(lines)


def main() -> None:
    """Build, race, print."""
    parser = argparse.ArgumentParser(prog="bench.figures", description=__doc__)
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--units", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--heads", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.db"
        database = Database(sqlite_url(path))
        build(database, chosen.people, chosen.units, chosen.rounds)
        duck = copied(path, Path(folder))
        heads = random.Random(chosen.seed).choices(range(2, chosen.units + 1), k=chosen.heads)  # noqa: S311  # no secret
        print(f"{chosen.people} people, {chosen.units} units, {chosen.rounds} rounds; milliseconds")  # noqa: T201
        print(report(race(database, duck, chosen.rounds, heads, time.perf_counter)))  # noqa: T201
        database.close()


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

    def sqlite(number: int) -> Sequence[Any]:
        with Session(database.engine) as fresh:
            return fresh.execute(text(ANEW.format(round=number))).all()

    ours = told if question == "thongke" else lambda: tree(rounds - (question == "tree final"))
    return {
        "counters": ours,
        "SQLite": anew(sqlite),
        "DuckDB": anew(lambda number: duck.execute(ANEW.format(round=number)).fetchall()),
    }


def _below(session: Session, head: int) -> set[int]:
    tree = "WITH RECURSIVE t(id) AS (SELECT :head UNION SELECT unit.id FROM unit JOIN t ON unit.parent_id = t.id)"
    return set(session.execute(text(f"{tree} SELECT id FROM t"), {"head": head}).scalars())  # noqa: S608


def _script(database: Database, script: str) -> None:
    with database.engine.begin() as connection:
        for statement in script.split(";\n"):
            connection.exec_driver_sql(statement)


def _stored(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ") + ".000000"


if __name__ == "__main__":
    main()
