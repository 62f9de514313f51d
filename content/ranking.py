"""Ranking: which of many short texts answer a few words best. An inverted index that never changes once built.

Nothing that is typed is ever read as a query language: words are looked up, and that is all.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from content.fold import fold
from content.spelling import Vocabulary, toned, without_codes, words

LONGEST = 300  # characters of what was typed that are read
MOST_WORDS = 12
ENOUGH, PLENTY = 0.6, 0.75  # of what was asked for, by weight: to be shown; to be shown to who did not ask for a search
CORRECTED = 0.8  # what a word one slip away is worth, against one as typed
FAINT = 0.3  # of the best text's merit: what has less is not shown beside it, unless its accents are exact
GUESSED = 0.5  # the same for a known word taken for a slip of another, which is done for one word of a query at most
OTHER_ACCENTS = 0.5  # what a word weighs that has other accents than those typed
SATURATION, LENGTH_PART = 1.2, 0.5  # k1 and b of BM25
PAIR = 0.5  # two words side by side, as in the query, against the same words apart
# Folded words that ask rather than name; they count only when nothing else is said.
LIGHT = frozenset(
    ["a", "bi", "cac", "co", "duoc", "gi", "khi", "khong", "la", "ma", "nao", "nhe", "nhu", "nhung", "va", "voi"]
)

Impacts = dict[int, float]  # position of a text → what a word is worth there


@dataclass(frozen=True, slots=True)
class Found:
    """One text, by its position; `exact` when it holds all that was typed with the accents it was typed with."""

    position: int
    exact: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """A typed word: where it stands and what it is worth there, and where it stands as it was accented, if it was."""

    word: str
    found: Impacts
    weight: float
    accented: frozenset[int] | None


class Ranking:
    """Texts as weighted fields; `find` may be called from any number of threads."""

    def __init__(self, texts: Sequence[Sequence[tuple[str, float]]]) -> None:
        """`texts`: for each text its fields and how much a word in a field is worth."""
        folds: dict[str, str] = {}
        tones: dict[str, str] = {}
        single: dict[str, Impacts] = defaultdict(_nothing)
        pairs: dict[str, Impacts] = defaultdict(_nothing)
        accented: dict[str, set[int]] = defaultdict(set)
        lengths = [0.0] * len(texts)
        for position, fields in enumerate(texts):
            for text, weight in fields:
                spoken = words(text)
                for word in spoken:
                    if word not in folds:
                        folds[word], tones[word] = fold(word), toned(word)
                    single[folds[word]][position] += weight
                    accented[tones[word]].add(position)
                for first, second in pairwise(spoken):
                    pairs[f"{folds[first]} {folds[second]}"][position] += weight
                lengths[position] += len(spoken)
        self._size = len(texts)
        self._accented = {word: frozenset(where) for word, where in accented.items()}
        self._single = _impacts(single, lengths, 1.0)
        self._pairs = _impacts(pairs, lengths, PAIR)
        self._vocabulary = Vocabulary(self._single)

    def find(self, typed: str, limit: int, *, sure: bool = False) -> list[Found]:
        """The best texts first: exact ones, then by how much of the query they hold and how tellingly.

        `sure` keeps only what answers nearly all of it: for a text that was not said to be a query.
        """
        read = typed if len(typed) <= LONGEST else typed[:LONGEST].rpartition(" ")[0]  # no word cut in half
        spoken = list(dict.fromkeys(words(read)))[:MOST_WORDS]
        asked = self._asked(spoken)
        shares, scores, whole = _tallied(asked)
        if not whole and not sure:
            self._guess(asked, shares, scores)
        enough = (PLENTY if sure else ENOUGH) * sum(one.weight for one in asked)
        kept = [where for where, share in shares.items() if share >= enough or (where in whole and not sure)]
        self._reward_pairs([fold(word) for word in spoken], scores)
        exact = _exact(asked, whole)
        merits = {where: shares[where] * scores[where] for where in kept}
        least = FAINT * max(merits.values(), default=0.0)
        kept = [where for where in kept if merits[where] >= least or where in exact]
        kept.sort(key=lambda where: (where not in exact, -merits[where], where))
        return [Found(where, where in exact) for where in kept[:limit]]

    def _asked(self, spoken: Sequence[str]) -> list[_Asked]:
        accented = any(toned(word) != fold(word) for word in spoken)
        telling = [word for word in spoken if fold(word) not in LIGHT] or spoken
        found = [self._found(self._meanings(fold(word), word == spoken[-1])) for word in telling]
        rarities = [self._rarity(len(where)) for where in found if where]
        usual = sum(rarities) / len(rarities) if rarities else 1.0  # for a word that stands nowhere
        return [
            _Asked(
                fold(word),
                where,
                self._rarity(len(where)) if where else usual,
                self._accented.get(toned(word), frozenset()) if accented else None,
            )
            for word, where in zip(telling, found, strict=True)
        ]

    def _meanings(self, word: str, last: bool) -> dict[str, float]:
        """What a word may stand for: itself when it is known, else what a keyboard or a hand made it from."""
        for spelling in (word, without_codes(word)):
            if spelling in self._vocabulary:
                return {spelling: 1.0}
        begun = self._vocabulary.beginning(word) if last and word.isalpha() else []
        return dict.fromkeys([*self._vocabulary.near(word), *begun], CORRECTED)

    def _found(self, meanings: Mapping[str, float]) -> Impacts:
        """Where any of these words stands, and what the best of them is worth there."""
        if len(meanings) == 1:
            [(word, worth)] = meanings.items()
            if worth == 1.0:
                return self._single[word]
        best: Impacts = {}
        for word, worth in meanings.items():
            for where, impact in self._single[word].items():
                best[where] = max(best.get(where, 0.0), impact * worth)
        return best

    def _guess(self, asked: Sequence[_Asked], shares: Impacts, scores: Impacts) -> None:
        """Nothing holds all of it: perhaps one known word is a slip of another, or still being typed."""
        guessed: set[int] = set()
        for place, one in enumerate(asked):
            begun = self._vocabulary.beginning(one.word) if place == len(asked) - 1 and one.word.isalpha() else []
            open_to_it = shares.keys() - one.found.keys() - guessed
            for word in dict.fromkeys([*self._vocabulary.near(one.word), *begun]):
                for where in open_to_it & self._single[word].keys():
                    guessed.add(where)
                    shares[where] += one.weight * GUESSED
                    scores[where] += self._single[word][where] * GUESSED
                open_to_it -= guessed

    def _reward_pairs(self, folded: Sequence[str], scores: Impacts) -> None:
        for first, second in pairwise(folded):
            for where, worth in self._pairs.get(f"{first} {second}", {}).items():
                if where in scores:
                    scores[where] += worth

    def _rarity(self, texts: int) -> float:
        return _rarity(texts, self._size)


def _tallied(asked: Sequence[_Asked]) -> tuple[Impacts, Impacts, set[int]]:
    """By text: how much of the query it holds, what that is worth there; and the texts that hold all of it.

    The telling words go first: a text that lacks so much of them that the rest is not enough need not be counted.
    """
    shares, scores = _nothing(), _nothing()
    spare = (1 - ENOUGH) * sum(one.weight for one in asked) + 1e-9
    for one in sorted(asked, key=lambda one: -one.weight):
        found, weight, accented = one.found, one.weight, one.accented
        for where in found if spare >= 0 else shares.keys() & found.keys():
            shares[where] += weight if accented is None or where in accented else weight * OTHER_ACCENTS
            scores[where] += found[where]
        spare -= weight
    whole = set(shares).intersection(*(one.found for one in asked))
    return shares, scores, whole


def _exact(asked: Sequence[_Asked], whole: set[int]) -> set[int]:
    """Where every word stands with its accents. Nothing is exact in what was typed without any."""
    if not asked or asked[0].accented is None:
        return set()
    return whole.intersection(*(one.accented or () for one in asked))


def _rarity(texts: int, size: int) -> float:
    """What a word tells that stands in so many of the texts."""
    return math.log(1 + (size - texts + 0.5) / (texts + 0.5))


def _nothing() -> Impacts:
    return defaultdict(float)


def _impacts(counted: Mapping[str, Mapping[int, float]], lengths: Sequence[float], share: float) -> dict[str, Impacts]:
    """BM25, worked out once: what each word adds to each text that holds it."""
    usual = sum(lengths) / len(lengths) if lengths else 1.0
    damping = [SATURATION * (1 - LENGTH_PART + LENGTH_PART * length / (usual or 1.0)) for length in lengths]
    impacts: dict[str, Impacts] = {}
    for word, where in counted.items():
        rarity = _rarity(len(where), len(lengths))
        impacts[word] = {
            place: share * rarity * times * (SATURATION + 1) / (times + damping[place])
            for place, times in where.items()
        }
    return impacts
