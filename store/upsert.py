"""Many rows at once, the same on SQLite and PostgreSQL: insert what is new, leave or replace what is there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, FromClause, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from store.many import execute_columns, execute_many

AT_ONCE = 500  # ids in one condition or rows in one statement: well below SQLite's limit of bound parameters


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows whose unique keys are free; returns how many were inserted. All rows name the same columns.

    One compiled statement serves any number of rows: a statement of many VALUES would be compiled anew each time.
    """
    return execute_many(session, _new(session.get_bind().dialect.name, table), rows)


def insert_all(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that are all new; an id among them that is taken is an error. All rows name the same columns."""
    execute_many(session, _all(table), rows)


def insert_columns(session: Session, table: type[SQLModel], columns: Mapping[str, Sequence[Any]]) -> None:
    """The same for rows whose values stand in columns of one length."""
    execute_columns(session, _all(table), columns)


def put_all(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Write whole rows: new, or in place of the row with the same primary key. All rows name the same columns."""
    if rows:
        execute_many(session, _whole(session.get_bind().dialect.name, table, tuple(rows[0])), rows)


def insert_selected(
    session: Session, table: type[SQLModel], values: Mapping[str, ColumnElement[Any]], source: FromClause
) -> int:
    """Insert a row for each of a source, by column, where unique keys are free; returns how many were inserted."""
    # SQLite reads ON CONFLICT after a FROM as the condition of a join unless there is a WHERE.
    rows = select(*values.values()).select_from(source).where(true())
    statement = _insert(session.get_bind().dialect.name, table).from_select(list(values), rows).on_conflict_do_nothing()
    result = session.connection().execute(statement, execution_options={"preserve_rowcount": True})
    return int(result.rowcount)


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Ids in order, each once, in lists that fit into one condition."""
    known = sorted(set(ids))
    for start in range(0, len(known), AT_ONCE):
        yield known[start : start + AT_ONCE]


# Built once: putting a statement together costs more than running it.
@lru_cache
def _new(dialect: str, table: type[SQLModel]) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing()


@lru_cache
def _all(table: type[SQLModel]) -> Any:
    return sqlalchemy.insert(table.__table__)  # type: ignore[attr-defined]


@lru_cache
def _whole(dialect: str, table: type[SQLModel], names: Sequence[str]) -> Any:
    insert, key = _insert(dialect, table), table.__table__.primary_key  # type: ignore[attr-defined]
    rest = {name: insert.excluded[name] for name in names if name not in key.columns}
    return insert.on_conflict_do_update(index_elements=list(key), set_=rest)


def _insert(dialect: str, table: type[SQLModel]) -> Any:
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table.__table__)  # type: ignore[attr-defined]
