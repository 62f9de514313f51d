"""Alembic's entry: run the scripts on the engine we were handed, in batch mode so that SQLite can alter tables."""

from typing import Any

from alembic import context
from sqlmodel import AutoString, SQLModel

import store.tables  # noqa: F401 - registers every table
from store.columns import UtcMoment


def render(kind: str, what: Any, autogen: Any) -> Any:
    """Write column types into new scripts by their short names."""
    if kind == "type" and isinstance(what, UtcMoment):
        autogen.imports.add("from store.columns import UtcMoment")
        return "UtcMoment()"
    if kind == "type" and isinstance(what, AutoString):
        return "sa.String()"
    return False


def run() -> None:
    """Migrate within one connection."""
    engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
