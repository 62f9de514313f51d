"""A database that is damaged, held, out of reach or not migrated: one message says what to do, nothing is written."""

import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store.database import Database, sqlite_url
from store.solo import Solo
from tests.app.command_line import CommandLine

SECRET = "planted-pass-word"
COMMANDS = [("migrate",), ("figures",), ("run",), ("check",), ("roster", "import", "content/sample/office.xlsx")]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_damaged_file_is_named_and_left_as_it_is(nep: CommandLine, tmp_path: Path, command: tuple[str, ...]) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this was never a database" * 400)
    before = broken.read_bytes()
    nep(*command, database=broken).refuses("broken.db", "damaged; restore a backup")
    assert broken.read_bytes() == before


def test_a_page_damaged_in_the_middle_is_told_as_well(nep: CommandLine, office: Path) -> None:
    whole = bytearray(office.read_bytes())
    whole[100:4096] = b"\xff" * 3996
    office.write_bytes(whole)
    nep("check").refuses("nep.db", "damaged; restore a backup")
    assert office.read_bytes() == bytes(whole)


def test_a_database_locked_by_another_program_is_told_after_waiting(nep: CommandLine, office: Path) -> None:
    before = office.read_bytes()
    with closing(sqlite3.connect(office, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        nep("figures", database=f"sqlite:///{office}?timeout=0.2").refuses("locked", "stop that process and try again")
        other.execute("ROLLBACK")
    assert office.read_bytes() == before


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_a_second_process_on_the_same_database_is_refused(nep: CommandLine, office: Path, command: str) -> None:
    database = Database(sqlite_url(office))
    first = Solo(database.engine)
    nep(command).refuses("another nep process works on this database", "stop it first")
    first.release()
    database.close()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_folder_that_cannot_be_is_named(nep: CommandLine, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("in the way")
    nep(*command, database=tmp_path / "file" / "nep.db").refuses("file/nep.db", "check the path and its rights")
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_folder_instead_of_a_file_is_named(nep: CommandLine, tmp_path: Path) -> None:
    nep("migrate", database=tmp_path).refuses(str(tmp_path), "check the path and its rights")


def test_a_lock_that_cannot_be_written_is_named(nep: CommandLine) -> None:
    nep("migrate", database="/proc/nep.db").refuses("/proc/nep.db", "check the path and its rights")


@pytest.mark.parametrize("command", [one for one in COMMANDS if one != ("migrate",)], ids=" ".join)
def test_a_database_not_migrated_is_left_alone(nep: CommandLine, tmp_path: Path, command: tuple[str, ...]) -> None:
    nep(*command, database=tmp_path / "new.db").refuses("new.db is not up to date: run ./nep migrate")
    with closing(sqlite3.connect(tmp_path / "new.db")) as new:
        assert new.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_postgresql_out_of_reach_is_told_without_its_password(nep: CommandLine, command: tuple[str, ...]) -> None:
    with _closed_port() as port:
        ended = nep(*command, database=f"postgresql://nep:{SECRET}@127.0.0.1:{port}/nep")
    ended.refuses("postgresql", "refused", "check that it is reachable")
    assert SECRET not in ended.said


@pytest.mark.parametrize("address", ["mysql://nep:planted-pass-word@db/nep", "postgresql://nep:planted-pass-word@[db"])
def test_an_address_of_no_use_is_told_without_its_password(nep: CommandLine, address: str) -> None:
    ended = nep("migrate", database=address)
    ended.refuses("database")
    assert SECRET not in ended.said


def test_migrating_twice_changes_nothing(nep: CommandLine, sqlite_template: Path, office: Path) -> None:
    shutil.copy(sqlite_template, office)
    assert nep("migrate").said == nep("migrate").said
    assert nep("migrate").code == 0


@contextmanager
def _closed_port() -> Iterator[int]:
    """A port that is taken but not listened on: whoever knocks is refused at once."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])
