"""The annex of a report: every unit below over several rounds, and nothing of a small group to be worked out.

A row belongs to the place a unit had in the tree: one that moved has a row under each parent, so that rows still add
up to the row above. What is hidden in one round is hidden over all of them, with all that lies below.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from participation.counting import Counts
from participation.shares import Share
from participation.small_groups import SMALLEST_SHOWN
from reports.breakdown import Cell, as_counted

OWN = 0  # stands for a unit's own staff among its children; no unit has this id
Place = tuple[int, ...]  # the units on the way down from the one asked about, which itself is left out


@dataclass(frozen=True, slots=True)
class Row:
    """A unit over the rounds it stood at this place. People of several rounds are attempts: `rounds` says how many.

    What `is_hidden` has no counts at all: `counts` is None. `change`: how the unit asked about came out of this one.
    """

    name: str
    depth: int
    is_own: bool
    rounds: int
    counts: Counts | None
    change: str = ""

    @property
    def is_hidden(self) -> bool:
        """Whether the row is not shown apart."""
        return self.counts is None

    @property
    def participation(self) -> Share:
        """Tham gia; nothing when hidden."""
        return self.counts.participation if self.counts else Share(0, 0)

    @property
    def completion(self) -> Share:
        """Hoàn thành; nothing when hidden."""
        return self.counts.completion if self.counts else Share(0, 0)


@dataclass(slots=True)
class Group:
    """What one place adds up to while rounds are read; `cell` is that of the newest round."""

    cell: Cell
    counts: Counts
    rounds: int
    is_hidden: bool


def pooled_rows(annexes: Sequence[Sequence[Cell]]) -> tuple[Row, ...]:
    """The annexes of several rounds, oldest first, as one in the order of the tree."""
    found: dict[Place, Group] = {}
    for cells in annexes:
        for place, cell in _placed(cells):
            group = found.setdefault(place, Group(cell, Counts(), 0, is_hidden=False))
            group.cell, group.rounds, group.counts = cell, group.rounds + 1, group.counts + cell.counts
            group.is_hidden |= cell.is_hidden
    _hide_at_every_place(found)
    _hide_companions(found)
    hidden = {place for place, group in found.items() if group.is_hidden}
    ordered = sorted(found, key=lambda place: _order(found, place))
    return tuple(_row(found[place], is_hidden=_lies_in(place, hidden)) for place in ordered)


def _placed(cells: Sequence[Cell]) -> Iterator[tuple[Place, Cell]]:
    """Each cell with its place, known from the order of the tree."""
    path: list[int] = []
    for cell in cells:
        path[cell.depth - 1 :] = [OWN if cell.is_own else cell.unit_id]
        yield tuple(path), cell


def _hide_at_every_place(found: dict[Place, Group]) -> None:
    """A unit that moved is hidden wherever it stood, or nowhere."""
    hidden = {(group.cell.unit_id, group.cell.is_own) for group in found.values() if group.is_hidden}
    for group in found.values():
        group.is_hidden |= (group.cell.unit_id, group.cell.is_own) in hidden


def _hide_companions(found: dict[Place, Group]) -> None:
    """Among siblings never one alone is hidden, nor several that have fewer than five people between them."""
    siblings: dict[Place, list[Group]] = {}
    for place, group in found.items():
        siblings.setdefault(place[:-1], []).append(group)
    for groups in siblings.values():
        hidden = [group for group in groups if group.is_hidden]
        for group in sorted((one for one in groups if not one.is_hidden), key=lambda one: one.counts.base):
            if not hidden or (len(hidden) > 1 and sum(one.counts.base for one in hidden) >= SMALLEST_SHOWN):
                break
            group.is_hidden = True
            hidden.append(group)


def _lies_in(place: Place, hidden: set[Place]) -> bool:
    return any(place[:length] in hidden for length in range(1, len(place) + 1))


def _order(found: dict[Place, Group], place: Place) -> list[tuple[bool, list[tuple[bool, int, str]], int]]:
    """Own staff first, then children by name, each followed by all below it."""
    ways = [place[:length] for length in range(1, len(place) + 1)]
    return [(way[-1] != OWN, as_counted(found[way].cell.name if way in found else ""), way[-1]) for way in ways]


def _row(group: Group, *, is_hidden: bool) -> Row:
    cell = group.cell
    return Row(cell.name, cell.depth, cell.is_own, group.rounds, None if is_hidden else group.counts, cell.change)
