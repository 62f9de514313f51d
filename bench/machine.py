"""Processes under measurement: started, asked what they have cost, ended. Reads /proc, so it needs Linux."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PYTHON = (sys.executable, "-m")
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0  # seconds without an end; a run takes less


class Stuck(Exception):
    """A run did not come to its end; `str` says what was waited for."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process that has said that it is ready; `said` is how."""

    process: "subprocess.Popen[str]"
    said: str

    def cpu(self) -> float:
        """Seconds of processor time it has used, user and system, all threads."""
        after_name = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / TICKS

    def say(self, word: str) -> None:
        """A line for it to read."""
        if self.process.stdin:
            self.process.stdin.write(word + "\n")
            self.process.stdin.flush()

    def hear(self) -> str:
        """The next line it says. Raises `Stuck` when it ends instead."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise Stuck(f"{self.process.args!r} ended early")
        return line.strip()

    def peak(self) -> float:
        """The most memory it has ever held, MB."""
        return self._memory("VmHWM")

    def rest(self) -> float:
        """The memory it holds now, MB."""
        return self._memory("VmRSS")

    def _memory(self, kind: str) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split(f"{kind}:")[1].split()[0]) / 1024


@contextmanager
def running(module: str, *arguments: str) -> Iterator[Running]:
    """``python -m module``; it is told to stop at the end of the block. Raises `Stuck` when it does not come up."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=plain(os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            said = process.stdout.readline().strip() if process.stdout else ""
            if not said:
                raise Stuck(f"{module} did not start")
            yield Running(process, said)
        finally:
            process.terminate()


@contextmanager
def begun(module: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """``python -m module``, which ends by itself; what it prints can be read."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=plain(os.environ), stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()


def done(module: str, *arguments: str, settings: Mapping[str, str]) -> None:
    """``python -m module``, waited for. Raises `Stuck` with what it said when it fails."""
    command = [*PYTHON, module, *arguments]
    ended = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env={**plain(os.environ), **settings}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise Stuck(f"{module} {' '.join(arguments)}: {ended.stderr}")


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetched(url: str) -> bytes:
    """The body at an address of this machine."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310
        return bytes(answer.read())


def until(true: Callable[[], Any], what: str, look: float = 0.01, patience: float = PATIENCE) -> float:
    """Wait until something outside is so; the monotonic moment it was seen. Raises `Stuck`."""
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            raise Stuck(f"waited in vain: {what}")
        time.sleep(look)
    return time.monotonic()


def plain(environment: Mapping[str, str]) -> dict[str, str]:
    """No settings of an installation on this machine may leak into a run."""
    return {name: value for name, value in environment.items() if not name.startswith("NEP_")}
