"""One cell of a spreadsheet as text or as a day: composed letters, single spaces, 5.0 as 5."""

import re
import unicodedata
from datetime import date, datetime

from content.fold import nfc

DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn"}  # controls, direction marks, surrogates, unassigned


def written(cell: object) -> str:
    """A cell as it was written, invisible letters included: whole numbers without ``.0``, days day/month/year."""
    if isinstance(cell, str):
        return spaced(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return spaced(str(cell)) if cell is not None else ""


def spaced(text: str) -> str:
    """The text composed, with single spaces and none at the ends."""
    return nfc(" ".join(text.split()))


def invisible(text: str) -> str:
    """The first letter of the text that nobody can see, or nothing."""
    if text.isascii() and text.isprintable():
        return ""
    return next((letter for letter in text if unicodedata.category(letter) in UNWANTED), "")


def cell_text(cell: object) -> str:
    """The text of a cell without invisible letters. Formula-looking text stays text."""
    text = written(cell)
    return text if text.isprintable() else clean(text)  # printable means: no letter of UNWANTED, no odd space


def clean(text: str) -> str:
    """The text without invisible letters, composed, with single spaces."""
    if not text.isascii() or not text.isprintable():
        single = " ".join(text.split())
        text = nfc("".join(letter for letter in single if unicodedata.category(letter) not in UNWANTED))
    return " ".join(text.split())


def cell_code(cell: object) -> str:
    """A code: as text, in capitals, so that ``p-hc`` and ``P-HC`` are one."""
    return nfc(cell_text(cell).upper())


def cell_day(cell: object) -> date | None:
    """A day from a date cell, ``01/07/2025`` or ``2025-07-01``. Raises ValueError otherwise; None when empty."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cell_text(cell)
    if not text:
        return None
    if found := DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    return date.fromisoformat(text)
