"""Typed choices: what people write when they mean option B, with the slips Vietnamese keyboards make.

Only a text that is nothing but a choice counts as one; anything ambiguous is None and records nothing.
"""

import re
import unicodedata

from content.fold import fold
from content.spelling import without_codes

LONGEST = 40  # characters: a longer text is talk, not a choice

NUMBER_WORDS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9}
_LETTERS = {letter: number for number, letter in enumerate("abcdef", 1)}
_LEAD = (
    r"(?:(?:da|thua|vang) )*(?:(?:em|toi|minh|anh|chi|chau) )?(?:(?:xin )?(?:chon|tra loi|lua chon) )?"
    r"(?:(?:cau|phuong an|dap an|lua chon|muc|y|so) ?)*"
)
_COURTESY = re.compile(
    r"[\s,]+(?:\u1ea1|nh\u00e9|nha|nh\u00e1)[\s.!]*$", re.IGNORECASE
)  # before folding: then it is an "a"
_CHOICE = re.compile(rf"{_LEAD}(?P<choice>[a-f]|[1-9]\d?|{'|'.join(NUMBER_WORDS)})")

_PARTS_OF_KEYCAPS = str.maketrans("", "", "\ufe0f\u20e3")
_EDGES = " .,:;)(][}{!?\"'“”‘’*_-–/\\"


def chosen(text: str) -> int | None:
    """The number (from 1) a text names, or None: ``2``, ``b``, ``B.``, ``câu B``, ``phương án 2``, ``hai``."""
    if len(text) > LONGEST:
        return None
    bare = _COURTESY.sub("", unicodedata.normalize("NFKC", text.translate(_PARTS_OF_KEYCAPS)))
    plain = fold(bare).replace(",", " ").strip(_EDGES)
    for spelling in (plain, _without_slips(plain)):
        match = _CHOICE.fullmatch(spelling)
        if match:
            return _number(match["choice"])
    return None


def is_letter(text: str) -> bool:
    """Whether a choice was named by letter or in words about an answer: it means a question, never a menu."""
    plain = fold(text).strip(_EDGES)
    return bool(re.search(r"(^|[ .])[a-f]$", plain)) or plain.startswith(("cau", "phuong an", "dap an"))


def _number(choice: str) -> int:
    if choice.isdigit():
        return int(choice)
    return _LETTERS.get(choice) or NUMBER_WORDS[choice]


def _without_slips(plain: str) -> str:
    """Undo raw keyboard codes: ``phuwowng asn 2`` (Telex) and ``phu7o7ng a1n 2`` (VNI) are ``phuong an 2``."""
    return " ".join(without_codes(word) for word in plain.split())
