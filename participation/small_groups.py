"""Small groups: a cell of fewer than five people is hidden, and never alone, so that no difference reveals it."""

from collections.abc import Mapping
from typing import TypeVar

Cell = TypeVar("Cell", int, str)

SMALLEST_SHOWN = 5


def hidden(sizes: Mapping[Cell, int]) -> set[Cell]:
    """Which sibling cells must not be shown: those below five, and the next smallest when only one would be hidden.

    Empty cells hold nobody and stay visible.
    """
    small = {cell for cell, size in sizes.items() if 0 < size < SMALLEST_SHOWN}
    others = sorted((size, cell) for cell, size in sizes.items() if size >= SMALLEST_SHOWN)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return small
