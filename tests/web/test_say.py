"""What the page may say, and how often."""

import json
import uuid
from typing import Any

import httpx
import pytest
from sqlmodel import Session, select
from starlette.requests import Request
from starlette.types import Message

from bot.budget import Budget
from bot.receiving import TooSlow, body_of
from content.phrases import Phrases
from store.database import Database
from store.tables import Account, InboxRow
from tests.conftest import Clock
from tests.web.office import Office
from tests.web.visitor import Visitor

MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }} {% raw %}",
    "'; DROP TABLE inbox; --",
    "\u202edưới lên\u202c",
    "👩‍👩‍👧‍👦" * 100,
]


def bodies(session: Session) -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in session.exec(select(InboxRow).order_by(InboxRow.id))]  # type: ignore[arg-type]


async def test_words_are_kept_before_they_are_confirmed(office: Office, visitor: Visitor) -> None:
    office.echo.is_asleep = True
    answer = await visitor.says("  Chào Trợ lý\n")
    assert answer.status_code == 202
    [kept] = await office.database.run(bodies)
    assert kept["text"] == "Chào Trợ lý"
    assert kept["id"] == answer.json()["id"]


async def test_the_same_id_is_confirmed_again_and_heard_once(office: Office, visitor: Visitor) -> None:
    same = str(uuid.uuid4())
    answers = [await visitor.says("một lần", same) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [202] * 5
    async with visitor.listens() as ear:
        lines = [await ear.next(), await ear.next()]
    assert [line["text"] for line in lines] == ["một lần", "Đã nghe: một lần"]
    assert len((await visitor.lines())["lines"]) == 2


async def test_opening_the_page_makes_no_account_and_leaves_no_trace(office: Office, visitor: Visitor) -> None:
    assert (await visitor.lines())["lines"] == []
    assert await office.database.run(lambda session: session.exec(select(Account)).all()) == []
    assert await office.database.run(bodies) == []


async def test_a_pressed_button_is_shown_with_its_label(office: Office, visitor: Visitor) -> None:
    await visitor.says("câu hỏi")
    async with visitor.listens() as ear:
        question = (await ear.until("câu hỏi"), await ear.next())[1]
        await visitor.posts({"id": str(uuid.uuid4()), "token": question["token"], "number": 2})
        pressed = await ear.next()
    assert pressed["text"] == "2. Hướng dẫn đầy đủ một lần bằng phiếu"
    assert (pressed["token"], pressed["number"]) == (question["token"], 2)
    assert "action" not in json.dumps(question)
    assert "answer:1" not in json.dumps(question)


async def test_the_label_of_someone_elses_button_is_not_told(office: Office, visitor: Visitor) -> None:
    await visitor.says("câu hỏi")
    async with visitor.listens() as ear:
        question = (await ear.until("câu hỏi"), await ear.next())[1]
    async with Visitor(office.url) as stranger:
        await stranger.posts({"id": str(uuid.uuid4()), "token": question["token"], "number": 2})
        async with stranger.listens() as ear:
            assert (await ear.next())["text"] == "2"


@pytest.mark.parametrize("text", MARKUP)
async def test_markup_comes_back_as_the_text_it_was(visitor: Visitor, text: str) -> None:
    assert (await visitor.says(text)).status_code == 202
    async with visitor.listens() as ear:
        assert (await ear.next())["text"] == text
        assert (await ear.next())["text"] == f"Đã nghe: {text}"


async def test_what_no_database_takes_is_cleaned_away(office: Office, visitor: Visitor) -> None:
    office.echo.is_asleep = True
    raw = b'{"id": "%s", "text": "a\\u0000b\\ud800c\\u001b[31m"}' % str(uuid.uuid4()).encode()
    answer = await visitor.client.post("say", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 202
    [kept] = await office.database.run(bodies)
    assert kept["text"] == "ab?c[31m"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(b"", 422, id="empty"),
        pytest.param(b"[]", 422, id="not an object"),
        pytest.param(b"[" * 16_000, 422, id="sixteen thousand deep"),
        pytest.param(b"\xff\xfe{}", 422, id="not UTF-8"),
        pytest.param(b'{"text": "a"}', 422, id="no id"),
        pytest.param(b'{"id": "1:2", "text": "a"}', 422, id="an id that is none"),
        pytest.param(b'{"id": "%b"}', 422, id="nothing said"),
        pytest.param(b'{"id": "%b", "text": " \\n "}', 422, id="only white space"),
        pytest.param(b'{"id": "%b", "text": 5}', 422, id="a number for text"),
        pytest.param(b'{"id": "%b", "token": "a b", "number": 1}', 422, id="a token that is none"),
        pytest.param(b'{"id": "%b", "token": "ab", "number": true}', 422, id="true for a number"),
        pytest.param(b'{"id": "%b", "token": "ab", "number": -1}', 422, id="a number below one"),
        pytest.param(b'{"id": "%b", "text": "' + b"a" * 4_001 + b'"}', 422, id="too many letters"),
        pytest.param(b'{"id": "%b", "text": "' + b"a" * 17_000 + b'"}', 413, id="too many bytes"),
    ],
)
async def test_what_cannot_be_kept_is_refused_in_words(
    office: Office, visitor: Visitor, raw: bytes, status: int
) -> None:
    raw = raw.replace(b"%b", str(uuid.uuid4()).encode())
    answer = await visitor.client.post("say", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert "Anh/Chị" in answer.json()["problem"]
    assert await office.database.run(bodies) == []


async def test_four_thousand_vietnamese_letters_are_fine(visitor: Visitor) -> None:
    assert (await visitor.says("ệ" * 4_000)).status_code == 202


async def test_a_flood_is_slowed_down_for_one_address_only(database: Database, clock: Clock, phrases: Phrases) -> None:
    small = Office(database, clock, phrases, budget=Budget(rate=0.001, burst=3))
    async with small.open() as office, Visitor(office.url) as loud, Visitor(office.url) as quiet:
        answers = [await loud.says(str(number)) for number in range(5)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
        assert answers[-1].headers["retry-after"] == "1"
        assert "Trợ lý" in answers[-1].json()["problem"]
        assert (await quiet.says("xin chào")).status_code == 202


def test_a_budget_fills_up_again_and_forgets_the_idle() -> None:
    budget = Budget(rate=2, burst=2)
    assert [budget.spend("an", 0.0) for _ in range(3)] == [True, True, False]
    assert [budget.spend("an", 0.5) for _ in range(2)] == [True, False]
    for number in range(12_000):
        budget.spend(str(number), 100.0 + number)
    assert len(budget._left) <= 10_001


async def test_no_cookie_means_nobody_is_talking(office: Office) -> None:
    async with httpx.AsyncClient(base_url=office.url) as client:
        headers = {"Sec-Fetch-Site": "same-origin"}
        said = await client.post("/say", json={"id": str(uuid.uuid4()), "text": "a"}, headers=headers)
        answers = [said, await client.get("/stream"), await client.get("/lines")]
    assert [answer.status_code for answer in answers] == [401] * 3


async def test_someone_who_leaves_while_speaking_breaks_nothing() -> None:
    leaving: list[Message] = [
        {"type": "http.request", "body": b'{"id":', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return leaving.pop(0)

    with pytest.raises(TooSlow):
        await body_of(Request({"type": "http", "method": "POST", "headers": []}, receive), 100, 1.0)
