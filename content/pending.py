"""Pending: the drafts that wait for a second person, by file, with what each lacks and what it would change."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, select

from content.drafting import DRAFT
from content.loading.drafts import CARD, QUESTION, SOURCE
from store.tables import CardVersion, KeyCorrection, Person, QuestionVersion, SourceDraft, SourceRow, Upload

TABLES: dict[str, Any] = {SOURCE: SourceDraft, CARD: CardVersion, QUESTION: QuestionVersion}
Draft = SourceDraft | CardVersion | QuestionVersion
NEEDED = {CARD: ("topic", "title"), QUESTION: ("topic", "kind", "difficulty", "explanation"), SOURCE: ("title",)}
SHARED = ("topic", "track", "source_code", "article", "verified")
FIELDS = {
    CARD: (*SHARED, "title", "text"),
    QUESTION: ("stem", "options", "right_options", "explanation", *SHARED, "kind", "difficulty", "card_code"),
}
SOURCE_FIELDS = (
    "form", "number", "title", "issuer", "issued_on", "in_force_from", "in_force_until", "replaced_by", "verified",
)  # fmt: skip


class Piece(NamedTuple):
    """One draft: its kind (source, card or question) and the id of its row."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one person sent at once and nobody has decided on: the pieces by kind. `upload_id` 0 stands for no file."""

    upload_id: int
    name: str
    person_id: int
    person: str
    sent_at: datetime
    pieces: tuple[Piece, ...]
    incomplete: int

    def count(self, kind: str = "") -> int:
        """How many pieces, or how many of a kind."""
        return sum(not kind or piece.kind == kind for piece in self.pieces)


def lacking(draft: Draft) -> list[str]:
    """The fields an approval needs and the draft has not got, e.g. ``["difficulty", "source"]``."""
    kind = kind_of(draft)
    gaps = [name for name in NEEDED[kind] if not getattr(draft, name)]
    return gaps if isinstance(draft, SourceDraft) or draft.citation else [*gaps, "source"]


def differing(session: Session, draft: Draft) -> list[str]:
    """The fields in which a draft is not what binds or may be sent now; empty when there is nothing of its code."""
    if isinstance(draft, SourceDraft):
        bound = session.exec(select(SourceRow).where(SourceRow.code == draft.code)).first()
        return [name for name in SOURCE_FIELDS if bound and getattr(bound, name) != getattr(draft, name)]
    table = type(draft)
    now = session.exec(select(table).where(col(table.code) == draft.code, col(table.current))).first()
    return [name for name in FIELDS[kind_of(draft)] if now and getattr(now, name) != getattr(draft, name)]


def taken_back(session: Session, draft: Draft) -> KeyCorrection | None:
    """The correction of a wrong key that approving this draft would undo; None when there is none."""
    if not isinstance(draft, QuestionVersion):
        return None
    made = select(KeyCorrection).where(KeyCorrection.question_code == draft.code)
    last = session.exec(made.order_by(col(KeyCorrection.id).desc())).first()
    return last if last is not None and json.loads(last.before) == json.loads(draft.right_options) else None


def resting_on(session: Session, source_code: str) -> int:
    """How many current cards and questions rest on a source."""
    counted = [
        session.exec(select(func.count()).where(table.source_code == source_code, col(table.current))).one()
        for table in (TABLES[CARD], TABLES[QUESTION])
    ]
    return sum(counted)


def waiting(session: Session) -> list[Waiting]:
    """What waits for approval, by file, the oldest first."""
    groups: dict[tuple[int, int], list[Draft]] = {}
    for table in TABLES.values():
        for row in session.exec(select(table).where(table.state == DRAFT).order_by(table.id)):
            groups.setdefault((row.upload_id or 0, row.entered_by_id or 0), []).append(row)
    return sorted((_waiting(session, *sent, drafts) for sent, drafts in groups.items()), key=lambda one: one.sent_at)


def of_upload(session: Session, upload_id: int) -> list[Piece]:
    """What waits of one file: sources, then cards, then questions, in the order of the file. 0: what came in none."""
    return [
        Piece(kind, row_id)
        for kind, table in TABLES.items()
        for row_id in session.exec(
            select(table.id).where(table.upload_id == (upload_id or None), table.state == DRAFT).order_by(table.id)
        )
    ]


def of_codes(session: Session, codes: Iterable[str]) -> dict[str, list[Piece]]:
    """What waits under each code: none, one, or one of each kind."""
    return {
        code: [
            Piece(kind, row_id)
            for kind, table in TABLES.items()
            for row_id in session.exec(select(table.id).where(table.code == code, table.state == DRAFT))
        ]
        for code in codes
    }


def found(session: Session, piece: Piece) -> Draft | None:
    """The draft, while it waits."""
    row: Draft | None = session.get(TABLES[piece.kind], piece.id) if piece.kind in TABLES else None
    return row if row is not None and row.state == DRAFT else None


def kind_of(draft: Draft) -> str:
    """Source, card or question."""
    return next(kind for kind, table in TABLES.items() if isinstance(draft, table))


def _waiting(session: Session, upload_id: int, person_id: int, drafts: list[Draft]) -> Waiting:
    upload = session.get(Upload, upload_id) if upload_id else None
    person = session.get(Person, person_id) if person_id else None
    return Waiting(
        upload_id=upload_id,
        name=upload.name if upload else "",
        person_id=person_id,
        person=person.name if person else "",
        sent_at=upload.received_at if upload else min(draft.added_at for draft in drafts),
        pieces=tuple(Piece(kind_of(draft), draft.id or 0) for draft in drafts),
        incomplete=sum(bool(lacking(draft)) for draft in drafts),
    )
