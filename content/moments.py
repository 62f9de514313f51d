"""Days and clock times as people in Việt Nam read them. The names of the weekdays are in `weekdays.yaml`."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from content.faults import Fault, PhraseFaults
from content.reading import Series, Text, read_yaml

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WEEKDAYS = Path(__file__).parent / "weekdays.yaml"


def local(moment: date) -> date:
    """An aware moment in Vietnamese time; a plain day stays as it is. A naive moment is refused: ValueError."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(ZONE)


def clock(moment: datetime) -> str:
    """``17:00``. TypeError for a plain day, which has no time of day."""
    if not isinstance(moment, datetime):
        raise TypeError(f"{moment} has no time of day")
    return local(moment).strftime("%H:%M")


def day(moment: date) -> str:
    """``26/11``."""
    return local(moment).strftime("%d/%m")


def full_date(moment: date) -> str:
    """``26/11/2026``."""
    return local(moment).strftime("%d/%m/%Y")


class Weekdays:
    """The seven names, Monday first."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    @classmethod
    def load(cls) -> "Weekdays":
        """The names from `weekdays.yaml` beside this module."""
        faults: list[Fault] = []
        table = read_yaml(WEEKDAYS.name, WEEKDAYS.read_text(encoding="utf-8"), faults)
        listed = table.entries.get("weekdays") if table else None
        names = (
            tuple(entry.text for entry in listed.entries if isinstance(entry, Text))
            if isinstance(listed, Series)
            else ()
        )
        if faults or len(names) != 7:
            raise PhraseFaults(faults or [Fault(WEEKDAYS.name, 1, "must list seven weekdays, Monday first")])
        return cls(names)

    def weekday(self, moment: date) -> str:
        """The name of the day of the week."""
        return self._names[local(moment).weekday()]

    def moment(self, moment: date) -> str:
        """Clock, weekday and day; without the clock when only a day is known."""
        told = f"{self.weekday(moment)} {day(moment)}"
        return f"{clock(moment)} {told}" if isinstance(moment, datetime) else told
