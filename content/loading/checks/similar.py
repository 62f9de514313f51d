"""Near-duplicates: questions that say nearly the same in nearly the same words, found without comparing all with all.

Two stems are alike when the words and pairs of neighbouring words they share make up a large part of those that either
has. A stem that is alike enough must share one of the other's rarer features, so only those are looked up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, pairwise
from math import ceil

from content.fold import fold

ALIKE = 0.72  # one word in twenty replaced gives 0.86, two 0.73; one word in nine 0.70
SAME = 0.9  # alike enough to look no further
CROWD = 24  # a feature that so many stems count among their rare ones tells none apart
LOOKED_AT = 64  # stems held against one, those that share its rarest features first; both bound the work on odd files


class Stems:
    """A growing collection of stems, each under a name of its own, that finds what a new one nearly repeats."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts` are all stems that will ever be added or asked for: how common their words are decides the order."""
        self._common = Counter(feature for text in texts for feature in features(text))
        self._held: dict[str, frozenset[str]] = {}
        self._by_feature: dict[str, list[str]] = {}

    def add(self, name: str, text: str) -> None:
        """One more stem."""
        self._held[name] = features(text)
        for feature in self._rare(self._held[name]):
            listed = self._by_feature.setdefault(feature, [])
            if len(listed) < CROWD:
                listed.append(name)

    def alike(self, text: str, but: str = "") -> str:
        """The name of the stem most like the text, or of one that is the `SAME`; empty when none is alike enough."""
        mine = features(text)
        best, found = ALIKE, ""
        listed = (name for feature in self._rare(mine) for name in self._by_feature.get(feature, ()))
        for name in islice(dict.fromkeys(listed), LOOKED_AT):
            near = likeness(mine, self._held[name])
            if name != but and (near > best or (near == best and not found)):
                best, found = near, name
            if found and best >= SAME:
                break
        return found

    def _rare(self, found: frozenset[str]) -> Sequence[str]:
        """The rarest features: two sets that share `ALIKE` of their union share at least one of these."""
        ordered = sorted(found, key=lambda feature: (self._common[feature], feature))
        return ordered[: len(found) - ceil(ALIKE * len(found)) + 1]


def features(text: str) -> frozenset[str]:
    """Folded words without punctuation, and pairs of neighbouring ones."""
    words = "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()
    return frozenset(words) | {f"{one} {two}" for one, two in pairwise(words)}


def likeness(one: frozenset[str], two: frozenset[str]) -> float:
    """From 0 to 1: shared features among all features."""
    return len(one & two) / len(one | two) if one or two else 0.0


def standing(stems: Mapping[str, str], new: Iterable[str]) -> Stems:
    """The stems the house holds, ready to be asked about new ones."""
    held = Stems([*stems.values(), *new])
    for code, stem in stems.items():
        held.add(code, stem)
    return held
