"""How cells look in the workbooks we write, and how high a row of wrapped text must be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

MADE_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - the same content gives the same bytes; Excel keeps no zone
WIDER = 1.15  # words do not fill lines to the end
LINE, HIGHEST = 15.0, 405.0  # points; Excel takes up to 409


@dataclass(frozen=True, slots=True)
class Looks:
    """The cell formats of the file."""

    needed: Any
    optional: Any
    text: Any
    example: Any
    title: Any


def looks_of(workbook: Any) -> Looks:
    """The formats, made in a workbook."""
    heading = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
    text = {"num_format": "@", "text_wrap": True, "valign": "top"}
    return Looks(
        needed=workbook.add_format(heading | {"bg_color": "#BDD7EE"}),
        optional=workbook.add_format(heading | {"bg_color": "#EDEDED"}),
        text=workbook.add_format(text),
        example=workbook.add_format(text | {"italic": True, "font_color": "#7F7F7F"}),
        title=workbook.add_format({"bold": True, "font_size": 14}),
    )


def height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """The height in points a row of wrapped texts needs; not every program that opens the file works it out."""
    needs = (_lines(text, width) for text, width in zip(texts, widths, strict=True))
    return min(HIGHEST, LINE * max(needs, default=1))


def _lines(text: str, width: int) -> int:
    return sum(max(1, ceil(WIDER * len(line) / width)) for line in text.split("\n"))
