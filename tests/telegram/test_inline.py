"""Inline mode: cards for who is linked, an invitation for who is not, and polling that never notices."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiogram import Bot
from pydantic import SecretStr
from sqlmodel import Session
from starlette.applications import Starlette

from bot.sharing import Shared
from bot.telegram.at_once import AtOnce
from bot.telegram.flood import FloodPause
from bot.telegram.hearing import ALLOWED, understand
from bot.telegram.inline import BURST, WAITING, InlineAnswers
from bot.telegram.options import WebhookOptions
from bot.telegram.receive import Polling
from bot.telegram.toasts import Toasts
from bot.telegram.webhook import webhook_routes
from store import inbox
from store.database import Database
from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.conftest import Clock
from tests.telegram.conftest import until

CARD = Shared("TP-1", "Trang phục khi làm việc", "Điều 5 Quyết định 129/2007/QĐ-TTg", "Gọn gàng, lịch sự.")
AN = {"id": 11, "is_bot": False, "first_name": "An"}


class Shelf:
    """Finds what it was given for An alone, or meets trouble; remembers what was asked."""

    def __init__(self) -> None:
        self.found: list[Shared] = [CARD]
        self.trouble: Exception | None = None
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, address: str, typed: str) -> list[Shared] | None:
        self.asked.append((address, typed))
        if self.trouble:
            raise self.trouble
        return self.found if address == "11" else None


@pytest.fixture
def shelf() -> Shelf:
    """The cards."""
    return Shelf()


@pytest.fixture
def answers(bot: Bot, flood: FloodPause, clock: Clock, shelf: Shelf) -> InlineAnswers:
    """What answers inline queries."""
    return InlineAnswers(bot, flood, clock, shelf, "Kết nối với Trợ lý")


@pytest.fixture
async def polling(
    bot: Bot, database: Database, clock: Clock, flood: FloodPause, answers: InlineAnswers
) -> AsyncIterator[Polling]:
    """A poller, with the answers at work."""
    at_once = AtOnce(Toasts(bot, "Đã nhận.", flood), answers)
    serving = asyncio.create_task(at_once.run())
    yield Polling(bot, database, clock, lambda: None, at_once, poll_seconds=1)
    serving.cancel()


def kept(session: Session) -> list[str]:
    """The bodies in the inbox."""
    return [row.body for row in inbox.waiting(session, 100)]


async def test_who_is_linked_is_offered_cards_to_share(polling: Polling, an: Person, shelf: Shelf) -> None:
    await an.asks_inline("trang phu\u0323c")
    await polling.turn()
    await until(lambda: an.offered)
    [answer] = an.offered
    [offer] = answer.offers
    assert (offer.result_id, offer.title, offer.description, offer.text) == (
        CARD.code,
        CARD.title,
        CARD.source,
        CARD.text,
    )
    assert answer.is_personal
    assert 0 < answer.cache_time <= 60
    assert answer.button is None
    assert shelf.asked == [("11", "trang phục")]


async def test_who_is_not_linked_is_offered_to_connect_and_nothing_else(polling: Polling, api: BotApi) -> None:
    em = api.person(55, "Em")
    await em.asks_inline("trang phuc")
    await polling.turn()
    await until(lambda: em.offered)
    [answer] = em.offered
    assert (answer.offers, answer.button, answer.cache_time) == ([], ("Kết nối với Trợ lý", "ketnoi"), 0)


async def test_a_query_is_kept_nowhere_and_the_words_around_it_are(
    polling: Polling, database: Database, api: BotApi, an: Person
) -> None:
    await an.says("menu")
    await an.asks_inline("bí mật của tôi")
    await an.says("1")
    await polling.turn()
    bodies = await database.run(kept)
    assert [json.loads(body)["message"]["text"] for body in bodies] == ["menu", "1"]
    await an.asks_inline("lần nữa")
    await polling.turn()
    await until(lambda: len(an.offered) == 2)
    await polling.turn()
    assert not api.updates.waiting
    assert len(await database.run(kept)) == 2


async def test_trouble_with_the_store_or_with_telegram_never_disturbs_polling(
    polling: Polling, api: BotApi, an: Person, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shelf.trouble = RuntimeError("SELECT planted words")
    await an.asks_inline("từ cần giấu")
    assert await polling.turn() == 0.0
    await until(lambda: "stayed unanswered: RuntimeError" in caplog.text)
    shelf.trouble = None
    api.faults.add("html_502", "answerInlineQuery")
    await an.asks_inline("từ cần giấu")
    assert await polling.turn() == 0.0
    await until(lambda: len([call for call in api.calls if call.method == "answerInlineQuery"]) == 1)
    await an.asks_inline("từ cần giấu")
    await polling.turn()
    await until(lambda: an.offered)
    assert "planted" not in caplog.text
    assert "cần giấu" not in caplog.text


async def test_it_keeps_still_during_a_429(
    polling: Polling, api: BotApi, an: Person, flood: FloodPause, shelf: Shelf, answers: InlineAnswers
) -> None:
    api.faults.add("flood", "answerInlineQuery", seconds=9)
    await an.asks_inline("một hai")
    await polling.turn()
    await until(lambda: flood.left() == 9)
    await an.asks_inline("ba bốn")
    await polling.turn()
    await until(lambda: not answers.waiting)
    assert len(shelf.asked) == 1
    assert an.offered == []


async def test_who_asks_too_fast_is_not_answered_and_others_are(
    answers: InlineAnswers, clock: Clock, shelf: Shelf
) -> None:
    for number in range(int(BURST) + 5):
        answers.offer(query(query=str(number)))
    assert answers.waiting == BURST
    answers.offer(query(sender={**AN, "id": 12}))
    assert answers.waiting == BURST + 1
    clock.forward(seconds=5)
    answers.offer(query())
    assert answers.waiting == BURST + 2


async def test_no_more_wait_than_can_be_answered(answers: InlineAnswers) -> None:
    for number in range(1, WAITING * 2):
        answers.offer(query(sender={**AN, "id": number}))
    assert answers.waiting == WAITING


def query(sender: Any = AN, **more: Any) -> dict[str, Any]:
    """An inline query as Telegram sends it."""
    return {"update_id": 9, "inline_query": {"id": "77", "from": sender, "query": "x", "offset": "", **more}}


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"inline_query": None},
        {"inline_query": "x"},
        query(sender=None),
        query(sender={**AN, "is_bot": True}),
        query(sender={"id": 11}),
        query(sender={**AN, "id": "11"}),
        query(sender={**AN, "id": -11}),
        query(id=77),
        query(id=""),
        query(id="x" * 65),
        query(query=None),
        query(query=["x"]),
    ],
)
def test_a_misshapen_query_is_passed_over(answers: InlineAnswers, update: dict[str, Any]) -> None:
    answers.offer(update)
    assert answers.waiting == 0


async def test_a_card_telegram_cannot_name_is_left_out_and_a_long_one_cut(
    polling: Polling, an: Person, shelf: Shelf
) -> None:
    shelf.found = [Shared("mã có dấu", "A", "", "a"), Shared("x" * 65, "B", "", "b"), Shared("C", "C", "", "c" * 9000)]
    await an.asks_inline("x")
    await polling.turn()
    await until(lambda: an.offered)
    assert [(one.result_id, len(one.text)) for one in an.offered[0].offers] == [("C", 4096)]


async def test_by_webhook_it_is_answered_too_and_not_kept(
    database: Database, clock: Clock, answers: InlineAnswers
) -> None:
    hook = WebhookOptions("https://bot.example.gov.vn/telegram/hook", SecretStr("secret"))
    app = Starlette(routes=webhook_routes(hook, database, clock, lambda: None, answers, ""))
    headers = {"X-Telegram-Bot-Api-Secret-Token": "secret"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://bot.example.gov.vn") as client:
        answer = await client.post("/telegram/hook", json=query(), headers=headers)
        stranger = await client.post("/telegram/hook", json=query())
    assert (answer.status_code, stranger.status_code, answers.waiting) == (200, 401, 1)
    assert await database.run(kept) == []


def test_it_is_asked_for(clock: Clock) -> None:
    assert "inline_query" in ALLOWED
    assert understand(query(), clock()) is None
