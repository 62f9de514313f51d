"""`migrate`: bring the database to the newest tables."""

import typer

from app.commands.run import refuse
from app.opening import CannotOpen, migrate, open_database, shown
from app.settings import Settings
from store.solo import Solo, Taken


def migrate_database(settings: Settings) -> int:
    """Migrate; returns the exit code. A database at work is left alone."""
    try:
        database = open_database(settings)
    except CannotOpen as fault:
        return refuse(str(fault))
    try:
        alone = Solo(database.engine)
        migrate(database, settings)
        alone.release()
    except Taken:
        return refuse("another nep process works on this database: stop it first")
    except CannotOpen as fault:
        return refuse(str(fault))
    finally:
        database.close()
    typer.echo(f"database {shown(settings)} is up to date")
    return 0
