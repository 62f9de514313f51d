"""Column types that both databases understand alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

# SQLite gives the ids of deleted rows out again unless told not to; ids that outlive their row must not come back.
NEVER_REUSED = {"sqlite_autoincrement": True}


class _Written(sqlite.DATETIME):
    """A moment that comes as the text SQLite keeps."""

    def bind_processor(self, dialect: Dialect) -> None:
        return None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:
        return _read


_WRITTEN: Any = _Written()  # type: ignore[no-untyped-call]


class UtcMoment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """SQLite gets texts, written here: its own way of writing them costs four times as much."""
        return dialect.type_descriptor(_WRITTEN if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive moment {value!r}: only aware moments are stored")
        moment_utc = value.astimezone(UTC)  # before it is looked up: of one zone, moments an hour apart can be equal
        return _written(moment_utc) if dialect.name == "sqlite" else moment_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


def moment(**options: Any) -> Any:
    """A required `_at` column."""
    return Field(sa_type=UtcMoment, **options)


def optional_moment(**options: Any) -> Any:
    """An `_at` column that may be empty."""
    return Field(default=None, sa_type=UtcMoment, nullable=True, **options)


# What is written and read together has few moments in many rows.
@lru_cache(maxsize=4096)
def _written(moment_utc: datetime) -> str:
    return moment_utc.replace(tzinfo=None).isoformat(" ", "microseconds")


@lru_cache(maxsize=4096)
def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")
