"""Pictures that go with messages: the drawing and its words are made once, and kept for each reader apart."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from content.message import CAPTION, Attachment, Message
from content.phrases import Phrases
from participation.rounds import has_units_below
from reports.breakdown import breakdown
from reports.chart_bars import bars_alt, bars_svg
from reports.chart_trend import trend_alt, trend_svg
from reports.trend import Trend, trend
from store import files
from store.outbox import KEEP_TEXT
from store.tables import Round

SVG_TYPE = "image/svg+xml"  # of kept files; no channel shows it, all of them get PNG
FEWEST_BARS, FEWEST_ROUNDS = 2, 2  # less is told in words


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as SVG, what it says in words, and the name to save it under."""

    svg: str
    alt: str
    name: str


def picture_of_round(session: Session, phrases: Phrases, unit_id: int, round_: Round, now: datetime) -> Picture | None:
    """Participation by unit, else the trend up to that round, else nothing that a picture would tell."""
    has_parts = has_units_below(session, round_.id or 0, unit_id)  # most have none: they need no breakdown
    found = breakdown(session, round_.id or 0, unit_id, now) if has_parts else None
    if found is not None and len(found.shown) >= FEWEST_BARS:
        name = phrases("charts.bars_file", number=round_.number)
        return Picture(bars_svg(phrases, found), bars_alt(phrases, found), name)
    rounds = trend(session, unit_id, now, round_)
    return picture_of_trend(phrases, rounds) if rounds and len(rounds.points) >= FEWEST_ROUNDS else None


def picture_of_trend(phrases: Phrases, found: Trend) -> Picture:
    """Participation over the last rounds."""
    name = phrases("charts.trend_file", number=found.points[-1].figures.number)
    return Picture(trend_svg(phrases, found), trend_alt(phrases, found), name)


def illustrated(session: Session, message: Message, picture: Picture | None, person_id: int, now: datetime) -> Message:
    """The message with a picture, kept for one reader as long as its words; without, when there is none or no room."""
    if picture is None or len(message.plain()) > CAPTION:
        return message
    token = files.keep(session, picture.name, SVG_TYPE, picture.svg.encode(), person_id, now, KEEP_TEXT)
    return replace(message, file=Attachment(token, picture.name, picture.alt))
