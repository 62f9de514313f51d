"""Insert what is new, leave what is there: the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

AT_ONCE = 500  # rows per statement: well below SQLite's limit of bound parameters for our widest table


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows whose unique keys are free; returns how many were inserted."""
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    inserted = 0
    for start in range(0, len(rows), AT_ONCE):
        some = list(rows[start : start + AT_ONCE])
        # SQLAlchemy keeps the compiled text of an insert of one row, but not of one of many.
        statement = insert(table).values(some[0] if len(some) == 1 else some).on_conflict_do_nothing()
        result = session.execute(statement, execution_options={"preserve_rowcount": True})
        inserted += int(result.rowcount)  # type: ignore[attr-defined]
    return inserted
