"""Opening the house: database, phrases and library, with one clear sentence for whatever is wrong with them."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.clock import Clock, system_clock
from app.settings import ROOT, Settings
from content.faults import Faults
from content.library import Library, load_library
from content.phrases import Phrases
from content.publishing import publish
from scheduler.plan_files import load_plans
from scheduler.plans import PlanEntry, check_plans, sync_plans
from store import migrations
from store.database import Database

LIBRARY = ROOT / "content" / "library"
PHRASES = ROOT / "content" / "phrases"
PLANS = ROOT / "content" / "plans" / "default.yaml"


class CannotOpen(Exception):
    """Something the house stands on cannot be used. `str` says what and what to do."""


@dataclass
class OpenHouse:
    """What every command needs: settings, database, words and clock."""

    settings: Settings
    database: Database
    phrases: Phrases
    clock: Clock

    def close(self) -> None:
        """Let the database go."""
        self.database.close()


def open_house(settings: Settings, clock: Clock = system_clock, *, migrated: bool = True) -> OpenHouse:
    """Open the database and load the words. Raises `CannotOpen`."""
    database = open_database(settings)
    try:
        if migrated and not check_database(database, settings):
            raise CannotOpen(f"database {shown(settings)} is not up to date: run ./nep migrate")
        return OpenHouse(settings, database, load_phrases(), clock)
    except CannotOpen:
        database.close()
        raise


def open_database(settings: Settings) -> Database:
    """The database of the settings, folder made; not yet a word spoken to it. Raises `CannotOpen`."""
    try:
        url = make_url(settings.database_url)
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise CannotOpen("setting database: give the path of a SQLite file or a postgresql:// address")
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        return Database(settings.database_url)
    except (ArgumentError, ValueError):
        raise CannotOpen("setting database: give the path of a SQLite file or a postgresql:// address") from None
    except OSError as fault:
        raise CannotOpen(f"database {shown(settings)}: {fault.strerror}; check the path and its rights") from None


def check_database(database: Database, settings: Settings) -> bool:
    """Whether the database stands at the newest migration. Raises `CannotOpen` when it cannot be read at all."""
    try:
        return migrations.is_current(database.engine)
    except DBAPIError as fault:
        raise CannotOpen(database_sentence(settings, fault)) from None


def migrate(database: Database, settings: Settings) -> None:
    """Bring the database to the newest migration. Raises `CannotOpen`; nothing is half done."""
    try:
        if not migrations.is_current(database.engine):
            migrations.upgrade(database.engine)
    except DBAPIError as fault:
        raise CannotOpen(database_sentence(settings, fault)) from None


def load_phrases() -> Phrases:
    """The assistant's sentences. Raises `CannotOpen` with every fault by file and line."""
    try:
        return Phrases.load(PHRASES)
    except Faults as faults:
        raise CannotOpen(f"content/phrases cannot be used:\n{faults}") from None


def read_library(folder: Path = LIBRARY) -> Library:
    """The library. Raises `CannotOpen` with every fault by file and line."""
    try:
        return load_library(folder)
    except Faults as faults:
        raise CannotOpen(f"content library {folder} cannot be used, nothing was loaded:\n{faults}") from None


def read_plans(library: Library, path: Path = PLANS) -> tuple[PlanEntry, ...]:
    """The plans. Raises `CannotOpen` with every fault, also when one names a topic or track the library lacks."""
    try:
        plans = load_plans(path)
        check_plans(plans, library.topics, library.tracks)
    except Faults as faults:
        raise CannotOpen(f"content/plans cannot be used:\n{faults}") from None
    return plans


def furnish(house: OpenHouse) -> Library:
    """Bring the store up to what the files say: library versions and plans, in one transaction."""
    library = read_library()
    plans = read_plans(library)
    now = house.clock()
    with house.database.transaction() as session:
        publish(session, library, now)
        sync_plans(session, plans, now)
    return library


def shown(settings: Settings) -> str:
    """The database as a log or an operator may see it: no password."""
    return make_url(settings.database_url).render_as_string(hide_password=True)


def database_sentence(settings: Settings, fault: DBAPIError) -> str:
    """What a database error means for the operator."""
    text = str(fault.orig).strip().splitlines()[0] if fault.orig else type(fault).__name__
    advice = "check that it is reachable and that the user may use it"
    if "locked" in text:
        advice = "another process holds it; stop that process and try again"
    elif "not a database" in text or "malformed" in text:
        advice = "the file is damaged; restore a backup (docs/operations.md) and keep this file for inspection"
    elif "unable to open" in text:
        advice = "check the path and its rights"
    return f"database {shown(settings)}: {text}; {advice}"
