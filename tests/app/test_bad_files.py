"""Files that cannot be used: every fault with its place, nothing half-written."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.opening import CannotOpen, read_library
from tests.app.command_line import CommandLine, environment
from tests.participation.workbooks import PEOPLE, PEOPLE_HEADINGS, UNITS, workbook

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "bot", "content", "participation", "reports", "scheduler", "store")


def rows(office: Path) -> list[str]:
    """Everything the database holds, as text."""
    with closing(sqlite3.connect(office)) as opened:
        return list(opened.iterdump())


def staff(count: int) -> list[list[str]]:
    return [[f"{number:03}", f"Nguyễn Văn {number}", "P", "Chuyên viên"] for number in range(count)]


def test_a_missing_column_is_named_and_nothing_is_written(nep: CommandLine, office: Path, tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    without_unit = [row[:2] + row[3:] for row in PEOPLE]
    file.write_bytes(workbook(UNITS, without_unit))
    before = rows(office)
    nep("roster", "import", file, "--apply").refuses("roster.xlsx", PEOPLE_HEADINGS[2])
    assert rows(office) == before


def test_removing_more_than_a_fifth_needs_a_word(nep: CommandLine, office: Path, tmp_path: Path) -> None:
    full, small = tmp_path / "full.xlsx", tmp_path / "small.xlsx"
    full.write_bytes(workbook(UNITS, [PEOPLE_HEADINGS, *staff(10)]))
    small.write_bytes(workbook(UNITS, [PEOPLE_HEADINGS, *staff(7)]))
    assert nep("roster", "import", full, "--apply").code == 0
    before = rows(office)
    nep("roster", "import", small, "--apply").refuses("--confirm-removals")
    assert rows(office) == before
    assert nep("roster", "import", small).code == 0
    assert rows(office) == before
    assert nep("roster", "import", small, "--apply", "--confirm-removals").code == 0
    assert rows(office) != before


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 not a workbook", b"ma,ten\n1,An\n"])
def test_a_file_that_is_no_workbook_is_refused(
    nep: CommandLine, office: Path, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "roster.xlsx").write_bytes(content)
    before = rows(office)
    nep("roster", "import", tmp_path / "roster.xlsx", "--apply").refuses("roster.xlsx")
    assert rows(office) == before


def test_figures_of_an_unknown_unit_are_refused(nep: CommandLine) -> None:
    nep("figures", "--unit", "NOWHERE").refuses("unit NOWHERE is not in the office")


def test_figures_before_the_first_round_are_refused(nep: CommandLine) -> None:
    assert nep("roster", "import", ROOT / "content" / "sample" / "office.xlsx", "--apply").code == 0
    nep("figures").refuses("no round has been opened yet")


def break_library(folder: Path) -> list[str]:
    """Three faults in two files; returns file and line of each."""
    talk, topics = folder / "giao-tiep.yaml", folder / "topics.yaml"
    lines = talk.read_text(encoding="utf-8").split("\n")
    topic = next(number for number, line in enumerate(lines) if "topic: giao-tiep-nhan-dan" in line)
    source = next(number for number, line in enumerate(lines) if "source: QD129" in line)
    lines[topic] = lines[topic].replace("giao-tiep-nhan-dan", "khong-co-that")
    lines[source] = lines[source].replace("QD129", "QD000")
    talk.write_text("\n".join(lines), encoding="utf-8")
    words = topics.read_text(encoding="utf-8").rstrip("\n") + "\n  - {code: mot-cua, group: cong-so, name: Hai lần}\n"
    topics.write_text(words, encoding="utf-8")
    return [f"giao-tiep.yaml:{topic + 1}", f"giao-tiep.yaml:{source + 1}", f"topics.yaml:{words.count(chr(10))}"]


def test_three_faults_of_the_library_are_told_at_once(tmp_path: Path) -> None:
    library = Path(shutil.copytree(ROOT / "content" / "library", tmp_path / "library"))
    places = break_library(library)
    with pytest.raises(CannotOpen) as refused:
        read_library(library)
    for place in places:
        assert place in str(refused.value)


def test_a_broken_library_stops_the_command_before_anything_is_written(office: Path, tmp_path: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / "nep" / room)
    places = break_library(tmp_path / "nep" / "content" / "library")
    given = environment(agency="Sở Mẫu", database=office, code_secret_file=tmp_path / "key", port=0)
    before = rows(office)
    for command in ("check", "run"):
        ended = subprocess.run(
            [sys.executable, "-m", "app", command],
            cwd=tmp_path / "nep",
            env=given | {"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        said = ended.stdout + ended.stderr
        assert (ended.returncode, "Traceback" in said) == (1, False), said
        for place in places:
            assert place in said
    assert rows(office) == before
