"""Plan files: YAML that an admin may edit; every fault is told with file and line."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, time
from pathlib import Path

from content.faults import Fault
from content.fields import Entry
from content.reading import Series, Table, decoded, read_yaml
from scheduler.calendar import SEND_WINDOWS, Window
from scheduler.plans import CampaignEntry, PlanEntry, PlanFaults
from scheduler.shapes import Shape, Step, Weekday

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
SENDING_STEPS = ("remind", "review", "digest")
NO_TABLE = Table({}, {}, 1)


def load_plans(path: Path, windows: Sequence[Window] = SEND_WINDOWS) -> tuple[PlanEntry, ...]:
    """The plans of one file. Raises PlanFaults with every fault in it."""
    faults: list[Fault] = []
    text = decoded(path.name, path.read_bytes(), faults)
    table = None if text is None else read_yaml(path.name, text, faults)
    if table is None:
        raise PlanFaults(faults)
    for key in table.entries.keys() - {"campaigns", "plans"}:
        faults.append(Fault(path.name, table.lines[key], f"unknown section '{key}'; use campaigns, plans"))
    reader = _Reader(path.name, faults, windows)
    campaigns = {entry.code: entry for entry in map(reader.campaign, reader.entries(table, "campaigns"))}
    plans = [reader.plan(raw, campaigns) for raw in reader.entries(table, "plans")]
    codes = [plan.code for plan in plans]
    for plan in (plan for place, plan in enumerate(plans) if plan.code in codes[:place]):
        faults.append(Fault(path.name, plan.line, f"plan '{plan.code}' is given twice"))
    if faults:
        raise PlanFaults(faults)
    return tuple(plans)


class _Reader:
    """Reads the entries of one file; what is wrong is noted, and reading goes on."""

    def __init__(self, file: str, faults: list[Fault], windows: Sequence[Window]) -> None:
        self._file, self._faults, self._windows = file, faults, windows

    def entries(self, table: Table, section: str) -> Iterator[Table]:
        listed = table.entries.get(section)
        if not isinstance(listed, Series) or not listed.entries:
            self._fault(table.lines.get(section, 1), f"'{section}' must be a list with at least one entry")
            return
        for raw in listed.entries:
            if isinstance(raw, Table):
                yield raw
            else:
                self._fault(raw.line, f"each of '{section}' must hold keys and values")

    def campaign(self, raw: Table) -> CampaignEntry:
        entry = Entry(raw, self._file, self._faults)
        starts_on, ends_on = entry.day("starts_on"), entry.day("ends_on")
        if starts_on is None:
            entry.fault("'starts_on' is needed: the first day of the campaign", "starts_on")
        elif ends_on is not None and ends_on < starts_on:
            entry.fault("'ends_on' is before 'starts_on'", "ends_on")
        found = CampaignEntry(entry.code(), entry.text("name", 120), starts_on or date.min, ends_on)
        entry.finish()
        return found

    def plan(self, raw: Table, campaigns: dict[str, CampaignEntry]) -> PlanEntry:
        nested = {key: value for key, value in raw.entries.items() if isinstance(value, Table)}
        flat = {key: value for key, value in raw.entries.items() if key not in nested}
        entry = Entry(Table(flat, raw.lines, raw.line), self._file, self._faults)
        campaign = campaigns.get(entry.code("campaign"))
        if campaign is None:
            entry.fault("'campaign' names no campaign of this file", "campaign")
        code, name, audience = entry.code(), entry.text("name", 120), entry.code("audience", needed=False)
        shape = self._shape(entry, raw, nested)
        entry.finish()
        unnamed = CampaignEntry("", "", date.min, None)
        return PlanEntry(code, campaign or unnamed, name, audience, shape, self._file, raw.line)

    def _shape(self, entry: Entry, raw: Table, nested: dict[str, Table]) -> Shape:
        opens = self._part(raw, nested, "opens")
        weekday, clock = opens.choice("weekday", Weekday), self._clock(opens, sending=True)
        opens.finish()
        steps = {name: self._step(raw, nested, name, 0) for name in SENDING_STEPS}
        closes = self._step(raw, nested, "closes", 1)
        lateness = self._part(raw, nested, "lateness_hours")
        hours = {kind: lateness.number(kind, 1, 240) for kind in ("open", "review", "digest")}
        lateness.finish()
        for key in nested.keys() - {"opens", "closes", "lateness_hours", *SENDING_STEPS}:
            self._fault(raw.lines[key], f"unknown key '{key}'")
        if steps["remind"].days > closes.days:
            entry.fault("'remind' falls after 'closes'", "remind")
        return Shape(
            weekday=weekday,
            clock=clock,
            closes=closes,
            **steps,
            freeze_days=entry.number("freeze_days", 0, 30),
            grace_minutes=entry.number("grace_minutes", 0, 120),
            questions=entry.number("questions", 1, 5),
            topics=entry.texts("topics", 32),
            tracks=entry.texts("tracks", 32, needed=False),
            lateness_hours=hours,
            weekly_cap=entry.number("weekly_cap", 1, 7),
            daily_cap=entry.number("daily_cap", 1, 3),
        )

    def _step(self, raw: Table, nested: dict[str, Table], name: str, least: int) -> Step:
        part = self._part(raw, nested, name)
        # A round of at least one working day: two rounds of a plan can then never close at the same moment.
        step = Step(part.number("days", least, 30), self._clock(part, sending=name in SENDING_STEPS))
        part.finish()
        return step

    def _part(self, raw: Table, nested: dict[str, Table], key: str) -> Entry:
        if key not in nested:
            self._fault(raw.lines.get(key, raw.line), f"'{key}' must hold keys and values")
        return Entry(nested.get(key, NO_TABLE), self._file, self._faults if key in nested else [])

    def _clock(self, entry: Entry, *, sending: bool) -> str:
        written = entry.text("clock")
        if not CLOCK.fullmatch(written):
            entry.fault(f"'clock' is '{written}'; write a time as HH:MM", "clock")
            return "09:00"
        if sending and not any(start <= time.fromisoformat(written) < end for start, end in self._windows):
            entry.fault(f"'clock' is '{written}', outside the hours in which messages go out", "clock")
        return written

    def _fault(self, line: int, text: str) -> None:
        self._faults.append(Fault(self._file, line, text))
