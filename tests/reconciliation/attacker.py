"""The attacker: a head who writes down every sum that is shown and solves for the cells that are not.

Unknowns are what the own staff of one unit did in one round. Whatever is shown is a sum of unknowns; a cell is derived
when its sum is a linear combination of shown ones. Rows are reduced modulo a prime: exact, and quick.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

PRIME = 2**61 - 1
Unknown = tuple[int, int]  # round, unit


@dataclass
class Attacker:
    """`sizes` holds how many people stand behind each unknown; what nobody stands behind is known to be nothing."""

    sizes: dict[Unknown, int]
    rows: dict[Unknown, dict[Unknown, int]] = field(default_factory=dict)

    def learns(self, cells: Iterable[Unknown]) -> None:
        """A sum over these cells was shown."""
        left = self._reduced(cells)
        if left:
            pivot = min(left)
            inverse = pow(left[pivot], -1, PRIME)
            self.rows[pivot] = {cell: value * inverse % PRIME for cell, value in left.items()}

    def derives(self, cells: Iterable[Unknown]) -> bool:
        """Whether the sum over these cells follows from what was shown."""
        return not self._reduced(cells)

    def people(self, cells: Iterable[Unknown]) -> int:
        """How many people stand behind these cells."""
        return sum(self.sizes.get(cell, 0) for cell in cells)

    def _reduced(self, cells: Iterable[Unknown]) -> dict[Unknown, int]:
        """What is left of a sum when everything known is taken out of it."""
        left = {cell: 1 for cell in cells if self.sizes.get(cell)}
        while pivots := sorted(left.keys() & self.rows.keys()):
            factor = left[pivots[0]]
            for cell, value in self.rows[pivots[0]].items():
                now = (left.get(cell, 0) - factor * value) % PRIME
                if now:
                    left[cell] = now
                else:
                    left.pop(cell, None)
        return left
