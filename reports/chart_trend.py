"""Participation over the last rounds as a line: broken where weeks had no round, shapes for final and provisional."""

from collections.abc import Iterator
from dataclasses import dataclass

from content.moments import day
from content.phrases import Phrases
from participation.shares import Share
from reports.charts import LARGE, MARGIN, SMALL, WIDTH, drawn, fitted, length
from reports.trend import Point, Trend

LEFT, RIGHT, HEIGHT = 116, 1066, 420  # of the field the line is drawn in
GAP = 0.2  # of the width of a round
MARK = 13  # half a point's size
ROW, FOOT = 44, 44  # of a line of numbers, and of one below them
WAS = "*"  # beside the number of a round from before the unit was merged


@dataclass(frozen=True, slots=True)
class Place:
    """One round as it is drawn; `y` is None when it had nobody to count."""

    x: float
    y: float | None
    percent: str
    below: tuple[str, ...]
    is_final: bool


def trend_svg(phrases: Phrases, found: Trend) -> str:
    """The picture of a trend."""
    title = fitted(found.unit_name, WIDTH - 2 * MARGIN, 2, LARGE)
    top = 60 + 50 * len(title) + 110
    places, gaps = _places(found, top)
    count = len(found.points)
    notes = _notes(phrases, found)
    height = top + HEIGHT + 122 + ROW * max(len(place.below) for place in places)
    return drawn(
        "chart_trend",
        height=height + FOOT * len(notes),
        foot_y=height,
        foot=FOOT,
        title=title,
        about=phrases("charts.trend_about", count=count) if count > 1 else phrases("charts.trend_short"),
        alt=trend_alt(phrases, found),
        levels=[(f"{level}%", round(top + HEIGHT * (1 - level / 100), 1)) for level in (0, 50, 100)],
        left=LEFT,
        right=RIGHT,
        top=top,
        floor=top + HEIGHT,
        row=ROW,
        mark=MARK,
        axis=phrases("charts.axis"),
        places=places,
        gaps=gaps,
        lines=[" ".join(f"{place.x},{place.y}" for place in run) for run in _runs(places, found.points)],
        legend=_legend(phrases, found, bool(gaps)),
        notes=notes,
    )


def trend_alt(phrases: Phrases, found: Trend) -> str:
    """The same numbers in words."""
    lines = trend_lines(found)
    return phrases("charts.trend_alt", unit=found.unit_name, count=len(lines), lines=lines, as_of=found.as_of)


def trend_lines(found: Trend) -> list[dict[str, object]]:
    """One line of words for each round, oldest first; what has been corrected stands beside what was published."""
    return [
        {
            "number": one.figures.number,
            "opens_at": one.figures.opens_at,
            "closes_at": one.figures.closes_at,
            "share": str(one.share),
            "is_final": one.figures.is_final,
            "corrected": str(one.corrected or ""),
            "was": one.was,
            "weeks": one.weeks,
        }
        for one in found.points
    ]


def _notes(phrases: Phrases, found: Trend) -> list[str]:
    """The lines below: whose figures those of the marked rounds are, and the moment."""
    was = sorted({name for one in found.points for name in one.was})
    told = [phrases("charts.was", was=was)] if was else []
    told.append(phrases("charts.as_of", as_of=found.as_of, is_final=all(one.figures.is_final for one in found.points)))
    return [line for note in told for line in fitted(note, WIDTH - 2 * MARGIN, 3)]


def _places(found: Trend, top: int) -> tuple[list[Place], list[float]]:
    """Where each round stands, and where a stretch without rounds does."""
    gaps = sum(bool(one.weeks) for one in found.points)
    step = (RIGHT - LEFT) / max(4.0, len(found.points) + GAP * gaps)
    places, between, x = [], [], float(LEFT)
    for one in found.points:
        if one.weeks:
            between.append(round(x + step * GAP / 2, 1))
            x += step * GAP
        tenths = one.share.tenths
        y = None if tenths is None else round(top + HEIGHT * (1 - tenths / 1000), 1)
        below = (
            f"{one.figures.number}{WAS if one.was else ''}",
            day(one.figures.closes_at),
            *_fraction(one.share, step),
        )
        places.append(Place(round(x + step / 2, 1), y, one.share.percent, below, one.figures.is_final))
        x += step
    return places, between


def _fraction(share: Share, room: float) -> tuple[str, ...]:
    """n/D on one line, or on two where rounds stand close."""
    if not share.base:
        return ("–",)
    whole = f"{share.n}/{share.base}"
    return (whole,) if length(whole, SMALL) <= room - 8 else (f"{share.n}/", str(share.base))


def _runs(places: list[Place], points: tuple[Point, ...]) -> Iterator[list[Place]]:
    """The stretches of points that follow each other week by week."""
    run: list[Place] = []
    for place, point in zip(places, points, strict=True):
        if point.weeks or place.y is None:
            yield run
            run = []
        if place.y is not None:
            run.append(place)
    yield run


def _legend(phrases: Phrases, found: Trend, has_gaps: bool) -> list[tuple[str, str, float]]:
    """Shape, words and place of each kind of mark there is."""
    kinds = {"final" if one.figures.is_final else "provisional" for one in found.points}
    told: list[tuple[str, str]] = [
        (kind, phrases(f"charts.{kind}")) for kind in ("final", "provisional") if kind in kinds
    ]
    told += [("gap", phrases("charts.no_round"))] if has_gaps else []
    legend: list[tuple[str, str, float]] = []
    x = float(MARGIN)
    for kind, words in told:
        legend.append((kind, words, x))
        x += 80 + length(words)
    return legend
