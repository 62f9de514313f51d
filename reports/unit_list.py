"""The list of units: a round's participation for each unit right below, among its like, a screen at a time."""

from collections.abc import Container, Sequence
from datetime import datetime
from itertools import groupby

from sqlmodel import Session

from content.message import Choice, Message
from content.phrases import Phrases
from reports.breakdown import Cell, breakdown

AT_ONCE = 8  # units on one screen
LONGEST_LABEL = 60  # characters of a unit's name on a button; the text above has all of it


def units_message(
    session: Session,
    phrases: Phrases,
    unit_id: int,
    round_id: int,
    now: datetime,
    page: int = 1,
    open_to: Container[int] | None = None,
) -> Message | None:
    """Participation of a unit's own staff and of each child subtree; cells under five people are not shown apart.

    Each unit shown is a choice that leads to its own statement, as far as it is `open_to` the reader today.
    None when the round does not know the unit.
    """
    found = breakdown(session, round_id, unit_id, now)
    if found is None:
        return None
    pages = max(1, -(-len(found.shown) // AT_ONCE))
    shown = found.shown[(page - 1) * AT_ONCE : page * AT_ONCE]
    text = phrases(
        "statistics.units",
        unit=found.figures.unit_name,
        number=found.figures.number,
        bands=_bands(phrases, shown),
        page=page,
        pages=pages,
        hidden=found.hidden,
        whole=str(found.figures.participation),
        as_of=found.figures.as_of,
        is_final=found.figures.is_final,
    )
    choices = [
        Choice(_label(cell.name), f"figures:{cell.unit_id}:{round_id}")
        for cell in shown
        if not cell.is_own and (open_to is None or cell.unit_id in open_to)
    ]
    if page < pages:
        choices.append(Choice(phrases("statistics.more_units"), f"units:{round_id}:{unit_id}:{page + 1}"))
    choices.append(Choice(phrases("statistics.whole_unit"), f"figures:{unit_id}:{round_id}"))
    return Message(text, tuple(choices))


def _bands(phrases: Phrases, cells: Sequence[Cell]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The name of each size band with its units; a rate is compared within its band alone."""
    own = phrases("statistics.own_staff")
    return [
        (
            phrases(f"statistics.band.{band}"),
            [(own if cell.is_own else cell.name, str(cell.participation)) for cell in group],
        )
        for band, group in groupby(cells, key=lambda cell: ("small", "middle", "big")[cell.band])
    ]


def _label(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1].rstrip()}…"
