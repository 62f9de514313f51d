"""Reception: one update that cannot be handled holds up nobody, and a database out of reach is nobody's fault."""

import asyncio
import sqlite3
from datetime import datetime
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from bot import reception as room
from bot.conversation.talk import House
from bot.heard import FILE, TEXT, Heard
from bot.reception import Reception
from content.phrases import Phrases
from store import inbox
from store.database import Database
from store.inbox import Arrival
from store.tables import Delivery, InboxRow
from tests.conftest import Clock
from tests.scheduler.fakes import live

POISON = "poison"


def hear(body: str, heard_at: datetime) -> Heard:
    """What was said, by whoever is named first; poison cannot even be read."""
    if body == POISON:
        raise ValueError(body)
    address, _, text = body.partition(":")
    return Heard("telegram", address, TEXT, heard_at, text)


@pytest.fixture
def reception(database: Database, phrases: Phrases) -> Reception:
    """A reception for one channel."""
    house = House(phrases, "Sở Mẫu", b"secret", "1", {})
    return Reception(database, house, {"telegram": hear}, lambda: None)


def arrive(database: Database, clock: Clock, *bodies: str) -> None:
    """These updates come in, in order."""
    with database.transaction() as session:
        arrivals = [Arrival("telegram", str(number), body) for number, body in enumerate(bodies)]
        inbox.keep(session, arrivals, clock())


def states(session: Session) -> list[tuple[str, int]]:
    """State and tries of every update, in order."""
    return [(row.state, row.tries) for row in session.exec(select(InboxRow).order_by(InboxRow.id))]  # type: ignore[arg-type]


async def test_a_poisoned_update_is_parked_and_those_behind_it_are_answered(
    database: Database, clock: Clock, reception: Reception
) -> None:
    arrive(database, clock, "an:/start", POISON, "chi:/start")
    await reception.drain()
    with database.transaction() as session:
        assert states(session) == [("done", 0), ("parked", 3), ("done", 0)]
        assert len(session.exec(select(Delivery)).all()) == 2


@pytest.mark.parametrize(("took", "gathered"), [(0.005, 0.02), (0.02, 0.08), (0.5, 0.1)])
def test_updates_gather_for_longer_the_longer_a_batch_took_but_not_for_ever(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, took: float, gathered: float
) -> None:
    begun: list[float] = []

    async def work_once() -> int:
        begun.append(asyncio.get_running_loop().time())
        await asyncio.sleep(took)
        return 3

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(reception.run())
            await asyncio.sleep(3)
            reception.stop()

    monkeypatch.setattr(reception, "work_once", work_once)
    live(work())
    apart = [later - earlier for earlier, later in pairwise(begun)]
    assert apart == pytest.approx([took + gathered] * len(apart))
    assert len(begun) > 3


async def test_the_upload_desk_hears_of_files_and_of_nothing_else(
    database: Database, clock: Clock, reception: Reception
) -> None:
    bells: list[int] = []
    reception.filed = lambda: bells.append(reception.handled)
    arrive(database, clock, "an:menu", "binh:menu")
    await reception.drain()
    assert bells == []
    reception.hears = {"telegram": lambda body, at: Heard("telegram", "an", FILE, at, file_name=body)}
    with database.transaction() as session:
        inbox.keep(session, [Arrival("telegram", "2", "a.xlsx")], clock())
    await reception.drain()
    assert bells == [3]


async def test_who_wrote_what_cannot_be_handled_gets_one_neutral_sentence(
    database: Database, clock: Clock, reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "respond", lambda *_: 1 / 0)
    arrive(database, clock, "an:menu")
    await reception.drain()
    with database.transaction() as session:
        assert states(session) == [("parked", 3)]
        [apology] = session.exec(select(Delivery.body)).all()
    assert "Trợ lý chưa xử lý được tin này" in apology


async def test_a_database_out_of_reach_costs_an_update_none_of_its_tries(
    database: Database, clock: Clock, reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        reason = sqlite3.OperationalError("database is locked")
        reason.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise OperationalError("SELECT 1", {}, reason)

    arrive(database, clock, "an:/start")
    with monkeypatch.context() as trouble:
        trouble.setattr(room, "respond", locked)
        for _ in range(5):
            with pytest.raises(OperationalError):
                await reception.work_once()
    await reception.drain()
    with database.transaction() as session:
        assert states(session) == [("done", 0)]


async def test_a_statement_the_database_cannot_understand_is_the_updates_own_fault(
    database: Database, clock: Clock, reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "respond", lambda talk, _: talk.session.execute(text("SELECT 1 FROM nowhere")))
    arrive(database, clock, "an:/start")
    await reception.drain()
    with database.transaction() as session:
        assert states(session) == [("parked", 3)]
