"""The recomputation: tables copied as they are into DuckDB, then SQL that shares nothing with the product's Python."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlmodel import Session, text

from tests.reconciliation.year import Said

HERE = Path(__file__).parent
TABLES = {
    "ledger": 'id BIGINT, "at" TIMESTAMP, kind VARCHAR, round_id BIGINT, person_id BIGINT, unit_id BIGINT, body JSON',
    "round": "id BIGINT, opens_at TIMESTAMP, closes_at TIMESTAMP, state VARCHAR",
    "round_unit": "round_id BIGINT, unit_id BIGINT, parent_id BIGINT",
    "delivery": "key VARCHAR, kind VARCHAR, round_id BIGINT, state VARCHAR, tries BIGINT, "
    "claimed_at TIMESTAMP, settled_at TIMESTAMP",
    "question_version": "id BIGINT, code VARCHAR, topic VARCHAR, right_options VARCHAR",
    "key_correction": "id BIGINT, question_code VARCHAR, before VARCHAR, after VARCHAR, entered_at TIMESTAMP",
    "correction": "round_id BIGINT, person_id BIGINT",
    "occurrence": "id BIGINT, round_id BIGINT",
    "recall_ask": "person_id BIGINT, occurrence_id BIGINT, after_first_right BOOLEAN, is_right BOOLEAN, "
    "answered_at TIMESTAMP",
    "unit_lineage": "unit_id BIGINT, predecessor_id BIGINT",
}
SAID = 'round_id BIGINT, person_id BIGINT, question BIGINT, option BIGINT, "at" TIMESTAMP'

AS_WRITTEN = "FORMAT csv, HEADER false, AUTO_DETECT false, DELIMITER ',', QUOTE '\"', ESCAPE '\"'"


class Recomputed:
    """What the log says, as it stands at this moment of the year."""

    def __init__(self, session: Session, said: Sequence[Said], folder: Path) -> None:
        self.duck = duckdb.connect()
        for table, columns in TABLES.items():
            names = [column.split()[0] for column in columns.split(", ")]
            rows = session.execute(text(f"SELECT {', '.join(names)} FROM {table}"))  # noqa: S608  # names of our own
            self._copy(table, columns, rows, folder)
        diary = ((one.round_id, one.person_id, one.question, one.option, _plain(one.at)) for one in said)
        self._copy("said", SAID, diary, folder)
        self.duck.execute((HERE / "figures.sql").read_text(encoding="utf-8"))

    def figures(self) -> dict[tuple[int, int], dict[str, int]]:
        """Counts of every unit of every round, by round and unit."""
        found = self.duck.execute("SELECT * FROM figures")
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return {(row.pop("round_id"), row.pop("unit_id")): row for row in rows}

    def periods(self, since: datetime, until: datetime) -> dict[int, tuple[Any, ...]]:
        """Figures of the rounds that closed in a period, by unit."""
        query = (HERE / "periods.sql").read_text(encoding="utf-8")
        given = {"since": _plain(since), "until": _plain(until)}
        return {row[0]: row[1:] for row in self.duck.execute(query, given).fetchall()}

    def _copy(self, table: str, columns: str, rows: Iterable[Sequence[Any]], folder: Path) -> None:
        path = folder / f"{table}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        self.duck.execute(f"CREATE TABLE {table} ({columns})")
        self.duck.execute(f"COPY {table} FROM '{path}' ({AS_WRITTEN})")


def _plain(moment: datetime) -> str:
    """As the store keeps a moment: UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
