"""A week of an office too big for one portion, with a crash at the N-th step of each of its ticks, for every N."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from content.phrases import Phrases
from scheduler.caps import HELD_DAY
from scheduler.tick import run_tick
from store.database import Database, sqlite_url
from store.tables import Delivery, Duty, LedgerEntry, Member, Occurrence
from tests.scheduler import stage
from tests.scheduler.fakes import Crash, Death, InlineDatabase, Steps, live
from tests.scheduler.stage import LONG_AGO, MONDAY, at
from tests.simulation.town import copied

OPENING = at("2026-11-10", "09:00")
# The Monday before, then everything an opening leads to.
WEEK = [
    MONDAY,
    OPENING,
    at("2026-11-11", "14:00"),
    at("2026-11-12", "09:00"),
    at("2026-11-12", "17:00"),
    at("2026-11-13", "15:30"),
    at("2026-11-13", "17:00"),
]
Story = tuple[list[tuple[str, str]], list[tuple[str, str, str]], list[str]]


@pytest.fixture
def office(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four units, three of them with a head; portions of two people, one unit, one held message."""
    for name, few in {"portions.PEOPLE": 2, "portions.UNITS": 1, "caps.LOOKED_AT": 2, "caps.RELEASED": 1}.items():
        monkeypatch.setattr(f"scheduler.{name}", few)
    path = Path(shutil.copy(sqlite_template, tmp_path / "office.db"))
    database = Database(sqlite_url(path))
    with database.transaction() as session:
        stage.add_office(session, 1)
        for code in ("A", "B", "C"):
            unit_id = stage.add_unit(session, code)
            people = stage.add_people(session, unit_id, 2)
            session.add(Duty(person_id=people[0], unit_id=unit_id, kind="head", from_on=LONG_AGO))
    database.close()
    return path


def step(database: Database, phrases: Phrases, moment: datetime, crash_at: int = 0) -> tuple[int, int]:
    """One tick of the week, and once more if it crashed; returns how many steps it took, and how often it crashed."""
    death = Death()
    steps = Steps(crash_at, death)
    try:
        live(run_tick(InlineDatabase(database, steps, death), phrases, moment))
    except Crash:
        death.dead = False
        live(run_tick(InlineDatabase(database, steps, death), phrases, moment + timedelta(seconds=30)))
    with database.transaction() as session:
        if moment == OPENING:  # the next tick has to find room for two of them
            rows = session.exec(select(Delivery).where(col(Delivery.key).in_(("open:1:2", "open:1:4"))))
            for row in rows:
                row.state, row.reason = "held", HELD_DAY
        stage.send(session, moment + timedelta(minutes=1))
    return steps.count, int(steps.count >= crash_at > 0)


def story(database: Database) -> Story:
    """What was written, what became of each occurrence, and what the log says, without the moments."""
    with database.transaction() as session:
        rows = session.exec(select(Delivery).order_by(col(Delivery.key)))
        letters = [(row.key, row.state) for row in rows]
        steps = session.exec(select(Occurrence).order_by(col(Occurrence.due_at), col(Occurrence.id)))
        happened = [(step.kind, stage.told(step.due_at), step.state) for step in steps]
        log = sorted(entry.kind for entry in session.exec(select(LedgerEntry)))
        assert len(session.exec(select(Member)).all()) in (0, 7)
    return letters, happened, log


def test_a_crash_between_any_two_portions_changes_nothing_of_what_a_tick_writes(
    office: Path, tmp_path: Path, phrases: Phrases
) -> None:
    before, tried = office, 0
    for number, moment in enumerate(WEEK):
        quiet = copied(before, tmp_path, f"quiet-{number}")
        total, _ = step(quiet, phrases, moment)
        expected = story(quiet)
        quiet.close()
        for crash_at in range(1, total + 1):
            database = copied(before, tmp_path, f"{number}-{crash_at}")
            assert step(database, phrases, moment, crash_at)[1] == 1
            assert story(database) == expected, f"a crash at step {crash_at} of {moment}"
            database.close()
        before, tried = tmp_path / f"quiet-{number}.db", tried + total
    kinds = [key.split(":")[0] for key, _ in expected[0]]
    assert (kinds.count("open"), kinds.count("remind"), kinds.count("digest")) == (7, 5, 3)  # two were asked a day late
    assert tried > 100
