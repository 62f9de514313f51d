"""What children cost: the memory of each, as the system tells it when the child is reaped, and its seconds of work."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass(slots=True)
class Costs:
    """Peak memory in megabytes and seconds of work of the children reaped meanwhile, and how each ended."""

    megabytes: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    endings: list[int] = field(default_factory=list)


@contextmanager
def costs_of_children() -> Iterator[Costs]:
    """Reap as always, but keep what the system says of each child.

    Linux counts to a child the peak of its parent at the moment it is started, so this peak is forgotten first.
    """
    costs = Costs()
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")

    def reap(pid: int, options: int) -> tuple[int, int]:
        ended, status, used = os.wait4(pid, options)
        if ended:
            costs.megabytes.append(used.ru_maxrss / 1024)
            costs.seconds.append(used.ru_utime + used.ru_stime)
            costs.endings.append(os.waitstatus_to_exitcode(status))
        return ended, status

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "waitpid", reap)
        yield costs
