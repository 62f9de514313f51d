"""Participation by unit as ranked bars: size bands apart, n/D beside each, nothing of what may not be shown."""

from dataclasses import dataclass
from itertools import groupby

from content.fold import nfc
from content.phrases import Phrases
from reports.breakdown import Breakdown, Cell
from reports.charts import LARGE, MARGIN, PLAIN, SMALL, WIDTH, drawn, fitted

MOST_BARS = 12
TRACK = 620  # pixels that stand for 100%
TOP, HEADING, NAME, BAR, GAP, FOOT = 60, 72, 44, 42, 28, 46  # heights


@dataclass(frozen=True, slots=True)
class Bar:
    """One cell as it is drawn: the lines of its name, how far the bar goes, and what stands beside it."""

    names: tuple[str, ...]
    y: int
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the bars of one size band."""

    text: str
    y: int


def bars_svg(phrases: Phrases, found: Breakdown) -> str:
    """The picture of a breakdown."""
    headings: list[Heading] = []
    bars: list[Bar] = []
    title = fitted(found.figures.unit_name, WIDTH - 2 * MARGIN, 2, LARGE)
    y = TOP + 50 * len(title) + 50
    for heading, cells in _groups(phrases, found):
        headings.append(Heading(heading, y + 48))
        y += HEADING
        for cell in cells:
            names = tuple(fitted(_name(phrases, cell), WIDTH - 2 * MARGIN, 2, PLAIN))
            y += NAME * len(names)
            bars.append(Bar(names, y, round(TRACK * (cell.participation.tenths or 0) / 1000, 1), _share(cell)))
            y += BAR + GAP
    notes = _notes(phrases, found)
    return drawn(
        "chart_bars",
        height=y + FOOT * len(notes) + MARGIN,
        title=title,
        about=phrases("charts.bars_about", **_when(found)),
        alt=bars_alt(phrases, found),
        headings=headings,
        bars=bars,
        track=TRACK,
        bar=BAR,
        name_height=NAME,
        foot_y=y + FOOT,
        foot=FOOT,
        notes=notes,
    )


def bars_alt(phrases: Phrases, found: Breakdown) -> str:
    """The same numbers in words."""
    figures = found.figures
    groups = [
        (heading, [(nfc(_name(phrases, cell)), _share(cell)) for cell in cells])
        for heading, cells in _groups(phrases, found)
    ]
    return phrases(
        "charts.bars_alt",
        unit=figures.unit_name,
        number=figures.number,
        whole=str(figures.participation),
        completion=str(figures.completion),
        groups=groups,
        more=max(0, len(found.shown) - MOST_BARS),
        hidden=found.hidden,
        as_of=figures.as_of,
        is_final=figures.is_final,
    )


def _groups(phrases: Phrases, found: Breakdown) -> list[tuple[str, list[Cell]]]:
    cells = groupby(found.shown[:MOST_BARS], key=lambda cell: ("small", "middle", "big")[cell.band])
    return [(phrases(f"statistics.band.{band}"), list(group)) for band, group in cells]


def _notes(phrases: Phrases, found: Breakdown) -> list[str]:
    """The lines below the bars: the rest, the hidden, the whole, the moment."""
    figures, more = found.figures, len(found.shown) - MOST_BARS
    notes = [phrases("charts.more", more=more)] if more > 0 else []
    if found.hidden:
        notes.append(phrases("charts.hidden", hidden=found.hidden))
    notes.append(phrases("charts.whole", whole=str(figures.participation)))
    notes.append(phrases("charts.as_of", as_of=figures.as_of, is_final=figures.is_final))
    return [line for note in notes for line in fitted(note, WIDTH - 2 * MARGIN, 2, SMALL)]


def _name(phrases: Phrases, cell: Cell) -> str:
    return phrases("statistics.own_staff") if cell.is_own else cell.name


def _share(cell: Cell) -> str:
    return str(cell.participation)


def _when(found: Breakdown) -> dict[str, object]:
    figures = found.figures
    return {"number": figures.number, "opens_at": figures.opens_at, "closes_at": figures.closes_at}
