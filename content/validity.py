"""Validity: what lapses with its source, told ahead of time, and what may not be scored because nobody checked it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from content.entries import SCORED, Source, citation
from content.sources import sources
from store.tables import CardVersion, QuestionVersion

AHEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Lapse:
    """A source that has ended or soon will, and what rests on it, by code. `until_on` is its last day in force.

    `successor` names the text that takes its place, or is empty.
    """

    source: str
    citation: str
    until_on: date
    successor: str
    cards: tuple[str, ...]
    questions: tuple[str, ...]

    def is_over(self, on: date) -> bool:
        """Whether it binds no more that day: then nothing that rests on it is sent."""
        return self.until_on < on


def lapsing(session: Session, on: date, ahead: timedelta = AHEAD) -> list[Lapse]:
    """What is current and rests on a source that has ended or will within `ahead`, the first to end first."""
    known = sources(session)
    ending = {code: source for code, source in known.items() if _ends(source, on + ahead)}
    cards, questions = (
        _by_source(session, CardVersion, list(ending)),
        _by_source(session, QuestionVersion, list(ending)),
    )
    lapses = [
        Lapse(
            source=code,
            citation=citation(source),
            until_on=source.in_force_until or on,
            successor=citation(known[source.replaced_by]) if source.replaced_by in known else "",
            cards=cards.get(code, ()),
            questions=questions.get(code, ()),
        )
        for code, source in ending.items()
        if code in cards or code in questions
    ]
    return sorted(lapses, key=lambda lapse: (lapse.until_on, lapse.source))


def unscored(session: Session) -> tuple[list[str], list[str]]:
    """Codes of current cards and questions that rest on memory: they are read, but enter no scored round."""
    cards, questions = (
        list(session.exec(select(table.code).where(col(table.current), ~_is_scored(table)).order_by(table.code)))
        for table in (CardVersion, QuestionVersion)
    )
    return cards, questions


def _ends(source: Source, by: date) -> bool:
    """A text with a successor has a last day; the library and the loading of files see to that."""
    return source.in_force_until is not None and source.in_force_until <= by


def _is_scored(table: Any) -> Any:
    return table.verified.in_([str(grade) for grade in SCORED])


def _by_source(session: Session, table: Any, codes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    query = select(table.source_code, table.code).where(col(table.current), table.source_code.in_(codes))
    found: dict[str, tuple[str, ...]] = {}
    for source, code in session.exec(query.order_by(table.code)):
        found[source] = (*found.get(source, ()), code)
    return found
