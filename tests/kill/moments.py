"""When to kill: at random, right at a commit, or in the instant a message was accepted and nobody knows it yet."""

import random
import time
from collections.abc import Callable
from pathlib import Path

LOOK = 0.001
PATIENCE = 20.0  # seconds; then there was nothing to wait for, and the process is killed idle


class Moments:
    """Watches two files that tell what happens inside: the delivery log of the server, and the store's own journal."""

    def __init__(self, deliveries: Path, store: Path, chance: random.Random) -> None:
        self._deliveries, self._journal = deliveries, store.with_name(store.name + "-wal")
        self._chance = chance

    def wait(self, most: int) -> str:
        """Return when it is time; the name of the moment. `most` messages go out before it, at the most."""
        name = self._chance.choice(["starting", "accepted", "accepted", "committed", "between"])
        if name == "starting":
            time.sleep(self._chance.uniform(0.05, 1.5))
            return name
        for _ in range(self._chance.randint(1, most)):
            if not self.change(self._deliveries):
                break
        if name == "committed":
            self.change(self._journal)
        elif name == "between":
            time.sleep(self._chance.uniform(0.0, 0.15))
        return name

    def change(self, path: Path) -> bool:
        """Wait until a file has changed; False when it does not."""
        before, until = _state(path), time.monotonic() + PATIENCE
        while _state(path) == before:
            if time.monotonic() > until:
                return False
            time.sleep(LOOK)
        return True


def wait_until(true: Callable[[], bool], seconds: float, what: Callable[[], object]) -> None:
    """Wait for something outside; tells `what` when it does not come."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, what()
        time.sleep(0.05)


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)
