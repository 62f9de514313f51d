"""One process at a time works on a database. The claim dies with the process, so a crash never locks anybody out."""

import fcntl
import os
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, text

ADVISORY_KEY = 0x6E6570  # "nep": any number all our processes agree on


class Taken(Exception):
    """Another process works on this database."""


class Solo:
    """Held from construction until `release`. Raises `Taken` when another process holds it."""

    def __init__(self, engine: Engine) -> None:
        self._file: IO[str] | None = None
        self._connection: Connection | None = None
        if engine.dialect.name == "sqlite":
            self._lock_file(Path(str(engine.url.database) + ".lock"))
        else:
            self._lock_database(engine)

    def release(self) -> None:
        """Let others in."""
        if self._file:
            self._file.close()
        if self._connection:
            self._connection.close()

    def _lock_file(self, path: Path) -> None:
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise Taken from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def _lock_database(self, engine: Engine) -> None:
        # A session-level lock: PostgreSQL drops it when the connection ends, however the process ended.
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        locked = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}).scalar_one()
        if not locked:
            self._connection.close()
            raise Taken
