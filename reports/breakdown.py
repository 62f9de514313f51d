"""The breakdown: a round's figures by unit, and what of it may be shown. Chat, pictures and files all read this page.

Cells of fewer than five people are not shown apart, nor what they could be worked out from; they still count above.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from participation.counting import Counts, pooled, subtree
from participation.figures import RoundFigures, counts_by_unit, round_figures
from participation.lineage import Stood, stood_as
from participation.lineage import below as all_below
from participation.shares import Share
from participation.small_groups import hidden
from store.tables import Round, RoundUnit

BANDS = (15, 50)  # people in D: up to 15, up to 50, more; units are ranked among their like


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit with everything below it, or (`is_own`) the staff who belong to the unit asked about itself.

    `depth` counts from 1 below the unit asked about. What `is_hidden` keeps its counts to itself. `change` says how the
    unit asked about came out of this one, as in `Stood`; else it is empty.
    """

    unit_id: int
    name: str
    counts: Counts
    depth: int = 1
    is_own: bool = False
    is_hidden: bool = False
    change: str = ""

    @property
    def participation(self) -> Share:
        """Tham gia: people with at least one valid answer ÷ D."""
        return self.counts.participation

    @property
    def completion(self) -> Share:
        """Hoàn thành: people who answered every question ÷ D."""
        return self.counts.completion

    @property
    def band(self) -> int:
        """The size band: 0, 1 or 2."""
        return sum(self.counts.base > most for most in BANDS)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A unit's figures and those of the cells right below it that have anybody in D, ranked within size bands."""

    figures: RoundFigures
    cells: tuple[Cell, ...]

    @property
    def shown(self) -> tuple[Cell, ...]:
        """The cells that may be shown apart."""
        return tuple(cell for cell in self.cells if not cell.is_hidden)

    @property
    def hidden(self) -> int:
        """How many cells are not shown apart."""
        return len(self.cells) - len(self.shown)


def breakdown(session: Session, round_id: int, unit_id: int, now: datetime) -> Breakdown | None:
    """The figures of a unit and of what is right below it; None when the round does not know the unit."""
    figures = round_figures(session, round_id, unit_id, now)
    if figures is None:
        return None
    tree = _tree(session, round_id)
    counts = _counts(session, round_id, tree, (unit_id,))
    cells = _ranked(_cells(tree, counts, unit_id))
    return Breakdown(figures, tuple(cells))


def annex(session: Session, round_id: int, unit_id: int) -> tuple[Cell, ...]:
    """Everything below a unit in the order of the tree, by name; what lies below a hidden cell is hidden with it.

    In a round from before the unit was merged, what it came out of stands below it. After a split nothing deeper is
    told: that belongs to others too.
    """
    tree = _tree(session, round_id)
    stood = stood_as(session, session.get_one(Round, round_id), tree.values(), unit_id)
    counts = _counts(session, round_id, tree, stood.parts)
    if len(stood.parts) == 1 and stood.is_heir:
        return tuple(_below(tree, counts, stood.parts[0], depth=1, is_hidden=False))
    return tuple(_before(tree, counts, stood))


def as_counted(name: str) -> list[tuple[bool, int, str]]:
    """Names in the order people count: the second station before the tenth."""
    parts = re.split(r"(\d+)", name)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def may_be_shown(session: Session, round_id: int, headed_id: int, unit_id: int) -> bool:
    """Whether who heads one unit may be shown another one below it apart: nothing on the way down is hidden.

    A head always sees the own unit; seeing a hidden unit from above would give away the one it is hidden for.
    """
    tree = _tree(session, round_id)
    counts = _counts(session, round_id, tree, (headed_id,))
    at = unit_id
    while at != headed_id:
        parent = tree[at].parent_id if at in tree else None
        if parent is None or parent not in tree:
            return False
        if any(cell.is_hidden for cell in _cells(tree, counts, parent) if cell.unit_id == at and not cell.is_own):
            return False
        at = parent
    return True


def _tree(session: Session, round_id: int) -> dict[int, RoundUnit]:
    units = session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id))
    return {unit.unit_id: unit for unit in units}


def _counts(session: Session, round_id: int, tree: Mapping[int, RoundUnit], tops: Collection[int]) -> dict[int, Counts]:
    """The own counts of these units and of those below them."""
    return counts_by_unit(session, session.get_one(Round, round_id), all_below(tree.values(), tops))


def _cells(tree: Mapping[int, RoundUnit], counts: Mapping[int, Counts], unit_id: int, depth: int = 1) -> list[Cell]:
    """The staff of a unit itself and each child with everything below it; without those who have nobody in D."""
    children = [unit for unit in tree.values() if unit.parent_id == unit_id]
    cells = [Cell(unit_id, tree[unit_id].name, counts.get(unit_id, Counts()), depth, is_own=True)]
    cells += [
        Cell(child.unit_id, child.name, pooled(counts.get(below, Counts()) for below in _whole(tree, child)), depth)
        for child in children
    ]
    cells = [cell for cell in cells if cell.counts.base]
    if all(cell.is_own for cell in cells):  # the unit is its own staff and nothing else
        return []
    return _veiled(cells)


def _veiled(siblings: list[Cell]) -> list[Cell]:
    """Siblings, each marked when it must not be shown apart."""
    unseen = hidden({place: cell.counts.base for place, cell in enumerate(siblings)})
    return [replace(cell, is_hidden=place in unseen) for place, cell in enumerate(siblings)]


def _below(
    tree: Mapping[int, RoundUnit], counts: Mapping[int, Counts], unit_id: int, *, depth: int, is_hidden: bool
) -> list[Cell]:
    found: list[Cell] = []
    for cell in sorted(_cells(tree, counts, unit_id, depth), key=lambda cell: (not cell.is_own, as_counted(cell.name))):
        unseen = is_hidden or cell.is_hidden
        found.append(replace(cell, is_hidden=unseen))
        if not cell.is_own:
            found += _below(tree, counts, cell.unit_id, depth=depth + 1, is_hidden=unseen)
    return found


def _before(tree: Mapping[int, RoundUnit], counts: Mapping[int, Counts], stood: Stood) -> Iterator[Cell]:
    """What a unit came out of, as if it stood below it; and what lay below that, where all of it is the unit's now."""
    wholes = {part: pooled(counts.get(unit, Counts()) for unit in _whole(tree, tree[part])) for part in stood.parts}
    cells = [Cell(part, tree[part].name, whole, change=stood.change) for part, whole in wholes.items() if whole.base]
    for cell in sorted(_veiled(cells), key=lambda cell: as_counted(cell.name)):
        yield cell
        if stood.is_heir:
            yield from _below(tree, counts, cell.unit_id, depth=2, is_hidden=cell.is_hidden)


def _ranked(cells: list[Cell]) -> list[Cell]:
    """Big units first, since size bands are not to be compared; within a band by rate, then by name."""
    return sorted(cells, key=lambda cell: (-cell.band, -(cell.participation.tenths or 0), cell.name))


def _whole(tree: Mapping[int, RoundUnit], unit: RoundUnit) -> set[int]:
    return subtree(tree.values(), unit.unit_id)
