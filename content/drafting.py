"""Drafting: what was loaded becomes drafts in the store, for a second person to look at. Nothing of it is sent yet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, func, or_, select

from content.entries import Card, Grade, Kind, Question, Source, citation
from content.loading.drafts import CardDraft, Known, QuestionDraft, Reading
from content.loading.drafts import SourceDraft as Loaded
from content.publishing import card_columns, question_columns
from content.sources import OFFICE, columns, sources, value
from store import turns
from store.tables import CardVersion, QuestionVersion, SourceDraft
from store.upsert import AT_ONCE

DRAFT, APPROVED, DECLINED = "draft", "approved", "declined"
THIN = frozenset({"gift", "aiken"})  # formats that cannot carry all: what they leave out stays as it stands here
TABLES: tuple[Any, ...] = (SourceDraft, CardVersion, QuestionVersion)
COMPARED = ("checksum", "track", "verified", "card_code", "kind", "difficulty")


@dataclass(frozen=True, slots=True)
class Changes:
    """How many entries of a file the house has not got, has otherwise, has just so."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a file as columns. `standing` is what the house has of that code, as columns; None for nothing."""

    table: Any
    columns: dict[str, Any]
    standing: Mapping[str, Any] | None

    @property
    def is_same(self) -> bool:
        compared = set(self.columns if self.table is SourceDraft else COMPARED) & self.columns.keys()
        if self.columns["verified"] == Grade.MEMORY:
            compared.discard("verified")  # a file that claims nothing takes nothing back that a reviewer confirmed
        had = self.standing
        return had is not None and all(self.columns[name] == had[name] for name in compared)


def known(session: Session, topics: Mapping[str, str], tracks: Mapping[str, str]) -> Known:
    """What a file is checked against: what may be sent and what waits for approval. Names by code are given."""
    named = {code: citation(source) for code, source in (sources(session) | waiting_sources(session)).items()}
    cards = {card.code: card.title for card in _standing(session, CardVersion)}
    stems = {question.code: question.stem for question in _standing(session, QuestionVersion)}
    return Known(topics=topics, tracks=tracks, sources=named, cards=cards, stems=stems)


def compare(session: Session, reading: Reading) -> Changes:
    """What storing this reading would change; writes nothing."""
    return _counted(list(_entries(session, reading)))


def store_drafts(session: Session, reading: Reading, person_id: int, upload_id: int | None, now: datetime) -> Changes:
    """Write a draft for everything new or changed, in the caller's transaction. The same again changes nothing.

    An older draft of the same code, whoever sent it, gives way: it counts as declined.
    """
    turns.take_turn(session, turns.CONTENT)
    entries = list(_entries(session, reading))
    sent: dict[str, Any] = {"upload_id": upload_id, "entered_by_id": person_id, "added_at": now, "state": DRAFT}
    for table in TABLES:
        different = [entry for entry in entries if entry.table is table and not entry.is_same]
        _give_way(session, table, [entry.columns["code"] for entry in different], person_id, now)
        numbers = _versions(session, table) if different else {}
        for entry in different:
            session.add(table(**entry.columns, **sent, **_versioned(table, numbers.get(entry.columns["code"], 0) + 1)))
    session.flush()
    return _counted(entries)


def waiting_sources(session: Session) -> dict[str, Source]:
    """Sources that wait for approval, by code."""
    drafts = session.exec(select(SourceDraft).where(SourceDraft.state == DRAFT).order_by(col(SourceDraft.id)))
    return {row.code: value(row) for row in drafts}


def _entries(session: Session, reading: Reading) -> Iterator[_Entry]:
    """Every entry of the file beside what the house has of its code: the draft that waits, else what is current."""
    told = sources(session) | waiting_sources(session)
    for source in map(_source, reading.sources):
        yield _Entry(SourceDraft, columns(source), columns(told[source.code]) if source.code in told else None)
    in_view = told | {source.code: source for source in map(_source, reading.sources)}
    cards = {row.code: row for row in _standing(session, CardVersion)}
    for card in reading.cards:
        yield _Entry(CardVersion, _card(card, in_view), _dumped(cards.get(card.code)))
    questions = {row.code: row for row in _standing(session, QuestionVersion)}
    for question in reading.questions:
        row = questions.get(question.code)
        whole = _filled(question, row) if row is not None and reading.format in THIN else question
        yield _Entry(QuestionVersion, _question(whole, in_view), _dumped(row))


