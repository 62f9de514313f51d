"""Publishing: what the library says now becomes versions in the store; answers keep pointing at what was seen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from content.library import Card, Library, Question
from store.tables import CardVersion, QuestionVersion

LONG_AGO = date(1945, 9, 2)  # a source without a known first day is in force as far back as anyone asks


@dataclass(frozen=True, slots=True)
class Published:
    """How many new versions were written and how many codes are no longer current."""

    added: int
    withdrawn: int


def publish(session: Session, library: Library, now: datetime) -> Published:
    """Write a new version for every changed card and question. The same library again changes nothing."""
    cards = _publish(session, CardVersion, library.cards, lambda card: _card_columns(library, card), now)
    questions = _publish(
        session, QuestionVersion, library.questions, lambda question: _question_columns(library, question), now
    )
    return Published(cards.added + questions.added, cards.withdrawn + questions.withdrawn)


def _publish(session: Session, table: Any, pieces: Mapping[str, Any], columns: Any, now: datetime) -> Published:
    standing = {row.code: row for row in session.exec(select(table).where(col(table.current)))}
    added = 0
    for code, piece in pieces.items():
        current = standing.pop(code, None)
        wanted = columns(piece)
        if current is not None and _same(current, wanted):
            continue
        if current is not None:
            current.current = False
            session.add(current)
        newest = select(table.version).where(table.code == code).order_by(col(table.version).desc())
        session.add(table(code=code, version=(session.exec(newest).first() or 0) + 1, added_at=now, **wanted))
        added += 1
    for gone in standing.values():
        gone.current = False
        session.add(gone)
    return Published(added, len(standing))


def _same(row: Any, wanted: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in wanted.items())


def _card_columns(library: Library, card: Card) -> dict[str, Any]:
    return _shared_columns(library, card) | {"title": card.title, "text": card.text}


def _question_columns(library: Library, question: Question) -> dict[str, Any]:
    return _shared_columns(library, question) | {
        "card_code": question.card,
        "kind": str(question.kind),
        "difficulty": question.difficulty,
        "stem": question.stem,
        "options": json.dumps(list(question.options), ensure_ascii=False),
        "right_options": json.dumps(sorted(question.right)),
        "explanation": question.explanation,
    }


def _shared_columns(library: Library, piece: Card | Question) -> dict[str, Any]:
    source = library.sources[piece.source]
    return {
        "checksum": piece.checksum,
        "topic": piece.topic,
        "citation": library.citation(piece),
        # What rests on memory anywhere may not be scored, however well the rest was checked.
        "verified": "memory" if "memory" in (source.verified, piece.verified) else str(piece.verified),
        "in_force_from": source.in_force_from or source.issued_on or LONG_AGO,
        "in_force_until": source.in_force_until,
    }
