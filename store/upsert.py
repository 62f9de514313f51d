"""Insert what is new, leave what is there: the same on SQLite and PostgreSQL."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

AT_ONCE = 500  # ids in one condition or rows in one statement: well below SQLite's limit of bound parameters


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows whose unique keys are free; returns how many were inserted. All rows name the same columns.

    One compiled statement serves any number of rows: a statement of many VALUES would be compiled anew each time.
    """
    if not rows:
        return 0
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(table.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]
    result = session.connection().execute(statement, list(rows), execution_options={"preserve_rowcount": True})
    return int(result.rowcount)


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Ids in order, each once, in lists that fit into one condition."""
    known = sorted(set(ids))
    for start in range(0, len(known), AT_ONCE):
        yield known[start : start + AT_ONCE]
