"""A Bot API server, An in front of it, and the parts of the door between them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from aiogram import Bot
from pydantic import SecretStr

from bot.telegram.flood import FloodPause
from bot.telegram.options import Options
from bot.telegram.send import TelegramChannel
from bot.telegram.session import build_bot
from content.message import Choice, Message
from scheduler.channel import Parcel
from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.conftest import Clock

QUESTION = Message(
    "Câu 1/2. Khi người dân đến nộp hồ sơ, việc nào phù hợp?",
    (
        Choice("Chào hỏi, mời ngồi và hướng dẫn rõ giấy tờ cần nộp", "answer:1:1:1"),
        Choice("Để người dân tự đọc bảng niêm yết", "answer:1:1:2"),
        Choice("Hẹn buổi khác", "answer:1:1:3"),
    ),
    "Trả lời bằng số 1–3. Hạn: 17:00 thứ Năm 26/11.",
)


def parcel(message: Message = QUESTION, address: str = "11", names: str = "tok_-EN123456789") -> Parcel:
    """A parcel for An, unless told otherwise; `names` is the delivery's token."""
    return Parcel(1, names, 1, address, "round", message)


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something has happened in another task."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is waited for lives in many places
            await asyncio.sleep(0.001)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A server whose waits are a thousand times shorter."""
    async with BotApi(time_factor=0.001) as server:
        yield server


@pytest.fixture
async def an(api: BotApi) -> Person:
    """An, who has already talked to the bot."""
    return api.person(11, "An", started=True)


@pytest.fixture
def options(api: BotApi) -> Options:
    """How the door is set up for this server."""
    return Options(SecretStr(api.token), api.url, poll_seconds=1)


@pytest.fixture
async def make_bot(options: Options) -> AsyncIterator[Callable[..., Bot]]:
    """Bots that are closed at the end of the test."""
    made: list[Bot] = []

    def make(chosen: Options = options) -> Bot:
        made.append(build_bot(chosen))
        return made[-1]

    yield make
    for bot in made:
        await bot.session.close()


@pytest.fixture
def bot(make_bot: Callable[..., Bot]) -> Bot:
    """The bot on its own line."""
    return make_bot()


@pytest.fixture
def flood(clock: Clock) -> FloodPause:
    """The pause after a 429, by the test's clock."""
    return FloodPause(clock)


@pytest.fixture
def channel(bot: Bot, flood: FloodPause) -> TelegramChannel:
    """The channel as the drain gets it."""
    return TelegramChannel(bot, flood)
