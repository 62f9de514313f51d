"""The process under test, from outside: it is started, killed, or told to stop."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kill.nursery import AHEAD

ROOT = Path(__file__).parents[2]


class Lives:
    """One life after another of the same office."""

    def __init__(self, nursery: "subprocess.Popen[str]", log: Path) -> None:
        self._nursery, self.log = nursery, log
        self.pid = 0

    def start(self) -> None:
        """Begin a life."""
        self.pid = int(self._ask(f"start {self.log}"))

    def kill(self) -> None:
        """SIGKILL: nothing can be tidied up."""
        self.end(signal.SIGKILL, expected=-signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM: it finishes what it does and leaves by itself."""
        self.end(signal.SIGTERM, expected=0)

    def end(self, number: signal.Signals, expected: int) -> None:
        """Send a signal and wait; an end of another kind means that it had died by itself."""
        os.kill(self.pid, number)
        code = int(self._ask(f"wait {self.pid}"))
        self.pid = 0
        assert code == expected, f"exit code {code} instead of {expected}:\n{self.told()}"

    def told(self) -> str:
        """The last of what it logged."""
        return self.log.read_text(encoding="utf-8")[-3000:] if self.log.exists() else ""

    def _ask(self, words: str) -> str:
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(words + "\n")
        self._nursery.stdin.flush()
        return self._nursery.stdout.readline().strip()


@contextmanager
def lives(environment: dict[str, str], seconds_ahead: float, log: Path) -> Iterator[Lives]:
    """The nursery, started beside whatever the block does first; its children end with it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NEP_")}
    given = clean | environment | {AHEAD: str(seconds_ahead)}
    command = [sys.executable, "-m", "tests.kill.nursery"]
    with subprocess.Popen(
        command, cwd=ROOT, env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        try:
            assert nursery.stdout.readline() == "ready\n"
            yield Lives(nursery, log)
        finally:
            nursery.stdin.close()
            nursery.wait(10)
