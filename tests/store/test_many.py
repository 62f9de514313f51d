"""Many: rows written past SQLAlchemy's parameters are the rows it would have written."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.database import Database
from store.many import execute_columns, execute_many
from store.tables import Account, InboxRow

INBOX: Any = InboxRow.__table__  # type: ignore[attr-defined]
HANOI = timezone(timedelta(hours=7))
PUT = insert(INBOX)
MOVE = (
    update(INBOX)
    .where(INBOX.c.external_id == bindparam("named"))
    .values(state="parked", tries=INBOX.c.tries + bindparam("more"))
)


def row(external_id: str, **changed: Any) -> dict[str, Any]:
    """A row of the inbox."""
    common = {"channel": "web", "body": "{'%s' :x}", "received_at": datetime(2026, 11, 10, 9, 5, tzinfo=HANOI)}
    return common | {"external_id": external_id, "state": "waiting", "tries": 0, "reason": ""} | changed


def found(database: Database) -> list[tuple[Any, ...]]:
    """All rows but their ids."""
    with database.transaction() as session:
        columns = [column for column in INBOX.c if column.name != "id"]
        return [tuple(one) for one in session.execute(select(*columns).order_by(INBOX.c.external_id))]


def test_rows_are_those_sqlalchemy_would_write(any_database: Database) -> None:
    rows = [row("1"), row("2", body="ễ", received_at=datetime(2026, 1, 1, tzinfo=UTC)), row("3", tries=7)]
    with any_database.transaction() as session:
        session.connection().execute(PUT, rows)
    expected = found(any_database)
    with any_database.transaction() as session:
        session.execute(INBOX.delete())
        assert execute_many(session, PUT, rows) == 3
    assert found(any_database) == expected


def test_changes_count_the_rows_they_touched_and_keep_what_is_fixed(any_database: Database) -> None:
    with any_database.transaction() as session:
        execute_many(session, PUT, [row("1"), row("2")])
        assert execute_many(session, MOVE, [{"named": "1", "more": 2}, {"named": "nobody", "more": 1}]) == 1
        assert execute_many(session, MOVE, [{"named": "2", "more": 5}]) == 1
        assert execute_many(session, MOVE, []) == 0
    with any_database.transaction() as session:
        changed = session.execute(select(INBOX.c.state, INBOX.c.tries).order_by(INBOX.c.external_id)).all()
    assert [tuple(one) for one in changed] == [("parked", 2), ("parked", 5)]


def test_columns_that_are_not_named_get_what_the_table_says(any_database: Database) -> None:
    table: Any = Account.__table__  # type: ignore[attr-defined]
    with any_database.transaction() as session:
        execute_many(session, insert(table), [{"channel": "web", "address": address} for address in ("a", "b")])
        plain = [(one.state, one.person_id, one.asked) for one in session.execute(select(table))]
    assert plain == [("stranger", None, "")] * 2


def test_columns_write_the_rows_that_mappings_do(any_database: Database) -> None:
    rows = [row("1"), row("2", body="ễ", tries=7)]
    with any_database.transaction() as session:
        execute_many(session, PUT, rows)
    expected = found(any_database)
    columns = {name: [one[name] for one in rows] for name in rows[0]}
    with any_database.transaction() as session:
        session.execute(INBOX.delete())
        assert execute_columns(session, PUT, columns) == 2
        assert execute_columns(session, PUT, {name: [] for name in columns}) == 0
        with pytest.raises(ValueError, match="shorter"):
            execute_columns(session, PUT, columns | {"tries": [1]})
    assert found(any_database) == expected


def test_half_a_batch_is_never_written(any_database: Database) -> None:
    with pytest.raises(IntegrityError), any_database.transaction() as session:
        execute_many(session, PUT, [row("1"), row("2"), row("1")])
    assert found(any_database) == []


def test_a_table_that_works_columns_out_is_refused(database: Database) -> None:
    table = Table("made", MetaData(), Column("id", Integer, primary_key=True), Column("n", Integer, default=lambda: 1))
    with database.transaction() as session, pytest.raises(TypeError, match="works out columns"):
        execute_many(session, insert(table), [{"id": 1}])
