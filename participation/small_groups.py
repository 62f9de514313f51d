"""Small groups: a cell of fewer than five people is hidden, and never alone, so that no difference reveals it."""

from collections.abc import Mapping
from typing import TypeVar

Cell = TypeVar("Cell", int, str)

SMALLEST_SHOWN = 5
OWN = 0  # stands for a unit's own staff among its children; no unit has this id


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


def may_be_told(parents: Mapping[int, int | None], own: Mapping[int, int], unit_id: int) -> bool:
    """Whether what the people of a unit and all below it came to may be told: of five or more, and nothing on the way
    up hidden among its siblings.

    `own` holds how many people of each unit stand behind the figure. One level is not enough: a head of two levels
    takes what is told of a grandchild out of what is told of the children, and is left with whoever was hidden between.
    """
    whole: dict[int, int] = {}
    for unit, people in own.items():
        for step in _way_up(parents, unit):
            whole[step] = whole.get(step, 0) + people
    if whole.get(unit_id, 0) < SMALLEST_SHOWN:
        return False
    for at in _way_up(parents, unit_id):
        above = parents[at]
        if above in parents:
            beside = {child: whole.get(child, 0) for child, parent in parents.items() if parent == above}
            if at in hidden(beside | {OWN: own.get(above or 0, 0)}):
                return False
    return True


def _way_up(parents: Mapping[int, int | None], unit_id: int) -> list[int]:
    """From a unit to the top of a tree, each unit once: a circle that slipped into the data ends there."""
    way, at = list[int](), unit_id
    while at in parents and at not in way:
        way.append(at)
        at = parents[at] or 0
    return way
