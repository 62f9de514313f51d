"""Publishing: what the library says now becomes versions in the store; answers keep pointing at what was seen."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from content.entries import SCORED, Grade, Source, citation
from content.library import Card, Library, Question
from content.sources import LIBRARY, LONG_AGO, OFFICE, first_day, hold_to_sources, keep_sources, sources
from store import turns
from store.tables import CardVersion, QuestionVersion

SEEN = ("checksum", "citation")  # what makes a version another one; the rest is kept up to date on the version itself


@dataclass(frozen=True, slots=True)
class Published:
    """How many new versions were written and how many codes are no longer current."""

    added: int
    withdrawn: int


def publish(session: Session, library: Library, now: datetime) -> Published:
    """Write a new version for every changed card and question. The same library again changes nothing.

    What the office loaded or corrected itself is left as it is, also where the library has the same code.
    """
    turns.take_turn(session, turns.CONTENT)
    keep_sources(session, library.sources.values(), LIBRARY)
    hold_to_sources(session)
    known = sources(session)
    cards = _publish(session, CardVersion, library.cards, lambda card: card_columns(known[card.source], card), now)
    questions = _publish(
        session,
        QuestionVersion,
        library.questions,
        lambda question: question_columns(known[question.source], question),
        now,
    )
    return Published(cards.added + questions.added, cards.withdrawn + questions.withdrawn)


def next_version(session: Session, table: Any, code: str) -> int:
    """The number the next version of a code gets."""
    return (session.exec(select(func.max(table.version)).where(table.code == code)).one() or 0) + 1


def card_columns(source: Source | None, card: Card) -> dict[str, Any]:
    """A card as columns of its version; without a source it can be kept as a draft only."""
    return _shared_columns(source, card) | {"title": card.title, "text": card.text}


def question_columns(source: Source | None, question: Question) -> dict[str, Any]:
    """A question as columns of its version; without a source it can be kept as a draft only."""
    return _shared_columns(source, question) | {
        "card_code": question.card,
        "kind": str(question.kind),
        "difficulty": question.difficulty,
        "stem": question.stem,
        "options": json.dumps(list(question.options), ensure_ascii=False),
        "right_options": json.dumps(sorted(question.right)),
        "explanation": question.explanation,
    }


def _publish(
    session: Session, table: Any, pieces: Mapping[str, Any], columns: Callable[[Any], dict[str, Any]], now: datetime
) -> Published:
    standing = {row.code: row for row in session.exec(select(table).where(col(table.current)))}
    added = 0
    for code, piece in pieces.items():
        current = standing.pop(code, None)
        if current is not None and current.origin == OFFICE:
            continue
        wanted = columns(piece)
        if current is not None and all(getattr(current, name) == wanted[name] for name in SEEN):
            current.sqlmodel_update(wanted)
        else:
            if current is not None:
                current.current = False
                session.add(current)
            session.add(table(code=code, version=next_version(session, table, code), added_at=now, **wanted))
            added += 1
    gone = [row for row in standing.values() if row.origin == LIBRARY]
    for row in gone:
        row.current = False
        session.add(row)
    return Published(added, len(gone))


def _shared_columns(source: Source | None, piece: Card | Question) -> dict[str, Any]:
    grades = {piece.verified, source.verified if source else Grade.MEMORY}
    return {
        "checksum": piece.checksum,
        "topic": piece.topic,
        "track": piece.track,
        "source_code": piece.source,
        "article": piece.article,
        "citation": citation(source, piece.article) if source else "",
        # What rests on memory anywhere may not be scored, however well the rest was checked.
        "verified": str(piece.verified if grades <= SCORED else Grade.MEMORY),
        "in_force_from": first_day(source) if source else LONG_AGO,
        "in_force_until": source.in_force_until if source else None,
    }
