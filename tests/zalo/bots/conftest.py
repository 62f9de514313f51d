"""A Bot Platform server, An in front of it, and the parts of the door between them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from pydantic import SecretStr

from bot.zalo.bots.channel import ZaloBotChannel
from bot.zalo.bots.client import Client
from bot.zalo.bots.options import Options
from content.message import Choice, Message
from content.phrases import Phrases
from scheduler.channel import Parcel
from tests.conftest import Clock
from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots

QUESTION = Message(
    "Câu 1/2. Khi người dân đến nộp hồ sơ, việc nào phù hợp?",
    (
        Choice("Chào hỏi, mời ngồi và hướng dẫn rõ giấy tờ cần nộp", "answer:1:1:1"),
        Choice("Để người dân tự đọc bảng niêm yết", "answer:1:1:2"),
    ),
    "Trả lời bằng số 1–2. Hạn: 17:00 thứ Năm 26/11.",
)
REST = 3600.0


class Rests:
    """Stands in for sleeping: remembers how long, lets others work, and cancels after `limit` rests."""

    def __init__(self, limit: int = 1000) -> None:
        self.seconds: list[float] = []
        self.limit = limit

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) >= self.limit:
            raise asyncio.CancelledError
        await asyncio.sleep(0)


def parcel(an: Person, message: Message = QUESTION) -> Parcel:
    """A parcel for An."""
    return Parcel(1, "token", 7, an.chat_id, "round", message)


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something has happened in another task."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is waited for lives in many places
            await asyncio.sleep(0.001)


@pytest.fixture
async def api() -> AsyncIterator[ZaloBots]:
    """A server whose waits are a thousand times shorter."""
    async with ZaloBots(time_factor=0.001) as server:
        yield server


@pytest.fixture
async def an(api: ZaloBots) -> Person:
    """An, who has already written to the bot."""
    return api.bot.person("An", started=True)


@pytest.fixture
def options(api: ZaloBots) -> Options:
    """How the door is set up for this server."""
    return Options(SecretStr(api.bot.token), api.url, rest_seconds=REST, read_seconds=5)


@pytest.fixture
async def client(options: Options) -> AsyncIterator[Client]:
    """The line to the server."""
    line = Client(options)
    yield line
    await line.close()


@pytest.fixture
def rests() -> Rests:
    """The pauses somebody wanted."""
    return Rests()


@pytest.fixture
def woken() -> list[None]:
    """One entry for each time the reception was woken."""
    return []


def link(account_id: int, token: str) -> str:
    """A link as the house would sign it."""
    return f"https://nep.example.vn/tai/{token}/{account_id}"


@pytest.fixture
def channel(client: Client, options: Options, phrases: Phrases, clock: Clock) -> ZaloBotChannel:
    """The channel as the drain gets it, of a house with a public address."""
    return ZaloBotChannel(client, options, phrases, clock, link)
