"""Searching: cards in force by a few words, with or without accents, a slip forgiven; built anew when cards change."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, cast
from sqlmodel import Session, col, func, select

from content import browsing
from content.ranking import Ranking
from store.tables import CardVersion, SourceRow

AT_MOST = 40  # hits; nobody turns more pages
IDS = cast(col(CardVersion.id), BigInteger)  # their squares outgrow what PostgreSQL calls an integer
CARDS = select(func.count(), func.sum(IDS), func.sum(IDS * IDS)).where(col(CardVersion.current))
DAYS = select(col(SourceRow.code), col(SourceRow.in_force_from), col(SourceRow.in_force_until))
TITLE, TOPIC, CITATION, TEXT = 3.0, 1.5, 1.0, 1.0  # what a word is worth where it stands


@dataclass(frozen=True, slots=True)
class Hit:
    """One card found. `until_on` is its last day in force if one is known; `exact`: accents as they were typed."""

    code: str
    title: str
    topic: str
    citation: str
    until_on: date | None
    exact: bool


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The cards of one state of the library on one day, ready to be searched."""

    stamp: object
    cards: Sequence[tuple[Hit, Hit]]  # as found by its folded words, and as found by its very accents
    ranking: Ranking


@dataclass(slots=True)
class Search:
    """The search of one house. `topics` names topics by code.

    What is built never changes and is swapped as a whole, so any number of store threads may search at once.
    """

    topics: Mapping[str, str] = field(default_factory=dict)
    _shelf: _Shelf | None = None
    _building: threading.Lock = field(default_factory=threading.Lock)

    def find(self, session: Session, typed: str, on: date, limit: int = AT_MOST, *, sure: bool = False) -> list[Hit]:
        """The cards in force that day that fit, the best first; `sure` leaves out what fits in part only."""
        shelf = self._current(session, on)
        found = shelf.ranking.find(typed, limit, sure=sure)
        return [shelf.cards[one.position][one.exact] for one in found]

    def _current(self, session: Session, on: date) -> _Shelf:
        stamp = (on, _stamp(session))  # read before the cards: what changes in between is noticed the next time
        shelf = self._shelf
        if shelf is None or shelf.stamp != stamp:
            with self._building:
                shelf = self._shelf
                if shelf is None or shelf.stamp != stamp:
                    shelf = self._shelf = self._built(session, stamp, on)
        return shelf

    def _built(self, session: Session, stamp: object, on: date) -> _Shelf:
        cards = browsing.in_force(session, on)
        texts = [self._fields(card) for card in cards]
        return _Shelf(stamp, [(_hit(card, False), _hit(card, True)) for card in cards], Ranking(texts))

    def _fields(self, card: CardVersion) -> list[tuple[str, float]]:
        topic = self.topics.get(card.topic, "")
        return [(card.title, TITLE), (topic, TOPIC), (card.citation, CITATION), (card.text, TEXT)]


def _hit(card: CardVersion, exact: bool) -> Hit:
    return Hit(card.code, card.title, card.topic, card.citation, card.in_force_until, exact)


def _stamp(session: Session) -> tuple[Any, ...]:
    """Changes with every version that comes or goes, and with the days of every source: cards are held to those.

    Counted from an index and a small table, so that looking costs less than searching.
    """
    session.flush()  # what the session holds back would be missed below its level
    connection = session.connection()
    return tuple(connection.execute(CARDS).one()), frozenset(tuple(row) for row in connection.execute(DAYS))
