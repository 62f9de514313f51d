"""A command line, and an office it works on."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.command_line import CommandLine, command_line


@pytest.fixture(scope="session")
def parent_line() -> Iterator[CommandLine]:
    """One parent process for all tests."""
    with command_line() as line:
        yield line


@pytest.fixture
def office(sqlite_template: Path, tmp_path: Path) -> Path:
    """An empty, migrated database."""
    return Path(shutil.copy(sqlite_template, tmp_path / "nep.db"))


@pytest.fixture
def nep(parent_line: CommandLine, office: Path, tmp_path: Path, free_port: int) -> CommandLine:
    """Commands on that database."""
    parent_line.settings = {
        "agency": "Sở Mẫu",
        "database": office,
        "code_secret_file": tmp_path / "code.secret",
        "port": free_port,
        "config": tmp_path / "nep.toml",
    }
    (tmp_path / "nep.toml").write_text("")
    return parent_line


@pytest.fixture
def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
