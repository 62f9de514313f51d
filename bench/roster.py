"""A roster of 50,000 people from .xlsx: read, checked, compared with the office and written; beside bare calamine.

``./nep bench roster --people 50000 --runs 3 --store sqlite``. Ours is `./nep roster import --apply` without the start
of Python: a first import into an empty office, then one in which a twentieth has another title. The peer reads the
same bytes into lists and looks at nothing. The order moves on with each run. Afterwards the office, written down
again, must be the roster of the file, or the benchmark stops. ``--growth`` prints what ours costs for a hundredth, a
tenth and the whole, and the exponent.
"""

import argparse
import contextlib
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path

from python_calamine import CalamineWorkbook

from app.commands.roster import import_file
from app.opening import OpenHouse, load_phrases
from app.settings import Settings
from bench import growth, office, stores
from bench.table import spread
from content.phrases import Phrases
from participation.roster import PersonRow, Roster, UnitRow
from participation.roster.exporting import current_roster
from participation.roster.file import write_roster
from store.database import Database
from store.migrations import upgrade

FIRST, CHANGED, CALAMINE = "nep, first import", "nep, a twentieth changed", "calamine alone"
UNITS = 1_000
BRANCHES = 10  # units below each unit
TITLES = ("Chuyên viên", "Chuyên viên chính", "Văn thư", "Kế toán")
FAMILIES, GIVEN = ("Nguyễn", "Trần", "Lê", "Phạm", "Vũ"), ("Thị Hoài An", "Văn Bình", "Ngọc Chi", "Quốc Dũng")


@dataclass(frozen=True, slots=True)
class Run:
    """One contestant once: milliseconds of the clock and of the processor."""

    name: str
    spent: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Files:
    """The two rosters as files, and as they must stand in the office afterwards."""

    first: Path
    changed: Path
    outcome: Roster


def a_roster(people: int, units: int) -> Roster:
    """An office of so many people, each with a phone, one head a unit."""
    tree = [
        UnitRow(number + 1, f"DV{number}", f"Phòng số {number}", "Phòng", f"DV{(number - 2) // BRANCHES + 1}")
        for number in range(1, units + 1)
    ]
    staff = [
        PersonRow(
            row=number + 1,
            staff_code=f"NV{number:06}",
            name=f"{FAMILIES[number % 5]} {GIVEN[number % 4]}",
            unit_code=f"DV{number % units + 1}",
            title=TITLES[number % len(TITLES)],
            phone=f"09{number:08}",
            duty="head" if number <= units else "",
        )
        for number in range(1, people + 1)
    ]
    return Roster((tree[0]._replace(parent_code=""), *tree[1:]), tuple(staff))


def files(folder: Path, people: int, units: int, phrases: Phrases) -> Files:
    """Write both files, as the product writes a roster."""
    first = a_roster(people, units)
    retitled = [one._replace(title="Phó phòng") if one.row % 20 == 0 else one for one in first.people]
    changed = Roster(first.units, tuple(retitled))
    paths = folder / "first.xlsx", folder / "changed.xlsx"
    for path, roster in zip(paths, (first, changed), strict=True):
        path.write_bytes(write_roster(roster, phrases))
    return Files(*paths, changed)


def ours(address: str, given: Files, phrases: Phrases) -> list[Run]:
    """Both imports into an empty store. Raises AssertionError when one fails or the office is not as the file says."""
    house = OpenHouse(Settings.model_construct(), Database(address), phrases, lambda: office.OPENED)
    runs = []
    for name, path in ((FIRST, given.first), (CHANGED, given.changed)):
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            run, refused = _timed(name, partial(import_file, house, path, write=True, confirmed=False))
        if refused:
            raise AssertionError(f"{name}: {said.getvalue()}")
        runs.append(run)
    with house.database.transaction() as session:
        found = current_roster(session, house.clock())
    house.close()
    if _told(found) != _told(given.outcome):
        raise AssertionError("the office is not what the file says")
    return runs


def bare(given: Files) -> list[Run]:
    """The same bytes read into lists by calamine."""
    run, rows = _timed(CALAMINE, lambda: _cells(given.first))
    if rows <= len(given.outcome.people):
        raise AssertionError(f"{CALAMINE}: {rows} rows")
    return [run]


def race(copy: stores.Copies, given: Files, phrases: Phrases, runs: int) -> list[Run]:
    """Both so many times, turning about."""
    found: list[Run] = []
    for turn in range(runs):
        with copy() as address:
            contestants = [partial(ours, address, given, phrases), partial(bare, given)]
            for contestant in contestants[turn % 2 :] + contestants[: turn % 2]:
                found += contestant()
    return found


def report(runs: Sequence[Run]) -> str:
    """The table people read: medians, the least and the most, and how many times the peer's each takes."""
    lines = [f"{'':<26}{'ms':>24}{'ratio':>7}{'CPU ms':>24}{'ratio':>7}"]
    for name in (FIRST, CHANGED, CALAMINE):
        cells = []
        for value in (attrgetter("spent"), attrgetter("cpu")):
            mine = [value(one) for one in runs if one.name == name]
            peer = statistics.median([value(one) for one in runs if one.name == CALAMINE])
            cells.append(f"{spread(mine):>24}{statistics.median(mine) / peer:>7.2f}")
        lines.append(f"{name:<26}{''.join(cells)}")
    return "\n".join(lines)


def costs(runs: Sequence[Run]) -> growth.Costs:
    """What each of our imports took of the processor."""
    columns = {FIRST: "first import, CPU ms", CHANGED: "changed, CPU ms"}
    return {told: statistics.median(one.cpu for one in runs if one.name == name) for name, told in columns.items()}


def main() -> None:
    """Write the files, race, print."""
    parser = argparse.ArgumentParser(prog="./nep bench roster", description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--store", choices=stores.KINDS, default=stores.KINDS[0])
    parser.add_argument("--growth", action="store_true", help="ours with more and more people and units")
    chosen = parser.parse_args()
    phrases = load_phrases()

    def raced(people: int) -> list[Run]:
        units = max(1, chosen.units * people // chosen.people)
        with (
            tempfile.TemporaryDirectory() as folder,
            stores.copies(chosen.store, lambda database: upgrade(database.engine)) as copy,
        ):
            return race(copy, files(Path(folder), people, units, phrases), phrases, chosen.runs)

    print(f"{chosen.store}, {chosen.people} people, {chosen.units} units, {chosen.runs} runs; median (min–max)")  # noqa: T201
    if chosen.growth:
        print(growth.grown("people", chosen.people, lambda people: costs(raced(people))))  # noqa: T201
    else:
        print(report(raced(chosen.people)))  # noqa: T201


def _timed(name: str, work: Callable[[], int]) -> tuple[Run, int]:
    began, used = time.perf_counter(), time.process_time()
    result = work()
    return Run(name, (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000), result


def _cells(path: Path) -> int:
    with CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())) as workbook:
        grids = [workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names[:2]]
    return sum(map(len, grids))


def _told(roster: Roster) -> tuple[list[UnitRow], list[PersonRow]]:
    """A roster without the lines it stood in and the days that were left to the import."""
    units = [one._replace(row=0, valid_from_on=None) for one in roster.units]
    people = [one._replace(row=0) for one in roster.people]
    return sorted(units, key=lambda one: one.code), sorted(people, key=lambda one: one.staff_code)


if __name__ == "__main__":
    main()
