"""Keys as people write them: ``B``, ``2`` or ``B,D`` name the right options of a question, counted from 1."""

import re
from collections.abc import Iterable

_WRITTEN = re.compile(r"(?P<key>[A-Z0-9](?:\s*[,;+]\s*[A-Z0-9])*)(?:\s+(?P<rest>.*))?", re.DOTALL | re.IGNORECASE)


def read_key(text: str) -> tuple[tuple[int, ...], str]:
    """The options a text begins with, ascending, and what is written behind them.

    ``B,D vì đã đổi luật`` gives ``(2, 4)`` and ``vì đã đổi luật``; a text that begins otherwise names no option.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return (), text.strip()
    named = {_number(sign) for sign in re.findall(r"[A-Z0-9]", found["key"].upper())}
    return tuple(sorted(named)), found["rest"] or ""


def letters(options: Iterable[int]) -> str:
    """Options as letters: ``B`` or ``B, D``."""
    return ", ".join(chr(ord("A") + option - 1) for option in options)


def _number(sign: str) -> int:
    return int(sign) if sign.isdigit() else ord(sign) - ord("A") + 1
