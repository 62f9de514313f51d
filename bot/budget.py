"""A budget of words: how much one address may ask of us in a short time."""

from dataclasses import dataclass, field

MOST_BUDGETS = 10_000


@dataclass
class Budget:
    """So many words per second for each address, with room for a burst. Seconds are any steady count."""

    rate: float = 5.0
    burst: float = 20.0
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def spend(self, address: str, at_seconds: float) -> bool:
        """Take one from the budget of an address; False when nothing is left."""
        left, since = self._left.get(address, (self.burst, at_seconds))
        left = min(self.burst, left + (at_seconds - since) * self.rate)
        self._left[address] = (left - 1 if left >= 1 else left, at_seconds)
        if len(self._left) > MOST_BUDGETS:
            self._forget_full(at_seconds)
        return left >= 1

    def _forget_full(self, at_seconds: float) -> None:
        refill = self.burst / self.rate
        self._left = {address: kept for address, kept in self._left.items() if at_seconds - kept[1] < refill}
