"""Intake: what comes at the same time is committed together, and nobody is refused for what somebody else sent."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event

from bot.intake import Intake
from store import inbox
from store.database import Database
from store.inbox import Arrival
from tests.conftest import Clock

UNKEEPABLE = "\ud800"  # half a character: no database takes it


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def intake(any_database: Database, clock: Clock, woken: list[str]) -> Intake:
    """An intake that notes whenever it wakes somebody."""
    return Intake(any_database, clock, lambda: woken.append("woken"))


def kept(database: Database) -> list[str]:
    """The bodies in the inbox, in order."""
    with database.transaction() as session:
        return [row.body for row in inbox.waiting(session, 100)]


async def all_at_once(intake: Intake, *bodies: str) -> list[BaseException | None]:
    """They come in at the same moment; what each of them was told."""
    coming = [intake.keep(Arrival("web", str(number), body)) for number, body in enumerate(bodies)]
    return await asyncio.gather(*coming, return_exceptions=True)


async def test_what_comes_while_one_commits_is_committed_together(
    any_database: Database, intake: Intake, woken: list[str]
) -> None:
    commits: list[Any] = []
    event.listen(any_database.engine, "commit", commits.append)
    first = asyncio.create_task(intake.keep(Arrival("web", "first", "first")))
    await asyncio.sleep(0)
    assert await all_at_once(intake, *"abcdefgh") == [None] * 8
    await first
    assert len(commits) == len(woken) <= 3
    assert kept(any_database) == ["first", *"abcdefgh"]


async def test_what_comes_right_after_a_commit_waits_for_more_to_come(
    any_database: Database, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.intake.GATHER", 1.0)
    await intake.keep(Arrival("web", "first", "first"))
    following = [asyncio.create_task(intake.keep(Arrival("web", body, body))) for body in "ab"]
    await any_database.run(lambda session: None)  # a commit would have begun before this
    following.append(asyncio.create_task(intake.keep(Arrival("web", "c", "c"))))
    assert kept(any_database) == ["first"]
    await asyncio.gather(*following)
    assert kept(any_database) == ["first", *"abc"]


async def test_one_that_comes_alone_waits_for_nothing(
    any_database: Database, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.intake.GATHER", 1_000_000.0)
    await intake.keep(Arrival("web", "alone", "alone"))
    assert kept(any_database) == ["alone"]


async def test_the_same_update_twice_is_kept_once_and_confirmed_twice(
    any_database: Database, intake: Intake, woken: list[str]
) -> None:
    again = Arrival("web", "1", "a")
    await asyncio.gather(intake.keep(again), intake.keep(again))
    await intake.keep(again)
    assert kept(any_database) == ["a"]
    assert woken == ["woken"]


async def test_one_that_cannot_be_kept_takes_no_other_with_it(any_database: Database, intake: Intake) -> None:
    told = await all_at_once(intake, "a", UNKEEPABLE, "b")
    assert (told[0], told[2]) == (None, None)
    assert isinstance(told[1], Exception)
    assert kept(any_database) == ["a", "b"]
    await intake.keep(Arrival("web", "later", "c"))
    assert kept(any_database) == ["a", "b", "c"]


async def test_whoever_hangs_up_takes_no_other_with_him(any_database: Database, intake: Intake) -> None:
    gone = asyncio.create_task(intake.keep(Arrival("web", "gone", "gone")))
    stays = asyncio.create_task(intake.keep(Arrival("web", "stays", "stays")))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert gone.cancelled()
    assert "stays" in kept(any_database)
