"""What children cost: the peak memory of each, looked at while it runs, and its seconds of work when it is reaped."""

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHILD = b"content.loading.gate.child"
LOOK_SECONDS = 0.003
PEAK = re.compile(r"VmHWM:\s*(\d+) kB")


@dataclass(slots=True)
class Costs:
    """Peak memory in megabytes and seconds of work of the children reaped meanwhile, and how each ended."""

    megabytes: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    endings: list[int] = field(default_factory=list)


@contextmanager
def costs_of_children() -> Iterator[Costs]:
    """Reap as always, but keep what the system says of each child.

    The peak is read every few milliseconds from the running child: what Linux tells when a child is reaped includes
    the memory of the process that started it, and that one runs the other tests too.
    """
    costs, peaks, done = Costs(), dict[int, float](), threading.Event()

    def look() -> None:
        while not done.wait(LOOK_SECONDS):
            for pid in _children():
                peaks[pid] = max(peaks.get(pid, 0.0), _peak(pid))

    def reap(pid: int, options: int) -> tuple[int, int]:
        ended, status, used = os.wait4(pid, options)
        if ended:
            costs.megabytes.append(peaks.get(ended, 0.0))
            costs.seconds.append(used.ru_utime + used.ru_stime)
            costs.endings.append(os.waitstatus_to_exitcode(status))
        return ended, status

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "waitpid", reap)
            yield costs
    finally:
        done.set()
        looking.join()


def _children() -> list[int]:
    """The confined children of this process, once they run a program of their own."""
    own = {int(pid) for task in Path("/proc/self/task").iterdir() for pid in _read(task / "children").split()}
    return [pid for pid in own if CHILD in _read(Path(f"/proc/{pid}/cmdline")).encode()]


def _peak(pid: int) -> float:
    found = PEAK.search(_read(Path(f"/proc/{pid}/status")))
    return int(found[1]) / 1024 if found else 0.0


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):  # it ended meanwhile
        return path.read_text(errors="replace")
    return ""
