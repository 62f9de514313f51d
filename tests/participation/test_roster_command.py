"""`roster import` and `roster template`: a dry run by default, faults in Vietnamese, nothing half-written."""

from pathlib import Path

import pytest
from sqlmodel import select

from app.sample_office import SAMPLE
from content.phrases import Phrases
from participation.roster.file import write_roster
from store.database import Database
from store.tables import Person, Unit
from tests.conftest import Clock
from tests.participation.front_door import FrontDoor
from tests.participation.office import OFFICE, without
from tests.participation.workbooks import PEOPLE, PEOPLE_HEADINGS, with_cell, workbook


@pytest.fixture
def door(database: Database, phrases: Phrases, clock: Clock) -> FrontDoor:
    return FrontDoor(database, phrases, clock)


def everyone(door: FrontDoor) -> int:
    with door.database.transaction() as session:
        return len(session.exec(select(Person).where(Person.status == "working")).all())


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_without_apply_nothing_is_written(door: FrontDoor) -> None:
    outcome = door.run("roster", "import", SAMPLE)
    assert outcome.exit_code == 0
    assert "Đã đọc office.xlsx: 14 đơn vị, 122 người." in outcome.output
    assert "Người mới: 122" in outcome.output
    assert "Chưa ghi dữ liệu nào" in outcome.output
    assert everyone(door) == 0


def test_with_apply_it_is_written_and_the_second_time_changes_nothing(door: FrontDoor) -> None:
    first = door.run("roster", "import", SAMPLE, "--apply")
    assert first.exit_code == 0
    assert first.output.endswith("Đã ghi danh sách.\n")
    assert everyone(door) == 122
    again = door.run("roster", "import", SAMPLE, "--apply")
    assert again.exit_code == 0
    assert "Không có gì thay đổi" in again.output


def test_faults_are_told_and_nothing_is_written(door: FrontDoor, tmp_path: Path) -> None:
    file = written(tmp_path / "loi.xlsx", workbook(people=with_cell(PEOPLE, 2, "Mã đơn vị", "X9")))
    outcome = door.run("roster", "import", file, "--apply")
    assert outcome.exit_code == 1
    assert outcome.output.splitlines() == [
        "Đã đọc loi.xlsx: có 1 chỗ cần sửa. Chưa ghi dữ liệu nào.",
        '- Sheet "Cán bộ", dòng 2, cột "Mã đơn vị": không có đơn vị mã "X9" ở sheet "Đơn vị".',
    ]
    with door.database.transaction() as session:
        assert session.exec(select(Unit)).all() == []


def test_a_thousand_faults_do_not_flood_the_screen(door: FrontDoor, tmp_path: Path) -> None:
    rows = [PEOPLE_HEADINGS, *([str(number), "", "P"] for number in range(1000))]
    outcome = door.run("roster", "import", written(tmp_path / "x.xlsx", workbook(people=rows)))
    assert outcome.exit_code == 1
    assert len(outcome.output.splitlines()) == 52
    assert outcome.output.splitlines()[-1] == "… và 950 chỗ khác."


def test_removing_many_needs_its_own_word(door: FrontDoor, phrases: Phrases, tmp_path: Path) -> None:
    door.run("roster", "import", written(tmp_path / "all.xlsx", write_roster(OFFICE, phrases)), "--apply")
    fewer = written(tmp_path / "fewer.xlsx", write_roster(without("CHI", "DUNG"), phrases))
    refused = door.run("roster", "import", fewer, "--apply")
    assert refused.exit_code == 1
    assert "2/6 người thôi việc, quá 20%" in refused.output
    assert everyone(door) == 6
    assert door.run("roster", "import", fewer).exit_code == 0  # looking is always allowed
    assert door.run("roster", "import", fewer, "--apply", "--confirm-removals").exit_code == 0
    assert everyone(door) == 4


@pytest.mark.parametrize("name", ["missing.xlsx", "."])
def test_a_file_that_cannot_be_opened_is_named(door: FrontDoor, tmp_path: Path, name: str) -> None:
    outcome = door.run("roster", "import", tmp_path / name)
    assert outcome.exit_code == 1
    assert "Không mở được tệp" in outcome.output


def test_a_file_that_is_no_workbook_gets_one_sentence(door: FrontDoor, tmp_path: Path) -> None:
    outcome = door.run("roster", "import", written(tmp_path / "x.xlsx", b"PK nothing"))
    assert outcome.exit_code == 1
    assert "Tệp không phải Excel .xlsx hoặc đã hỏng" in outcome.output


def test_the_template_is_written_where_asked(door: FrontDoor, tmp_path: Path) -> None:
    outcome = door.run("roster", "template", tmp_path / "mau.xlsx")
    assert outcome.exit_code == 0
    assert (tmp_path / "mau.xlsx").read_bytes().startswith(b"PK")
    refused = door.run("roster", "template", tmp_path / "no" / "mau.xlsx")
    assert refused.exit_code == 1
    assert "Không ghi được tệp" in refused.output
