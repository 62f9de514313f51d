"""What was loaded can be written out and loaded again; and loading costs no query per person."""

import io
import random
import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from content.phrases import Phrases
from participation.roster import PersonRow, Roster, UnitRow
from participation.roster.comparing import compare
from participation.roster.exporting import current_roster
from participation.roster.file import write_roster
from participation.roster.reading import read_roster
from store.database import Database
from tests.conftest import Clock
from tests.participation.front_door import FrontDoor
from tests.participation.office import FOUNDED, OFFICE, applied

ROLES = ("content_admin", "roster_admin", "operator")


def random_roster(chance: random.Random) -> Roster:
    """Some of eight units in some tree, some of thirty people somewhere in it."""
    codes = chance.sample([f"U{number}" for number in range(8)], chance.randint(1, 8))
    units = [
        UnitRow(
            row,
            code,
            f"Đơn vị {chance.randint(1, 3)}",
            chance.choice(["Phòng", "Tổ"]),
            chance.choice(["", *codes[: row - 2]]),
            valid_from_on=date(2025, chance.randint(1, 12), 1),
        )
        for row, code in enumerate(codes, 2)
    ]
    people, headed = [], set()
    for row, number in enumerate(sorted(chance.sample(range(30), chance.randint(1, 30))), 2):
        unit, duty = chance.choice(codes), chance.choice(["", "", "deputy", "head"])
        if duty == "head" and unit in headed:
            duty = ""
        headed |= {unit} if duty == "head" else set()
        phone = f"09000000{number:02}" if chance.random() < 0.5 else None
        roles = frozenset(chance.sample(ROLES, chance.randint(0, 2)))
        title = chance.choice(["", "Chuyên viên", "Văn thư"])
        name = f"Người {chance.randint(1, 3)}"
        people.append(PersonRow(row, f"N{number:02}", name, unit, title, phone, "working", duty, roles))
    return Roster(tuple(units), tuple(people))


def contents(roster: Roster) -> tuple[frozenset[UnitRow], frozenset[PersonRow]]:
    """The roster whatever the order of its rows."""
    return (
        frozenset(unit._replace(row=0) for unit in roster.units),
        frozenset(one._replace(row=0) for one in roster.people),
    )


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_loaded_after_whatever_is_what_stands_then(any_database: Database, clock: Clock, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(4):
        roster = random_roster(chance)
        with any_database.transaction() as session:
            applied(session, roster, clock.forward(hours=chance.choice([0, 1, 24, 200])))
        with any_database.transaction() as session:
            assert compare(session, roster, clock()).is_empty
            standing = current_roster(session, clock())
            assert contents(standing) == contents(roster)
            assert compare(session, standing, clock()).is_empty


def test_the_exported_file_can_be_loaded_again(
    database: Database, clock: Clock, phrases: Phrases, tmp_path: Path
) -> None:
    with database.transaction() as session:
        applied(session, OFFICE, clock())
        assert read_roster(write_roster(current_roster(session, clock()), phrases), phrases) == current_roster(
            session, clock()
        )
    door = FrontDoor(database, phrases, clock)
    outcome = door.run("roster", "export", tmp_path / "ds.xlsx")
    assert outcome.exit_code == 0
    assert "4 đơn vị, 6 người" in outcome.output
    assert "Không có gì thay đổi" in door.run("roster", "import", tmp_path / "ds.xlsx", "--apply").output
    assert door.run("roster", "export", tmp_path / "no" / "ds.xlsx").exit_code == 1


def test_names_that_look_like_formulas_survive_loading_and_writing_again(
    database: Database, clock: Clock, phrases: Phrases
) -> None:
    careless = ("=1+1", "+84", "-Phòng", "@SUM(A1)")
    units = tuple(UnitRow(row, f"U{row}", name, "Phòng", valid_from_on=FOUNDED) for row, name in enumerate(careless, 2))
    people = tuple(PersonRow(row, f"N{row}", name, f"U{row}", name) for row, name in enumerate(careless, 2))
    loaded = Roster(units, people)
    for _ in range(2):
        with database.transaction() as session:
            applied(session, read_roster(write_roster(loaded, phrases), phrases), clock())
            loaded = current_roster(session, clock())
    assert contents(loaded) == contents(Roster(units, people))
    with zipfile.ZipFile(io.BytesIO(write_roster(loaded, phrases))) as book:
        assert not any(b"<f>" in book.read(name) or b"<f " in book.read(name) for name in book.namelist())


def test_loading_costs_no_query_per_person(database: Database, clock: Clock) -> None:
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    costs = []
    for size in (500, 1500):
        people = tuple(PersonRow(row, f"N{row}", f"Người {row}", "S", "x") for row in range(2, size + 2))
        before = len(statements)
        with database.transaction() as session:
            applied(session, Roster(OFFICE.units, people), clock.forward(days=1))
        costs.append(len(statements) - before)
    assert max(costs) < 40
