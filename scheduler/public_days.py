"""The public days of ten years, printed as JSON by a process of its own: ``python public_days.py 2020``.

The library of holidays loads every country to tell of one, 20 MB that the office's process need not keep.
"""

import json
import sys
from collections.abc import Iterable
from datetime import date

import holidays


def worked_out(first: int) -> dict[str, list[str]]:
    """Days off, and weekend days worked in exchange for one, of the ten years from `first` on."""
    years = range(first, first + 10)
    # A day swapped over New Year stands in the tables of the year after.
    national = holidays.country_holidays("VN", years=range(first, first + 11))
    worked = getattr(national, "weekend_workdays", ())
    return {"off": _of(national, years), "worked": _of(worked, years)}


def _of(days: Iterable[date], years: range) -> list[str]:
    return sorted(day.isoformat() for day in days if day.year in years)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(worked_out(int(sys.argv[1]))))
