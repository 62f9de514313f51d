"""One cell of a spreadsheet as clean text or as a day: NFC, single spaces, nothing invisible, 5.0 as 5."""

import re
import unicodedata
from datetime import date, datetime

from content.fold import nfc

DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn"}  # controls, direction marks, surrogates, unassigned


def cell_text(cell: object) -> str:
    """The text of a cell. Formula-looking text stays text; a day reads day/month/year."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return clean(str(cell)) if cell is not None else ""


def clean(text: str) -> str:
    """The text without invisible letters, composed, with single spaces."""
    if not text.isascii() or not text.isprintable():
        spaced = " ".join(text.split())
        text = nfc("".join(letter for letter in spaced if unicodedata.category(letter) not in UNWANTED))
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
