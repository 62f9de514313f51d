"""Spelling: words of a text, and the ways a phone or a hand changes them on their way here."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from content.fold import nfc

_WORD = re.compile(r"[^\W_]+")
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))  # grave, acute, tilde, hook, dot below
_TELEX_TONE = re.compile(r"(?<=[aeiouy])[sfrxj]|[sfrxj]$")
_VNI_MARK = re.compile(r"(?<=[a-z])[0-9](?=[a-z]|$)")
SHORTEST_SLIP = 3  # letters; two letters are one slip away from half the language


def words(text: str) -> list[str]:
    """The words of a text in order, NFC and in small letters: letters and digits, nothing else."""
    return _WORD.findall(nfc(text).lower())


def toned(word: str) -> str:
    """The accented word with its tone behind it: ``hòa`` and ``hoà`` are two ways of writing one word."""
    parts = unicodedata.normalize("NFD", word)
    bare = parts.translate(_TONES)
    return bare if bare == parts else bare + "".join(letter for letter in parts if ord(letter) in _TONES)


def without_codes(word: str) -> str:
    """Undo raw keyboard codes in a folded word: ``phuwowng`` (Telex) and ``phu7o7ng`` (VNI) are ``phuong``."""
    if sum(letter.isalpha() for letter in word) < 2:  # "b2" is two choices, not one letter with a tone code
        return word
    word = _VNI_MARK.sub("", word)
    word = re.sub(r"([aeiou])w|w", r"\1", word)
    word = re.sub(r"aa|ee|oo|dd", lambda double: double[0][0], word)
    return _TELEX_TONE.sub("", word)


class Vocabulary:
    """Known folded words: which begin so, which are one slip away. Never changes once made."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._in_order = sorted(self._known)
        self._shortened: dict[str, list[str]] = {}
        for word in self._in_order:
            for shorter in {word, *_shortened(word)}:
                self._shortened.setdefault(shorter, []).append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def beginning(self, start: str) -> list[str]:
        """The known words that begin so, in order."""
        first = bisect_left(self._in_order, start)
        last = bisect_left(self._in_order, start + "\U0010ffff")
        return self._in_order[first:last]

    def near(self, word: str) -> list[str]:
        """The known words one letter more, less, other or swapped away. Numbers and short words have none."""
        if len(word) < SHORTEST_SLIP or not word.isalpha():
            return []
        found = {near for shorter in {word, *_shortened(word)} for near in self._shortened.get(shorter, ())}
        return sorted(near for near in found if near != word and is_one_slip(word, near))


def is_one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter added, lost, replaced, or two neighbours swapped."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])
    return one[1:] == other or one == other[1:]


def _shortened(word: str) -> Iterator[str]:
    return (word[:place] + word[place + 1 :] for place in range(len(word)))
