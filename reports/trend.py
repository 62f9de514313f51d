"""The trend: a unit's participation over its last rounds, those of what it was merged or renamed from included."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from content.moments import local
from participation.figures import RoundFigures
from participation.lineage import newest_round
from participation.shares import Share
from reports.standing import Standing, standing
from store.tables import Round, Unit

MOST_ROUNDS = 8
FARTHEST = 3 * MOST_ROUNDS  # rounds looked back over for those that know the unit


@dataclass(frozen=True, slots=True)
class Point:
    """One round. `weeks` without a round lie before it; `was` names the predecessors it counts instead of the unit."""

    figures: RoundFigures
    was: tuple[str, ...] = ()
    weeks: int = 0

    @property
    def share(self) -> Share:
        """Tham gia, as published."""
        return self.figures.participation

    @property
    def corrected(self) -> Share | None:
        """What corrections made of it since, if they changed it."""
        counts = self.figures.corrected
        after = counts.participation if counts else self.share
        return after if after != self.share else None


@dataclass(frozen=True, slots=True)
class Trend:
    """The rounds of a unit, oldest first; at least one."""

    unit_name: str
    points: tuple[Point, ...]

    @property
    def as_of(self) -> datetime:
        """The moment of the newest figures."""
        return self.points[-1].figures.as_of


def trend(session: Session, unit_id: int, now: datetime, last: Round | None = None) -> Trend | None:
    """The newest rounds of one plan up to `last`, by default the unit's newest; None when there is none."""
    unit, last = session.get(Unit, unit_id), last or newest_round(session, unit_id)
    if unit is None or last is None:
        return None
    earlier = select(Round).where(Round.plan_id == last.plan_id, Round.number <= last.number)
    known: list[Standing] = []
    for round_ in session.exec(earlier.order_by(col(Round.number).desc()).limit(FARTHEST)).all():
        if (found := standing(session, round_, unit_id, now)) is not None:
            known.append(found)
        if len(known) > MOST_ROUNDS:  # one more than is shown, for the weeks before the first of them
            break
    points = [
        Point(
            found.figures, found.was, _weeks_between(before.figures.opens_at, found.figures.opens_at) if before else 0
        )
        for found, before in zip(known, [*known[1:], None], strict=True)
    ]
    return Trend(unit.name, tuple(reversed(points[:MOST_ROUNDS]))) if points else None


def _weeks_between(earlier: datetime, later: datetime) -> int:
    """Whole calendar weeks in which no round opened."""
    return max(0, (_monday(later) - _monday(earlier)).days // 7 - 1)


def _monday(moment: datetime) -> date:
    day = local(moment)
    return date(day.year, day.month, day.day) - timedelta(days=day.weekday())
