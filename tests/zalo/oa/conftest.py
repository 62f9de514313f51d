"""An Official Account of our own, and the parts of the door in front of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.zalo.oa.api import Api
from bot.zalo.oa.line import Line
from bot.zalo.oa.oauth import REFRESH_LASTS, OAuth
from bot.zalo.oa.options import Options
from bot.zalo.oa.renewal import Renewal
from bot.zalo.oa.rotation import Rotation
from bot.zalo.oa.safe import Pair, Safe
from store import zalo_tokens
from store.database import Database
from store.zalo_tokens import Issued
from tests.conftest import Clock
from tests.zaloapi.oa.server import OaApi
from tests.zaloapi.oa.world import APP_ID, APP_SECRET, CALLBACK, OA_ID, SECRET_KEY

SECRET = b"the house's own secret"
SAFE = Safe(SECRET)


@pytest.fixture
async def oa(clock: Clock) -> AsyncIterator[OaApi]:
    """Zalo's side, on the clock of the test."""
    async with OaApi(moments=clock) as server:
        yield server


def options_of(url: str) -> Options:
    """How the door is set up for a server at this address."""
    return Options(
        APP_ID,
        SecretStr(APP_SECRET),
        SecretStr(SECRET_KEY),
        "https://nep.example/zalo/oa",
        CALLBACK,
        api=url,
        oauth=url,
        connect_seconds=2,
        read_seconds=5,
    )


@pytest.fixture
def options(oa: OaApi) -> Options:
    """How the door is set up for this server."""
    return options_of(oa.url)


@dataclass
class Life:
    """One process's hold on the tokens: its own name, its own connections."""

    rotation: Rotation
    line: Line
    api: Api


@pytest.fixture
async def begin(options: Options, clock: Clock) -> AsyncIterator[Callable[..., Life]]:
    """Begin a life: ``begin(database, "a")``; closed at the end of the test."""
    lines: list[Line] = []

    def start(database: Database, asker: str, line: Line | None = None) -> Life:
        line = line or Line(2, 5)
        lines.append(line)
        api = Api(options.api, line)
        renewal = Renewal(database, APP_ID, SAFE, OAuth(options, line), clock, asker, passing(clock))
        return Life(Rotation(database, APP_ID, SAFE, api, clock, asker, renewal.exchange), line, api)

    yield start
    for line in lines:
        await line.close()


def consent(database: Database, oa: OaApi, clock: Clock) -> None:
    """A fresh consent, as if the operator had just walked through it."""
    consented_with(database, oa.tokens.issue(), clock())


def consented_with(database: Database, told: dict[str, str], now: datetime) -> None:
    """The store after a consent that Zalo has answered with this pair."""
    pair = Pair(SecretStr(told["access_token"]), SecretStr(told["refresh_token"]))
    ends_at = now + timedelta(seconds=int(told["expires_in"]))
    with database.transaction() as session:
        zalo_tokens.consented(session, APP_ID, OA_ID, Issued(SAFE.seal(pair), ends_at, now + REFRESH_LASTS))


def passing(clock: Clock) -> Callable[[float], Awaitable[None]]:
    """A pause that moves the clock instead of taking time."""

    async def wait(seconds: float) -> None:
        clock.forward(seconds=seconds)

    return wait
