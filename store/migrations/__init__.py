"""Bring a database to the current tables, or say how far it is. One script set for SQLite and PostgreSQL."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, text

SCRIPTS = Path(__file__).parent / "versions"


def config(engine: Engine) -> Any:
    """Alembic's configuration, made here so that no ini file is needed."""
    from alembic.config import Config  # twelve megabytes that a process with nothing to migrate spares

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["engine"] = engine
    return made


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the scripts that are missing."""
    from alembic import command

    command.upgrade(config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Step back to a revision, or to `base`."""
    from alembic import command

    command.downgrade(config(engine), revision)


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest revision, which the names of the scripts begin with."""
    newest = max(script.name.partition("_")[0] for script in SCRIPTS.glob("[0-9]*.py"))
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest)
