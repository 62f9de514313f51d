"""The launcher `./nep` on a bare machine: what it starts, and what it says when it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.app.command_line import ROOT

OLD_PYTHON = "#!/bin/sh\nexit 1\n"
SAYS_WHAT_IT_WAS_GIVEN = '#!/bin/sh\necho "uv $*"\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A clone in a folder with a space in its name, and a PATH that holds next to nothing."""
    clone = tmp_path / "a clone"
    clone.mkdir()
    shutil.copy(ROOT / "nep", clone / "nep")
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "dirname"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "")
    return tmp_path


def program(machine: Path, name: str, text: str) -> None:
    path = machine / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def nep(machine: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the launcher from another folder, as a person may."""
    given = {"PATH": str(machine / "bin"), "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [str(machine / "a clone" / "nep"), *arguments],
        cwd=machine,
        env=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_commands_go_to_the_product_with_locked_dependencies(machine: Path) -> None:
    program(machine, "uv", SAYS_WHAT_IT_WAS_GIVEN)
    said = nep(machine, "roster", "import", "my file.xlsx").stdout
    assert "--frozen" in said
    assert said.endswith("python -m app roster import my file.xlsx\n")


def test_the_tests_get_their_own_dependencies(machine: Path) -> None:
    program(machine, "uv", SAYS_WHAT_IT_WAS_GIVEN)
    said = nep(machine, "test", "-k", "inbox").stdout
    assert "--all-groups" in said
    assert said.endswith("python -m tests -k inbox\n")


def test_benchmarks_get_the_dependencies_of_their_peers(machine: Path) -> None:
    program(machine, "uv", SAYS_WHAT_IT_WAS_GIVEN)
    said = nep(machine, "bench", "answers", "--runs", "1").stdout
    assert "--all-groups" in said
    assert said.endswith("python -m bench answers --runs 1\n")


def test_an_old_python_is_told_in_one_line(machine: Path) -> None:
    program(machine, "python3", OLD_PYTHON)
    ended = nep(machine, "demo")
    assert ended.returncode == 1
    assert ended.stderr == "nep needs Python 3.11 or newer as python3\n"


def test_no_python_at_all_is_told_in_words(machine: Path) -> None:
    ended = nep(machine, "demo")
    assert ended.returncode == 1
    assert "nep needs Python 3.11 or newer as python3" in ended.stderr
