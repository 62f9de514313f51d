"""Who is listening right now: one bell per open stream, rung when its address has something new."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Bells:
    """Lives on one event loop. A bell carries no words: the listener reads the store, so a lost ring loses nothing."""

    def __init__(self) -> None:
        self._bells: dict[str, set[asyncio.Event]] = {}
        self.hung_up = False

    @contextmanager
    def listening(self, address: str) -> Iterator[asyncio.Event]:
        """A bell for as long as the block lasts."""
        bell = asyncio.Event()
        self._bells.setdefault(address, set()).add(bell)
        try:
            yield bell
        finally:
            self._bells[address].discard(bell)
            if not self._bells[address]:
                del self._bells[address]

    def ring(self, address: str) -> None:
        """Something new for this address."""
        for bell in self._bells.get(address, ()):
            bell.set()

    def count(self, address: str) -> int:
        """How many streams this address has open."""
        return len(self._bells.get(address, ()))

    def total(self) -> int:
        """How many streams are open."""
        return sum(len(bells) for bells in self._bells.values())

    def hang_up(self) -> None:
        """End every stream now and let no new one begin: the process is stopping."""
        self.hung_up = True
        for address in self._bells:
            self.ring(address)
