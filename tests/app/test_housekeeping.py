"""Once a day what is old is forgotten; and what health and metrics say of gates, Telegram and a broken database."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from sqlmodel import Session, select

from app.commands import check
from app.housekeeping import Tidied, tidy
from app.opening import CannotOpen, OpenHouse
from app.settings import Settings
from app.wiring import Assistant, assemble
from content.library import Library
from content.message import Choice, Message
from content.phrases import Phrases
from scheduler import calendar, pace
from store import inbox, outbox, transcript
from store.database import Database
from store.outbox import Outgoing
from store.tables import Account, Delivery, Person, Placement, Setting, TranscriptLine
from tests.conftest import Clock
from tests.scheduler import stage

LONG = timedelta(days=90, seconds=1)
QUESTION = Message("Chọn cách nào?", (Choice("Một", "say:menu"), Choice("Hai", "say:menu"))).dumps()


def account(session: Session, address: str, state: str, heard_at: datetime) -> Account:
    made = Account(channel="web", address=address, state=state, last_heard_at=heard_at)
    session.add(made)
    session.flush()
    return made


def told(session: Session, to: Account, key: str, state: str, settled_at: datetime | None) -> Delivery:
    """A message with choices that reached this account's transcript, and what the person said to it."""
    outbox.put(session, [Outgoing(key, to.id or 0, to.channel, "reply", QUESTION, to.last_heard_at or stage.MONDAY)])
    row = session.exec(select(Delivery).where(Delivery.key == key)).one()
    row.state, row.settled_at = state, settled_at
    session.add(row)
    session.flush()
    transcript.said(session, to.id or 0, row.id or 0, "{}", row.due_at)
    return row


def bodies(database: Database) -> dict[str, str]:
    with database.transaction() as session:
        return {row.key: row.body for row in session.exec(select(Delivery))}


def test_words_of_messages_settled_long_ago_go_and_their_rows_stay(any_database: Database, clock: Clock) -> None:
    now = clock()
    with any_database.transaction() as session:
        an = account(session, "an", "active", now)
        for state in ("sent", "refused", "unknown", "missed", "dropped"):
            told(session, an, f"old {state}", state, now - LONG)
        told(session, an, "young", "sent", now - timedelta(days=89))
        for state in ("waiting", "held", "sending"):
            told(session, an, state, state, None)
    with any_database.transaction() as session:
        assert outbox.forget_old(session, now) == 5
        assert outbox.forget_old(session, now) == 0
    blank = {key for key, body in bodies(any_database).items() if body == "{}"}
    assert blank == {f"old {state}" for state in ("sent", "refused", "unknown", "missed", "dropped")}
    with any_database.transaction() as session:
        assert len(session.exec(select(TranscriptLine)).all()) == 9  # An's own page keeps its lines


def test_strangers_silent_for_long_are_forgotten_and_nobody_else(any_database: Database, clock: Clock) -> None:
    now = clock()
    with any_database.transaction() as session:
        for name, state, heard_at in (
            ("silent", "stranger", now - LONG),
            ("talking", "stranger", now - timedelta(days=89)),
            ("joined", "active", now - LONG),
            ("left", "unlinked", now - LONG),
        ):
            told(session, account(session, name, state, heard_at), name, "sent", now)
    with any_database.transaction() as session:
        assert outbox.forget_old(session, now) == 1
    assert [key for key, body in bodies(any_database).items() if body == "{}"] == ["silent"]
    with any_database.transaction() as session:
        left = session.exec(select(Account.address).join(TranscriptLine)).all()
    assert sorted(left) == ["joined", "left", "talking"]


def test_a_day_is_tidied_once(database: Database, clock: Clock) -> None:
    def once() -> Tidied | None:
        with database.transaction() as session:
            return tidy(session, clock())

    with database.transaction() as session:
        an = account(session, "an", "active", clock())
        told(session, an, "old", "sent", clock() - LONG)
        inbox.keep(session, [inbox.Arrival("web", "an:1", "{}")], clock() - timedelta(hours=49))
        inbox.done(session, [1])
        stage.add_people(session, stage.add_unit(session), 1)
        person = session.exec(select(Person)).one()
        person.status = "left"
        gone_at = clock() - timedelta(days=31)
        session.add(
            Placement(person_id=person.id or 0, unit_id=person.unit_id, title="", status="left", from_at=gone_at)
        )
    assert once() == Tidied(updates=1, messages=1, leavers=1)
    clock.forward(hours=14, minutes=59)
    assert once() is None
    clock.forward(minutes=1)  # midnight at the office
    assert once() == Tidied(updates=0, messages=0, leavers=0)
    with database.transaction() as session:
        assert session.get_one(Setting, "tidied_on").value == "2026-11-11"
        assert session.exec(select(Person.name)).one() == ""


@pytest.fixture
def house(database: Database, phrases: Phrases, clock: Clock, tmp_path: Path) -> OpenHouse:
    """An open house without Telegram."""
    settings = Settings.model_construct(agency="Sở Mẫu", code_secret_file=str(tmp_path / "key"), telegram_token=None)
    return OpenHouse(settings, database, phrases, clock)


