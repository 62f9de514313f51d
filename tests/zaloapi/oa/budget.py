"""Requests per minute of the plan: one more within any sixty seconds is refused with -32."""

from collections import deque

from tests.botapi.clock import Clock


class Budget:
    """A sliding minute. `over` counts the requests that were too many."""

    def __init__(self, clock: Clock, most: int = 100) -> None:
        self.clock, self.most, self.over = clock, most, 0
        self._within: deque[float] = deque()

    @property
    def left(self) -> int:
        """How many requests still fit."""
        now = self.clock.now()
        while self._within and self._within[0] <= now - 60:
            self._within.popleft()
        return self.most - len(self._within)

    def takes(self) -> bool:
        """Count a request; False when it is one too many."""
        if self.left <= 0:
            self.over += 1
            return False
        self._within.append(self.clock.now())
        return True
