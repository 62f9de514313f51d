"""Extracting: what the store holds as the drafts it could have come from, to be written to a file and loaded again."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from content.drafting import DRAFT, waiting_sources
from content.entries import Source
from content.loading.drafts import CardDraft, QuestionDraft, SourceDraft
from content.sources import sources
from store.tables import CardVersion, QuestionVersion


@dataclass(frozen=True, slots=True)
class Extract:
    """Questions and cards by code, and the sources they rest on."""

    questions: tuple[QuestionDraft, ...]
    cards: tuple[CardDraft, ...]
    sources: tuple[SourceDraft, ...]


def current(session: Session) -> Extract:
    """What may be sent now."""
    questions = [_question(row) for row in _rows(session, QuestionVersion, col(QuestionVersion.current))]
    cards = [_card(row) for row in _rows(session, CardVersion, col(CardVersion.current))]
    return _with_sources(questions, cards, sources(session))


def waiting(session: Session) -> Extract:
    """What waits for approval, with the sources that wait and those that bind already."""
    questions = [_question(row) for row in _rows(session, QuestionVersion, QuestionVersion.state == DRAFT)]
    cards = [_card(row) for row in _rows(session, CardVersion, CardVersion.state == DRAFT)]
    entered = waiting_sources(session)
    extract = _with_sources(questions, cards, sources(session) | entered)
    alone = [_source(source) for source in entered.values()]
    return Extract(extract.questions, extract.cards, tuple(dict.fromkeys([*extract.sources, *alone])))


def _rows(session: Session, table: Any, condition: Any) -> list[Any]:
    return list(session.exec(select(table).where(condition).order_by(table.code)))


def _with_sources(questions: list[QuestionDraft], cards: list[CardDraft], known: dict[str, Source]) -> Extract:
    """The sources come in the order of the house, each as often as it is needed: once."""
    needed = _codes(questions) | _codes(cards)
    needed |= {known[code].replaced_by or "" for code in needed & known.keys()}  # a successor must be named to be read
    found = tuple(_source(source) for code, source in known.items() if code in needed)
    return Extract(tuple(questions), tuple(cards), found)


def _codes(pieces: Iterable[QuestionDraft | CardDraft]) -> set[str]:
    return {piece.source for piece in pieces if piece.source}


def _question(row: QuestionVersion) -> QuestionDraft:
    return QuestionDraft(
        code=row.code,
        topic=row.topic,
        kind=row.kind,
        difficulty=row.difficulty,
        stem=row.stem,
        options=tuple(json.loads(row.options)),
        right=tuple(json.loads(row.right_options)),
        explanation=row.explanation,
        source=row.source_code,
        article=row.article,
        card=row.card_code or "",
        track=row.track,
        verified=row.verified,
    )


def _card(row: CardVersion) -> CardDraft:
    return CardDraft(
        code=row.code,
        topic=row.topic,
        title=row.title,
        text=row.text,
        source=row.source_code,
        article=row.article,
        track=row.track,
        verified=row.verified,
    )


def _source(source: Source) -> SourceDraft:
    return SourceDraft(
        code=source.code,
        form=source.form,
        number=source.number,
        title=source.title,
        issuer=source.issuer,
        issued_on=source.issued_on,
        in_force_from=source.in_force_from,
        in_force_until=source.in_force_until,
        replaced_by=source.replaced_by or "",
        verified=str(source.verified),
    )
