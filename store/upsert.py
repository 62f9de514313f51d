"""Many rows at once, the same on SQLite and PostgreSQL: insert what is new, leave or replace what is there."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

AT_ONCE = 500  # ids in one condition or rows in one statement: well below SQLite's limit of bound parameters


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows whose unique keys are free; returns how many were inserted. All rows name the same columns.

    One compiled statement serves any number of rows: a statement of many VALUES would be compiled anew each time.
    """
    if not rows:
        return 0
    statement = _dialect(session).insert(table.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]
    result = session.connection().execute(statement, list(rows), execution_options={"preserve_rowcount": True})
    return int(result.rowcount)


def insert_all(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that are all new; an id among them that is taken is an error. All rows name the same columns."""
    if rows:
        session.connection().execute(sqlalchemy.insert(table.__table__), list(rows))  # type: ignore[attr-defined]


def put_all(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Write whole rows: new, or in place of the row with the same primary key. All rows name the same columns."""
    if not rows:
        return
    whole: Any = table.__table__  # type: ignore[attr-defined]
    insert = _dialect(session).insert(whole)
    rest = {name: insert.excluded[name] for name in rows[0] if not whole.c[name].primary_key}
    statement = insert.on_conflict_do_update(index_elements=list(whole.primary_key), set_=rest)
    session.connection().execute(statement, list(rows))


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Ids in order, each once, in lists that fit into one condition."""
    known = sorted(set(ids))
    for start in range(0, len(known), AT_ONCE):
        yield known[start : start + AT_ONCE]


def _dialect(session: Session) -> Any:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
