"""A house at work on each channel, and the cast with phones in their hands."""

import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.logs import set_up_logs
from app.opening import OpenHouse, furnish
from content.library import Library
from content.phrases import Phrases
from participation.roster import Roster
from store.database import Database, sqlite_url
from tests.botapi.server import BotApi
from tests.conftest import Clock
from tests.journeys.cast import OFFICE
from tests.journeys.house import House, at, opened, settings
from tests.journeys.people import Somebody
from tests.zaloapi.bots.server import ZaloBots
from tests.zaloapi.oa.server import OaApi

CHANNELS = ("telegram", "web", "zalo-oa", "zalo-bot")

START = at("2026-11-09", "08:00")  # Monday, the day before an ordinary round opens

Opens = Callable[..., AbstractAsyncContextManager[House]]
Meets = Callable[..., Awaitable[Somebody]]


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> str:
    """The channel of this run of the transcript."""
    return str(request.param)


@pytest.fixture
def buttons(channel: str) -> None:
    """For transcripts about buttons of older messages: where everything is typed, there are none to press."""
    if channel == "zalo-bot":
        pytest.skip("without buttons only the newest choices can be answered")


@pytest.fixture
def clock() -> Clock:
    """Monday 9 November 2026, 08:00: the day before an ordinary round opens."""
    return Clock(START)


@pytest.fixture(scope="session")
def furnished(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, phrases: Phrases
) -> tuple[Path, Library]:
    """A SQLite file that holds the shipped library and plans, read once for all journeys."""
    folder = tmp_path_factory.mktemp("furnished")
    path = Path(shutil.copy(sqlite_template, folder / "nep.db"))
    database = Database(sqlite_url(path))
    library = furnish(OpenHouse(settings(database, folder, None), database, phrases, Clock(START)))
    database.close()
    return path, library


@pytest.fixture
def database(furnished: tuple[Path, Library], tmp_path: Path) -> Iterator[Database]:
    """A furnished SQLite file of this journey's own."""
    opened_here = Database(sqlite_url(Path(shutil.copy(furnished[0], tmp_path / "nep.db"))))
    yield opened_here
    opened_here.close()


@pytest.fixture
def opens(database: Database, phrases: Phrases, clock: Clock, tmp_path: Path, furnished: tuple[Path, Library]) -> Opens:
    """Open the house: ``async with opens(api, roster) as house``; a door is open where there is a server behind it."""

    def begin(
        api: BotApi | None = None, roster: Roster = OFFICE, oa: OaApi | None = None, zalo: ZaloBots | None = None
    ) -> AbstractAsyncContextManager[House]:
        house = OpenHouse(settings(database, tmp_path, api, oa, zalo), database, phrases, clock)
        return opened(house, furnished[1], api, roster, oa, zalo)

    return begin


@asynccontextmanager
async def platform(channel: str, clock: Clock) -> AsyncIterator[dict[str, Any]]:
    """The server behind a channel, by the name `opens` takes it under; the web page has none."""
    match channel:
        case "telegram":
            async with BotApi(time_factor=0.001) as api:
                yield {"api": api}
        case "zalo-oa":
            async with OaApi(moments=clock) as oa:
                yield {"oa": oa}
        case "zalo-bot":
            async with ZaloBots(moments=clock) as zalo:
                yield {"zalo": zalo}
        case _:
            yield {}


@pytest.fixture
async def house(channel: str, opens: Opens, clock: Clock) -> AsyncIterator[House]:
    """The house with the channel of this run alone."""
    async with platform(channel, clock) as servers, opens(**servers) as house:
        yield house


@pytest.fixture
async def both(opens: Opens) -> AsyncIterator[House]:
    """The house with Telegram and the web page at once."""
    async with BotApi(time_factor=0.001) as api, opens(api) as house:
        yield house


@pytest.fixture
def meets(house: House, channel: str) -> Meets:
    """Hand a phone to somebody: ``an = await meets("AN")``; linked unless told otherwise."""

    async def meet(staff_code: str, *, joined: bool = True) -> Somebody:
        somebody = await house.phone(channel, staff_code)
        return somebody.is_linked() if joined else somebody

    return meet


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Everything the process says, by the real logging, in a file."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    path = tmp_path / "var" / "nep.log"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8") as stream:
        set_up_logs("DEBUG", stream)
        yield path
    root.handlers[:] = before
    root.setLevel(level)
