"""A crash at the N-th awaited step of the whole path, for every N, and random crashes over a whole week."""

import os
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from content.phrases import Phrases
from scheduler.calendar import load_calendar
from scheduler.rounds import open_now
from store.database import Database, sqlite_url
from store.tables import Answer, Delivery, Person, Round
from tests.kill.office import link
from tests.scheduler.fakes import START, LoopClock
from tests.scheduler.stage import PLAN, add_office
from tests.simulation.town import People, Town, check, copied

SEEDS = int(os.environ.get("SEEDS", "100"))
# Days and hours from the opening on: planning, opening, reminder, review, closing and grace, digest, freezing.
WEEK = [(-1, 0), (0, 0), (1, 5), (2, 0), (2, 8), (2, 8.3), (3, 6.5), (3, 8)]


def furnish(session: Session, people: int) -> None:
    """An office whose people are all on Telegram."""
    for number, person_id in enumerate(add_office(session, people, linked=0), 1):
        person = session.get_one(Person, person_id)
        person.phone = f"090000000{number}"
        session.flush()
        link(session, person, "telegram", str(10 + number), START)


@pytest.fixture(scope="module")
def opened(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, phrases: Phrases) -> Path:
    """Three people, a round just opened with two questions, its messages waiting."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("opened") / "opened.db"))
    database = Database(sqlite_url(path))
    with database.transaction() as session:
        furnish(session, 3)
        open_now(session, phrases, load_calendar(session), PLAN, START)
    database.close()
    return path


def town_in(database: Database, phrases: Phrases, seed: int, **habits: float) -> Town:
    return Town(database, phrases, LoopClock(START, START), People(random.Random(seed), **habits))


def answers(database: Database) -> int:
    with database.transaction() as session:
        return len(session.exec(select(Answer)).all())


def test_a_crash_at_any_step_of_the_whole_path_loses_no_answer_and_repeats_no_message(
    opened: Path, tmp_path: Path, phrases: Phrases
) -> None:
    quiet = town_in(copied(opened, tmp_path, "quiet"), phrases, 1)
    total = quiet.live()
    check(quiet)
    assert answers(quiet.database) == 6
    quiet.database.close()
    unknown = least = 0
    for number in range(1, total + 1):
        town = town_in(copied(opened, tmp_path, number), phrases, 1)
        town.live(crash_at=number)
        assert town.crashes == 1
        town.live()
        check(town)
        least = min(least or 6, answers(town.database))
        with town.database.transaction() as session:
            unknown += len(session.exec(select(Delivery).where(Delivery.state == "unknown")).all())
        town.database.close()
    assert unknown > 0
    assert least < 6  # somebody whose opening is listed as unknown may never have seen it


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_week_with_random_crashes_keeps_every_promise(
    sqlite_template: Path, tmp_path: Path, phrases: Phrases, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr("scheduler.portions.PEOPLE", 1 + seed % 3)
    database = copied(sqlite_template, tmp_path, seed)
    with database.transaction() as session:
        furnish(session, chance.randint(2, 4))
    habits = {"answers": chance.choice([0.3, 0.7, 1.0]), "double": chance.random(), "types": chance.random() / 2}
    town = town_in(database, phrases, seed, **habits)
    for day, hours in WEEK:
        due = START + timedelta(days=day, hours=hours)
        town.clock.last = due if day < 0 else max(town.clock.last, due)
        while chance.random() < 0.6:
            town.live(crash_at=chance.randint(1, 80), later=chance.uniform(0, 30))
        town.live(later=chance.uniform(0, 30))
        check(town)
    with database.transaction() as session:
        assert [round_.state for round_ in session.exec(select(Round))] == ["frozen"]
    database.close()
