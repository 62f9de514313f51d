"""Column types that both databases understand alike."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

# SQLite gives the ids of deleted rows out again unless told not to; ids that outlive their row must not come back.
NEVER_REUSED = {"sqlite_autoincrement": True}


class UtcMoment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. Refuses naive values; SQLite drops zones, so UTC is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive moment {value!r}: only aware moments are stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment(**options: Any) -> Any:
    """A required `_at` column."""
    return Field(sa_type=UtcMoment, **options)


def optional_moment(**options: Any) -> Any:
    """An `_at` column that may be empty."""
    return Field(default=None, sa_type=UtcMoment, nullable=True, **options)
