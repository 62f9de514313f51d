"""The database: one engine, one way to open a transaction, one hop between the event loop and the store."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, create_engine

import store.tables  # noqa: F401 - registers every table

Given = ParamSpec("Given")
Result = TypeVar("Result")

POSTGRES_WORKERS = 4
READING = "reading"  # the execution option of a connection that only reads
OUT_OF_REACH = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM),
}
LOCK_SECONDS = 30.0  # how long SQLite waits for another program's lock


class Database:
    """SQLite has one writer, so its transactions run on one thread; PostgreSQL gets a small pool.

    `run` is the only way from the event loop into the store. No network call belongs inside the function it is given.
    """

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        # hide_parameters: an error's text must not carry what somebody wrote into a log.
        self.engine = (
            sqlite_engine(url) if self.is_sqlite else create_engine(url, hide_parameters=True, pool_pre_ping=True)
        )
        self._workers = ThreadPoolExecutor(1 if self.is_sqlite else POSTGRES_WORKERS, thread_name_prefix="store")
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="reading")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One block, one transaction: commits on the way out, rolls back when the block raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def run(
        self, work: Callable[Concatenate[Session, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work(session, ...)` in one transaction away from the event loop."""

        def inside() -> Result:
            with self.transaction() as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._workers, inside)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One block that sees one state of the store and keeps nobody from writing; what it writes is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={READING: True})
            yield session

    async def look(
        self, work: Callable[Concatenate[Session, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run what reads for long beside everything that writes. What it finds may be old when it is used."""

        def inside() -> Result:
            with self.reading() as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, inside)

    def close(self) -> None:
        """Wait for running transactions, then let every connection go."""
        self._workers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.engine.dispose()


def is_out_of_reach(fault: OperationalError) -> bool:
    """Whether the database itself is locked, full or gone, rather than asked for something it does not have.

    SQLite calls both an operational error and tells them apart by its code; PostgreSQL's are of the first kind only.
    """
    code = getattr(fault.orig, "sqlite_errorcode", None)
    return code is None or code & 0xFF in OUT_OF_REACH


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def sqlite_engine(url: str) -> Engine:
    """WAL, FULL synchronisation and foreign keys on every connection; every transaction that writes begins IMMEDIATE.

    A plain BEGIN would let a read turn into a write too late and fail at once with "database is locked";
    WAL with less than FULL loses acknowledged commits on a power cut. `?timeout=` in the URL changes how many
    seconds another program's lock is waited for.
    """
    patience = float(str(make_url(url).query.get("timeout", LOCK_SECONDS)))
    connect_args = {"timeout": patience, "check_same_thread": False}
    engine = create_engine(url, hide_parameters=True, connect_args=connect_args)
    busy_timeout = f"busy_timeout={int(patience * 1000)}"

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (busy_timeout, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_immediate(connection: Any) -> None:
        # By SQLAlchemy, so that a lock waited for in vain raises its OperationalError.
        connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(READING) else "BEGIN IMMEDIATE")

    return engine
