"""Small groups: a cell of fewer than five people is hidden, and never alone, so that no difference reveals it."""

from collections.abc import Mapping
from typing import TypeVar

Cell = TypeVar("Cell", int, str)

SMALLEST_SHOWN = 5


def hidden(sizes: Mapping[Cell, int]) -> set[Cell]:
    """Which sibling cells must not be shown: those below five, and with them the next smallest until no difference
    between the parent and what is shown leaves one cell alone, or fewer than five people together.

    Empty cells hold nobody and stay visible.
    """
    small = {cell for cell, size in sizes.items() if 0 < size < SMALLEST_SHOWN}
    others = sorted((size, cell) for cell, size in sizes.items() if size >= SMALLEST_SHOWN)
    for _, cell in others:
        if not small or (len(small) > 1 and sum(sizes[one] for one in small) >= SMALLEST_SHOWN):
            break
        small.add(cell)
    return small
