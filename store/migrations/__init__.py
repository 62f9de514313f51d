"""Bring a database to the current tables, or say how far it is. One script set for SQLite and PostgreSQL."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def config(engine: Engine) -> Config:
    """Alembic's configuration, made here so that no ini file is needed."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["engine"] = engine
    return made


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the scripts that are missing."""
    command.upgrade(config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Step back to a revision, or to `base`."""
    command.downgrade(config(engine), revision)


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest revision."""
    with engine.connect() as connection:
        standing = MigrationContext.configure(connection).get_current_revision()
    return standing == ScriptDirectory.from_config(config(engine)).get_current_head()
