"""How long a search takes over many cards, against three other ways of doing it in the same run.

``./nep bench search --cards 2000 --queries 400 --store sqlite``. Cards and queries are made of the shipped library's
own words, from a seed: the same numbers of the same things every time. The order of the contestants alternates. Only
ours as in chat looks at the store. ``--growth`` prints what it costs for a hundredth, a tenth and all of the cards, and
the exponent.
"""

import argparse
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

from sqlmodel import Session

from bench import growth, stores
from content.fold import fold
from content.library import Card, Library, load_library
from content.ranking import Ranking
from content.searching import AT_MOST, Search
from content.spelling import words
from store.database import Database
from store.migrations import upgrade
from store.tables import CardVersion

LIBRARY = Path(__file__).parent.parent / "content" / "library"
TODAY = date(2026, 11, 10)
NOW = datetime(2026, 11, 10, tzinfo=UTC)
TITLE, TEXT = 3.0, 1.0
OURS = "search"
LETTERS = "abcdeghiklmnopqrstuvxy"

Fields = tuple[str, str]  # title and text
Clock = Callable[[], float]
Contestant = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: `kind` is accented, plain, slip, half or miss; `meant` is the card its words come from."""

    kind: str
    typed: str
    meant: int | None


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds per query of one contestant, and how often the card meant was first or among the first eight."""

    name: str
    median: float
    p95: float
    p99: float
    first: float
    shown: float


def cards(count: int, chance: random.Random, library: Library | None = None) -> list[Fields]:
    """So many cards that read like the shipped ones: each word follows one it follows there."""
    shipped = list((library or load_library(LIBRARY)).cards.values())
    follows: dict[str, list[str]] = {}
    for card in shipped:
        for first, second in pairwise(card.text.split()):
            follows.setdefault(first, []).append(second)
    titles = [word for card in shipped for word in card.title.split()]
    return [(" ".join(chance.sample(titles, 4)), _text(shipped, follows, chance)) for _ in range(count)]


def queries(made: Sequence[Fields], count: int, chance: random.Random) -> list[Asked]:
    """A mixture of what people type: words of a card as they are, without accents, with a slip, half typed; misses."""
    asked = []
    for number in range(count):
        meant = chance.randrange(len(made))
        spoken = words(made[meant][chance.random() < 0.5])
        start = chance.randrange(max(1, len(spoken) - 3))
        chosen = spoken[start : start + chance.randint(2, 4)]
        kind = ("accented", "plain", "slip", "half", "miss")[number % 5]
        typed, found = _typed(kind, chosen, chance), None if kind == "miss" else meant
        asked.append(Asked(kind, typed, found))
    return asked


def contestants(made: Sequence[Fields], session: Session) -> dict[str, Contestant]:
    """Ours as in chat and its index alone; three others: fold all on every query; fold once; SQLite's FTS5.

    `session` is one on a store filled with the same cards.
    """
    ranking = _ranking(made)
    whole = [f"{title} {text}" for title, text in made]
    folded = [fold(one) for one in whole]

    def scan(texts: Sequence[str], typed: str) -> list[int]:
        wanted = fold(typed).split()
        return [place for place, text in enumerate(texts) if all(word in text for word in wanted)]

    return {
        OURS: _as_in_chat(session),
        "index": lambda typed: [found.position for found in ranking.find(typed, AT_MOST)],
        "naive scan": lambda typed: scan([fold(one) for one in whole], typed),
        "folded scan": lambda typed: scan(folded, typed),
        "FTS5": _fts5(made),
    }


def fill(database: Database, made: Sequence[Fields]) -> None:
    """Keep the cards in an empty store; their positions stand in the codes."""
    upgrade(database.engine)
    with database.transaction() as session:
        session.add_all(_version(place, title, text) for place, (title, text) in enumerate(made))


def race(kind: str, made: Sequence[Fields], asked: Sequence[Asked], clock: Clock = time.perf_counter) -> list[Timing]:
    """Every contestant answers every query. `clock` counts seconds."""
    with stores.copies(kind, lambda database: fill(database, made)) as copy, copy() as address:
        database = Database(address)
        with database.reading() as session:
            timings = run(contestants(made, session), asked, clock)
        database.close()
    return timings


def built(made: Sequence[Fields], clock: Clock) -> float:
    """Milliseconds to build our index."""
    began = clock()
    _ranking(made)
    return (clock() - began) * 1000


def run(contestants: Mapping[str, Contestant], asked: Sequence[Asked], clock: Clock) -> list[Timing]:
    """Who begins changes from query to query."""
    racing = list(contestants.items())
    spent: dict[str, list[float]] = {name: [] for name, _ in racing}
    answers: dict[str, list[Sequence[int]]] = {name: [] for name, _ in racing}
    for number, one in enumerate(asked):
        turn = number % len(racing)
        for name, answer in racing[turn:] + racing[:turn]:
            began = clock()
            found = answer(one.typed)
            spent[name].append((clock() - began) * 1000)
            answers[name].append(found)
    return [_timing(name, spent[name], answers[name], asked) for name, _ in racing]


