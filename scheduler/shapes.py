"""Plans as values: the shape of a week, kept as JSON in a plan's row. Days are counted in working days."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from scheduler.calendar import Calendar, at_office, office_day

UNLIMITED = timedelta(days=36500)


class Weekday(StrEnum):
    """Days of the week by name: numbers mean different days to different programs."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @property
    def number(self) -> int:
        """Monday is 0, as in `date.weekday`."""
        return list(Weekday).index(self)


@dataclass(frozen=True, slots=True)
class Step:
    """So many working days after the day of opening, at a clock time of the office (``HH:MM``)."""

    days: int
    clock: str

    def moment(self, calendar: Calendar, opened_on: date) -> datetime:
        """When the step is due for a round opened that day."""
        return at_office(calendar.add_working_days(opened_on, self.days), time.fromisoformat(self.clock))


@dataclass(frozen=True, slots=True)
class Shape:
    """One week of a plan. `lateness_hours` by kind: later than that, it is missed and not made up for."""

    weekday: Weekday
    clock: str
    remind: Step
    review: Step
    closes: Step
    digest: Step
    freeze_days: int
    grace_minutes: int
    questions: int
    topics: tuple[str, ...]
    tracks: tuple[str, ...]
    lateness_hours: dict[str, int]
    weekly_cap: int
    daily_cap: int

    def dumps(self) -> str:
        """JSON text for the plan's row."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def loads(cls, text: str) -> "Shape":
        """The shape a plan's row holds."""
        raw: dict[str, Any] = json.loads(text)
        raw |= {name: Step(**raw[name]) for name in ("remind", "review", "closes", "digest")}
        raw |= {"weekday": Weekday(raw["weekday"]), "topics": tuple(raw["topics"])}
        raw["tracks"] = tuple(raw.get("tracks", ()))  # rows written before there were tracks
        return cls(**raw)

    def slot_after(self, moment: datetime) -> datetime:
        """The first weekly slot strictly after a moment, whatever the calendar says of that day."""
        day = office_day(moment)
        ahead = (self.weekday.number - day.weekday()) % 7
        slot = at_office(day + timedelta(days=ahead), time.fromisoformat(self.clock))
        return slot if slot > moment else slot + timedelta(days=7)

    def lateness(self, kind: str) -> timedelta:
        """How late a kind may still happen; UNLIMITED for what the plan sets no limit to."""
        hours = self.lateness_hours.get(kind)
        return UNLIMITED if hours is None else timedelta(hours=hours)