def _standing(session: Session, table: Any) -> list[Any]:
    """The drafts that wait and the current versions, of each code the newest last."""
    query = select(table).where(or_(table.state == DRAFT, col(table.current))).order_by(table.code, table.version)
    return list(session.exec(query.execution_options(populate_existing=True)))


def _filled(draft: QuestionDraft, row: QuestionVersion) -> QuestionDraft:
    """What the format left out is what the question says already; a new source brings its own article and grade."""
    kept: dict[str, Any] = {
        "topic": row.topic,
        "kind": row.kind,
        "difficulty": row.difficulty,
        "explanation": row.explanation,
        "card": row.card_code or "",
        "track": row.track,
    }
    if not draft.source:
        draft = replace(draft, verified="")  # the grade of something without a source is nobody's word
    if draft.source in ("", row.source_code):
        kept |= {"source": row.source_code, "article": row.article, "verified": row.verified}
    return replace(draft, **{name: had for name, had in kept.items() if not getattr(draft, name)})


def _source(draft: Loaded) -> Source:
    return Source(
        code=draft.code,
        form=draft.form,
        number=draft.number,
        title=draft.title,
        issuer=draft.issuer,
        issued_on=draft.issued_on,
        in_force_from=draft.in_force_from,
        in_force_until=draft.in_force_until,
        replaced_by=draft.replaced_by or None,
        verified=_grade(draft.verified, None),
    )


def _card(draft: CardDraft, in_view: Mapping[str, Source]) -> dict[str, Any]:
    source = in_view.get(draft.source)
    grade = _grade(draft.verified, source)
    card = Card(draft.code, draft.topic, draft.title, draft.text, draft.source, draft.article, grade, draft.track)
    return {"code": draft.code} | card_columns(source, card)


def _question(draft: QuestionDraft, in_view: Mapping[str, Source]) -> dict[str, Any]:
    source = in_view.get(draft.source)
    question = Question(
        code=draft.code,
        topic=draft.topic,
        difficulty=draft.difficulty,
        kind=Kind.KNOWLEDGE,
        stem=draft.stem,
        options=draft.options,
        right=tuple(sorted(draft.right)),
        explanation=draft.explanation,
        source=draft.source,
        article=draft.article,
        card=draft.card or None,
        verified=_grade(draft.verified, source),
        track=draft.track,
    )
    return {"code": draft.code} | question_columns(source, question) | {"kind": draft.kind}  # a draft may lack its kind


def _grade(written: str, source: Source | None) -> Grade:
    """The grade written, else that of the source, else the one that is never scored."""
    if written:
        return Grade(written)
    return source.verified if source else Grade.MEMORY


def _dumped(row: Any) -> dict[str, Any] | None:
    return None if row is None else dict(row.model_dump())


def _give_way(session: Session, table: Any, codes: list[str], person_id: int, now: datetime) -> None:
    for start in range(0, len(codes), AT_ONCE):
        session.execute(
            update(table)
            .where(table.code.in_(codes[start : start + AT_ONCE]), table.state == DRAFT)
            .values(state=DECLINED, decided_by_id=person_id, decided_at=now)
        )


def _versions(session: Session, table: Any) -> dict[str, int]:
    """The newest version number of every code; a source has none."""
    if table is SourceDraft:
        return {}
    return dict(session.exec(select(table.code, func.max(table.version)).group_by(table.code)).all())


def _versioned(table: Any, number: int) -> dict[str, Any]:
    """What a draft has that is one version among others."""
    return {} if table is SourceDraft else {"version": number, "current": False, "origin": OFFICE}


def _counted(entries: list[_Entry]) -> Changes:
    same = sum(entry.is_same for entry in entries)
    new = sum(entry.standing is None for entry in entries)
    return Changes(new=new, changed=len(entries) - same - new, same=same)