@pytest.fixture
async def assistant(house: OpenHouse) -> Assistant:
    """Everything put together, nothing running."""
    return await assemble(house, Library({}, {}, {}, {}, {}))


@pytest.fixture
async def page(assistant: Assistant) -> AsyncIterator[httpx.AsyncClient]:
    """The pages, without a server."""
    transport = httpx.ASGITransport(app=assistant.pages)
    async with httpx.AsyncClient(transport=transport, base_url="http://nep.test") as client:
        yield client


async def test_an_old_button_says_that_it_is_no_longer_valid(
    assistant: Assistant, database: Database, phrases: Phrases, clock: Clock
) -> None:
    with database.transaction() as session:
        stage.add_people(session, stage.add_unit(session), 1)
        an = account(session, "an", "active", clock())
        an.person_id = 1
        pressed = told(session, an, "old", "sent", clock() - LONG)
        an.prompt_id = pressed.id
    await assistant.tick()
    assert bodies(database)["old"] == "{}"
    said = [("1", f'{{"address": "an", "id": "1", "token": "{pressed.token}", "number": 2}}')]
    said += [("2", '{"address": "an", "id": "2", "text": "2"}')]
    with database.transaction() as session:
        inbox.keep(session, [inbox.Arrival("web", f"an:{number}", body) for number, body in said], clock())
    assert await assistant.reception.drain() == 2
    answers = [Message.loads(body).text for key, body in bodies(database).items() if key.startswith("reply:")]
    assert answers == [phrases("quiz.no_longer_valid"), phrases("menu.unclear")]
    with database.transaction() as session:
        assert inbox.count(session, "parked") == 0
        lines = session.exec(select(TranscriptLine.body).where(TranscriptLine.who == "person")).all()
    assert '"text": "2"' in lines[0]


async def test_public_days_are_never_worked_out_while_a_transaction_holds_the_store(
    assistant: Assistant, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = []

    def known(_first: int) -> tuple[frozenset[date], frozenset[date]]:
        where.append(threading.current_thread().name)
        return frozenset(), frozenset()

    monkeypatch.setattr(calendar, "_decade", known)
    calendar.public_days.cache_clear()
    clock.to(datetime(2029, 12, 31, 9, tzinfo=UTC))
    await assistant.tick()
    calendar.public_days.cache_clear()
    assert len(where) == 2  # for this year and the next, in the decade after
    assert not any(name.startswith("store") for name in where)


async def test_metrics_tell_how_long_a_gate_stays_closed(
    page: httpx.AsyncClient, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        for bot, seconds in (("telegram:1", 600), ("telegram:2", -600)):
            pace.close(session, pace.lock(session, bot, 25.0, clock()), 25.0, clock(), seconds, "FLOOD")
        pace.lock(session, "web", 25.0, clock())
    shown = (await page.get("/metrics")).text
    for bot, left in (("telegram:1", "600.0"), ("telegram:2", "0.0"), ("web", "0.0")):
        assert f'nep_gate_closed{{bot="{bot}"}} {left}\n' in shown


async def test_a_broken_database_is_503_and_not_500(page: httpx.AsyncClient, database: Database) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE delivery RENAME TO elsewhere")
        connection.commit()
    for path in ("/healthz", "/metrics"):
        answer = await page.get(path)
        assert answer.status_code == 503
        assert "OperationalError" in answer.text
        assert "delivery" not in answer.text


async def test_health_tells_how_telegram_is(page: httpx.AsyncClient, assistant: Assistant) -> None:
    async def state() -> object:
        return (await page.get("/healthz")).json()["telegram"]

    assert await state() == "off"
    assistant.telegram = SimpleNamespace(trouble="")
    assert await state() == "good"
    assistant.telegram.trouble = "telegram.trouble.network"
    assert await state() == "telegram.trouble.network"
    assistant.polling = asyncio.create_task(asyncio.sleep(0))
    await assistant.polling
    assert await state() == "closed"


async def test_health_tells_how_each_zalo_bot_is(page: httpx.AsyncClient, assistant: Assistant) -> None:
    async def state() -> object:
        return (await page.get("/healthz")).json()["zalo_bots"]

    assert await state() == {}
    assistant.zalo_bots = [SimpleNamespace(number="1", trouble=""), SimpleNamespace(number="2", trouble="x.y")]
    assert await state() == {"1": "good", "2": "x.y"}
    assistant.zalo_hearing = {"1": asyncio.create_task(asyncio.sleep(0))}
    await assistant.zalo_hearing["1"]
    assert await state() == {"1": "closed", "2": "x.y"}


def test_check_tells_faults_of_plans_with_file_and_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert check._plans() == "good, 1 in content/plans/default.yaml"
    broken = Path(shutil.copy(stage.PLANS, tmp_path / "default.yaml"))
    lines = broken.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "opens:" in text)
    broken.write_text("\n".join(lines).replace("weekday: tue", "weekday: someday"), encoding="utf-8")
    monkeypatch.setattr(check, "PLANS", broken)
    with pytest.raises(CannotOpen, match=f"default.yaml:{line}"):
        check._plans()
