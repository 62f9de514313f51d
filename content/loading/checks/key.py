"""The key of a question as people write it: ``B``, ``2``, ``B, D``, ``2;3``, ``BD``, or ``1,3`` that Excel made 1.3."""

import re

from content.fold import fold
from content.loading.checks.entry import QUOTED, EntryReading
from content.loading.drafts import OPTIONS
from content.loading.excel.columns import LETTERS

WHOLE = re.compile(r"(\d+)\.0+")
PART = re.compile(r"[a-z]+|[0-9]+")


def key_numbers(written: str) -> list[int] | None:
    """The options a key names, counted from 1 and not yet held against the options; None when it is no key."""
    text = WHOLE.sub(r"\1", fold(written))
    numbers: list[int] = []
    for part in PART.findall(text):
        if part.isdigit():
            numbers.append(int(part[:6]))
        elif len(part) == 1 or _letters_in_order(part):
            numbers += [ord(letter) - ord("a") + 1 for letter in part]
        else:
            return None
    return sorted(set(numbers)) or None


def _letters_in_order(part: str) -> bool:
    return set(part) <= set(LETTERS.lower()) and list(part) == sorted(set(part))


def letter(number: int) -> str:
    """``A`` for 1; beyond the alphabet the number itself."""
    return chr(ord("A") + number - 1) if 1 <= number <= 26 else str(number)


def read_options(reading: EntryReading) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Options and right ones. Everything wrong with either, each thing once, goes into the reading's flaws."""
    options = tuple(reading.text(name) for name in OPTIONS)
    present = [number for number, name in enumerate(OPTIONS, 1) if reading.written(name)]
    written = reading.text("right")
    right = key_numbers(written) if written else []
    if right is None:
        reading.flaw("right", "loading.flaw.key_unread", value=written[:QUOTED])
    if not present:
        reading.flaw(OPTIONS[0], "loading.flaw.few_options")
    else:
        _hold_against(reading, present, right or [])
    return options[: present[-1] if present else 0], tuple(right or ())


def _hold_against(reading: EntryReading, present: list[int], right: list[int]) -> None:
    last = present[-1]
    shown = len(OPTIONS) if reading.entry.sheet else last  # a sheet shows the column of an option left empty
    for number in range(1, shown + 1):
        if number not in present and number in right:
            reading.flaw(OPTIONS[number - 1], "loading.flaw.empty_but_right", letter=letter(number))
        elif number not in present and number < last:
            following = next(other for other in present if other > number)
            reading.flaw(OPTIONS[number - 1], "loading.flaw.gap", letter=letter(following))
    if beyond := [number for number in right if not 1 <= number <= shown]:
        reading.flaw("right", "loading.flaw.key_beyond", value=letter(beyond[0]), last=letter(last))
    if len(present) < 2 and not any(reading.flawed(name) for name in (*OPTIONS, "right")):
        reading.flaw(OPTIONS[1], "loading.flaw.few_options")
    elif right == present and len(present) > 1:
        reading.flaw("right", "loading.flaw.all_right")
    _different(reading, present)


def _different(reading: EntryReading, present: list[int]) -> None:
    first: dict[str, int] = {}
    for number in present:
        same = first.setdefault(reading.written(OPTIONS[number - 1]).casefold(), number)
        if same != number:
            reading.flaw(OPTIONS[number - 1], "loading.flaw.same_option", letter=letter(same))