def report(timings: Sequence[Timing]) -> str:
    """The table people read: milliseconds, ratios of medians to ours, and how often the card meant was found."""
    ours = timings[0].median
    lines = ["              median     p95     p99   ratio   first   shown"]
    lines += [
        f"{one.name:<12}{one.median:>8.3f}{one.p95:>8.3f}{one.p99:>8.3f}{one.median / ours:>8.1f}"
        f"{one.first:>8.1%}{one.shown:>8.1%}"
        for one in timings
    ]
    return "\n".join(lines)


def costs(timings: Sequence[Timing], spent: float) -> growth.Costs:
    """What a query takes as in chat, and what the index took."""
    ours = next(one for one in timings if one.name == OURS)
    return {"median, ms": ours.median, "p99, ms": ours.p99, "index built, ms": spent}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="./nep bench search", description=__doc__)
    parser.add_argument("--cards", type=int, default=2000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cpu", action="store_true", help="count processor time, for a machine that has other work")
    parser.add_argument("--store", choices=stores.KINDS, default=stores.KINDS[0])
    parser.add_argument("--growth", action="store_true", help="ours with more and more cards")
    chosen = parser.parse_args()
    clock = time.thread_time if chosen.cpu else time.perf_counter

    def raced(count: int) -> tuple[list[Timing], float]:
        chance = random.Random(chosen.seed)  # noqa: S311  # the same cards every time, nothing secret
        made = cards(count, chance)
        return race(chosen.store, made, queries(made, chosen.queries, chance), clock), built(made, clock)

    print(f"{chosen.store}, {chosen.cards} cards, {chosen.queries} queries; milliseconds a query")  # noqa: T201
    if chosen.growth:
        print(growth.grown("cards", chosen.cards, lambda count: costs(*raced(count))))  # noqa: T201
    else:
        timings, spent = raced(chosen.cards)
        print(f"{report(timings)}\nindex built in {spent:.0f} ms")  # noqa: T201


def _text(shipped: Sequence[Card], follows: dict[str, list[str]], chance: random.Random) -> str:
    word = chance.choice(shipped).text.split()[0]
    said = [word]
    while len(said) < 45:
        word = chance.choice(follows.get(word) or list(follows))
        said.append(word)
    return " ".join(said)


def _typed(kind: str, chosen: Sequence[str], chance: random.Random) -> str:
    if kind == "accented":
        return " ".join(chosen)
    plain = [fold(word) for word in chosen]
    if kind == "slip":
        longest = max(range(len(plain)), key=lambda place: len(plain[place]))
        plain[longest] = _slipped(plain[longest], chance)
    if kind == "half":
        plain[-1] = plain[-1][: max(2, len(plain[-1]) - 1)]
    if kind == "miss":
        return " ".join("".join(chance.choices(LETTERS, k=7)) for _ in plain)
    return " ".join(plain)


def _slipped(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    letter = chance.choice(LETTERS)
    return chance.choice(
        (
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
        )
    )


def _ranking(made: Sequence[Fields]) -> Ranking:
    return Ranking([((title, TITLE), (text, TEXT)) for title, text in made])


def _version(place: int, title: str, text: str) -> CardVersion:
    return CardVersion(
        code=str(place),
        version=1,
        checksum="",
        topic="",
        title=title,
        text=text,
        citation="",
        verified="text",
        in_force_from=TODAY,
        added_at=NOW,
    )


def _as_in_chat(session: Session) -> Contestant:
    """With the look at the store that tells whether anything has changed."""
    search = Search()
    return lambda typed: [int(hit.code) for hit in search.find(session, typed, TODAY)]


def _fts5(made: Sequence[Fields]) -> Contestant:
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE card USING fts5(title, body)")
    rows = [(place, fold(title), fold(text)) for place, (title, text) in enumerate(made)]
    index.executemany("INSERT INTO card (rowid, title, body) VALUES (?, ?, ?)", rows)
    query = "SELECT rowid FROM card WHERE card MATCH ? ORDER BY bm25(card, 3.0, 1.0) LIMIT 40"

    def answer(typed: str) -> list[int]:
        match = " AND ".join(f'"{fold(word)}"' for word in words(typed))
        return [int(row[0]) for row in index.execute(query, (match,))]

    return answer


def _timing(name: str, spent: Sequence[float], answers: Sequence[Sequence[int]], asked: Sequence[Asked]) -> Timing:
    ordered = sorted(spent)
    meant = [(found, one.meant) for found, one in zip(answers, asked, strict=True) if one.meant is not None]
    return Timing(
        name,
        statistics.median(ordered),
        ordered[int(len(ordered) * 0.95)],
        ordered[int(len(ordered) * 0.99)],
        sum(found[:1] == [card] for found, card in meant) / max(1, len(meant)),
        sum(card in found[:8] for found, card in meant) / max(1, len(meant)),
    )


if __name__ == "__main__":
    main()
