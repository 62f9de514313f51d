"""The working calendar: public holidays of Việt Nam, and the organisation's own table, which wins."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from store.tables import CalendarOverride

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Window = tuple[time, time]
SEND_WINDOWS: tuple[Window, ...] = ((time(8), time(11, 15)), (time(13, 45), time(16, 45)))
LONGEST_BREAK = 366  # days without a working day before the override table itself must be wrong


class NeverWorking(ValueError):
    """The override table leaves no working day within a year."""


@dataclass(frozen=True)
class Calendar:
    """Which days are worked, and between which clock times messages go out. Pure: the same day, the same answer."""

    overrides: Mapping[date, bool] = field(default_factory=dict)
    windows: tuple[Window, ...] = SEND_WINDOWS

    def is_working(self, day: date) -> bool:
        """Whether the office works that day."""
        if day in self.overrides:
            return self.overrides[day]
        off, worked = public_days(day.year)
        return day in worked if day.weekday() >= 5 else day not in off

    def next_working(self, day: date) -> date:
        """The day itself when it is worked, else the first working day after it. Raises NeverWorking."""
        for ahead in range(LONGEST_BREAK):
            candidate = day + timedelta(days=ahead)
            if self.is_working(candidate):
                return candidate
        raise NeverWorking(f"no working day within a year of {day}")

    def add_working_days(self, day: date, count: int) -> date:
        """The working day `count` working days after `day`; a day off counts as the working day after it."""
        reached = self.next_working(day)
        for _ in range(count):
            reached = self.next_working(reached + timedelta(days=1))
        return reached


def load_calendar(session: Session, windows: tuple[Window, ...] = SEND_WINDOWS) -> Calendar:
    """The calendar as the organisation has it now."""
    overrides = {row.day_on: row.working for row in session.exec(select(CalendarOverride))}
    return Calendar(overrides, windows)


def office_day(moment: datetime) -> date:
    """The day a moment falls on at the office."""
    return moment.astimezone(OFFICE_ZONE).date()


def at_office(day: date, clock: time) -> datetime:
    """A clock time of a day at the office, as an aware moment."""
    return datetime.combine(day, clock, OFFICE_ZONE)


def learn(day: date) -> None:
    """Have the public days of this year and the next worked out, which takes a second: never inside a transaction."""
    for year in (day.year, day.year + 1):
        public_days(year)


@cache
def public_days(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """The public holidays of a year, and its weekend days worked in exchange for a day off."""
    off, worked = _decade(year // 10 * 10)
    return frozenset(day for day in off if day.year == year), frozenset(day for day in worked if day.year == year)


@cache
def _decade(first: int) -> tuple[frozenset[date], frozenset[date]]:
    # -P: beside the script stands a module called calendar, which must not pass for the standard one
    asked = [sys.executable, "-P", str(Path(__file__).with_name("public_days.py")), str(first)]
    told = json.loads(subprocess.run(asked, capture_output=True, check=True, timeout=60).stdout)  # noqa: S603
    return frozenset(map(date.fromisoformat, told["off"])), frozenset(map(date.fromisoformat, told["worked"]))
