"""The demo as a process: it says when it is ready, stops when asked, and a second one goes on where it stopped."""

import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from tests.app.command_line import ROOT, environment

READY = re.compile(r"sẵn sàng: (http://localhost:\d+)")


def demo(folder: Path, port: int, *options: str, stop: signal.Signals = signal.SIGTERM) -> str:
    """One demo from its start until it is ready, stopped then; returns what it said."""
    with subprocess.Popen(
        [sys.executable, "-m", "app", "demo", "--port", str(port), *options],
        cwd=folder,
        env=environment() | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = ""
        while not READY.search(said):
            line = process.stdout.readline()
            assert line, said
            said += line
        process.send_signal(stop)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said + rest
    return said + rest


def standing(folder: Path) -> tuple[list[tuple[str, str]], list[int], datetime]:
    """People by code and name, the counts of accounts, rounds and answers, and how far the clock has come."""
    with closing(sqlite3.connect(folder / "var" / "demo" / "nep.db")) as opened:
        people = opened.execute("SELECT staff_code, name FROM person ORDER BY staff_code").fetchall()
        tables = ("account", "round", "answer", "delivery")
        counts = [opened.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608
        (clock,) = opened.execute("SELECT value FROM setting WHERE name = 'demo_clock'").fetchone()
    return people, counts, datetime.fromisoformat(clock)


@pytest.mark.kill
def test_a_second_demo_goes_on_where_the_first_stopped_and_a_fresh_one_starts_over(
    tmp_path: Path, free_port: int
) -> None:
    said = demo(tmp_path, free_port, "--fresh")
    assert f"http://localhost:{free_port}" in said
    people, counts, clock = standing(tmp_path)
    assert len(people) > 100
    assert counts[1] == 2

    again = demo(tmp_path, free_port, stop=signal.SIGINT)
    assert len(again) < len(said)  # nothing was prepared a second time
    same_people, same_counts, later = standing(tmp_path)
    assert (same_people, same_counts) == (people, counts)
    assert later >= clock

    demo(tmp_path, free_port, "--fresh")
    new_people, new_counts, _ = standing(tmp_path)
    assert (new_people, new_counts) == (people, counts)


@pytest.mark.kill
def test_a_demo_killed_while_it_prepares_is_prepared_by_the_next(tmp_path: Path, free_port: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "app", "demo", "--port", str(free_port)],
        cwd=tmp_path,
        env=environment() | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it says that it is at work
        database = tmp_path / "var" / "demo" / "nep.db"
        while not answers(database):
            pass
        process.kill()
    demo(tmp_path, free_port)
    people, counts, _ = standing(tmp_path)
    assert len(people) > 100
    assert counts[1] == 2


def answers(database: Path) -> int:
    with closing(sqlite3.connect(database, timeout=30)) as opened:
        try:
            return int(opened.execute("SELECT count(*) FROM answer").fetchone()[0])
        except sqlite3.OperationalError:
            return 0
