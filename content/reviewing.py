"""Reviewing: a second person approves or returns what was loaded; only what is approved may be sent.

The whole way of content into the store stands here: `known` and `compare` before, `store_drafts`, then `approve`.
Callers check that the person is a content admin; that nobody approves their own is checked here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from content.drafting import APPROVED, DECLINED, DRAFT, Changes, compare, known, store_drafts
from content.entries import SCORED, Grade, Source, citation
from content.pending import (
    TABLES,
    Draft,
    Piece,
    Waiting,
    differing,
    found,
    kind_of,
    lacking,
    of_codes,
    of_upload,
    resting_on,
    taken_back,
    waiting,
)
from content.sources import LONG_AGO, OFFICE, first_day, hold_to_sources, keep_sources, sources, value
from store import ledger, turns
from store.tables import CardVersion, QuestionVersion, SourceDraft
from store.upsert import AT_ONCE

__all__ = [
    "Approved", "Changes", "Draft", "LeftOut", "OwnDraft", "Piece", "Waiting",
    "approve", "compare", "decline", "differing", "found", "known", "lacking", "of_codes", "of_upload", "resting_on",
    "store_drafts", "taken_back", "waiting",
]  # fmt: skip

Version = CardVersion | QuestionVersion
GONE = "gone"  # decided by somebody else meanwhile


class OwnDraft(Exception):
    """Nobody approves what they sent themselves. `key` is the phrase that says so."""

    key = "review.own"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A draft that was not approved: what it lacks by field, or `gone`."""

    code: str
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approved:
    """How many drafts were approved, how many of these rest on memory and are not scored, and what was left out."""

    count: int
    unscored: int
    left_out: tuple[LeftOut, ...]


def approve(
    session: Session, pieces: Collection[Piece], person_id: int, now: datetime, *, checked: bool = False
) -> Approved:
    """Make the drafts current; what they replace stays as a version that was seen. Raises OwnDraft, then nothing is.

    `checked`: this person has held what rests on memory against the text of law, so that it may be scored.
    Sources go first, since cards and questions are held to them, also new ones that nobody named but a piece rests on.
    What lacks something is left out and keeps waiting.
    """
    turns.take_turn(session, turns.CONTENT)
    drafts = _read_again(session, pieces)
    if any(draft.entered_by_id == person_id for draft in drafts.values()):
        raise OwnDraft
    left_out = [LeftOut("", (GONE,)) for piece in pieces if piece not in drafts]
    entered = _with_new_sources(session, list(drafts.values()), person_id)
    confirmed = _confirm([*entered, *drafts.values()]) if checked else []
    bound = _bind(session, entered, left_out)
    live = _hold(session, [draft for draft in drafts.values() if not isinstance(draft, SourceDraft)], left_out)
    _retire(session, live)
    for draft in live:
        draft.current = True
    done: list[Draft] = [*bound, *live]
    _decide(session, done, APPROVED, person_id, now)
    _log(session, "content_approved", done, person_id, now, **({"checked": confirmed} if confirmed else {}))
    return Approved(len(done), sum(draft.verified not in SCORED for draft in live), tuple(left_out))


def decline(session: Session, pieces: Collection[Piece], person_id: int, now: datetime, reason: str = "") -> int:
    """Return drafts to their sender, or withdraw one's own; returns how many were. They stay as declined versions."""
    turns.take_turn(session, turns.CONTENT)
    done = list(_read_again(session, pieces).values())
    _decide(session, done, DECLINED, person_id, now)
    _log(session, "content_declined", done, person_id, now, reason=reason)
    return len(done)


def _read_again(session: Session, pieces: Iterable[Piece]) -> dict[Piece, Draft]:
    """The drafts that still wait, as they stand now that it is our turn; nobody else can decide on them any more."""
    asked: dict[str, list[int]] = {}
    for piece in pieces:
        asked.setdefault(piece.kind, []).append(piece.id)
    read: dict[Piece, Draft] = {}
    for kind, ids in asked.items():
        table = TABLES[kind]
        for start in range(0, len(ids), AT_ONCE):
            query = select(table).where(table.id.in_(ids[start : start + AT_ONCE]), table.state == DRAFT)
            query = query.order_by(table.id).with_for_update().execution_options(populate_existing=True)
            read |= {Piece(kind, row.id): row for row in session.exec(query)}
    return read


def _confirm(drafts: Iterable[Draft]) -> list[str]:
    """What rested on memory was read in the text of law by whoever approves it; returns the codes."""
    resting = {draft.code: draft for draft in drafts if draft.verified not in SCORED}
    for draft in resting.values():
        draft.verified = str(Grade.TEXT)
    return sorted(resting)


def _bind(session: Session, entered: list[SourceDraft], left_out: list[LeftOut]) -> list[SourceDraft]:
    """Let sources bind; all that rests on them gets their days. Returns those that were complete."""
    left_out += [LeftOut(draft.code, tuple(gaps)) for draft in entered if (gaps := lacking(draft))]
    bound = [draft for draft in entered if not lacking(draft)]
    if keep_sources(session, map(value, bound), OFFICE):
        hold_to_sources(session)
    return bound


def _hold(session: Session, drafts: list[Version], left_out: list[LeftOut]) -> list[Version]:
    """Hold cards and questions to the sources that bind now. Returns those that lack nothing."""
    binding, live = sources(session), []
    for draft in drafts:
        held = _held_to(draft, binding.get(draft.source_code))
        gaps = [name for name in lacking(draft) if name != "source"] + ([] if held["citation"] else ["source"])
        if gaps:
            left_out.append(LeftOut(draft.code, tuple(gaps)))
        else:
            draft.sqlmodel_update(held)
            live.append(draft)
    return live


def _with_new_sources(session: Session, drafts: list[Draft], person_id: int) -> list[SourceDraft]:
    """The source drafts among these, and those of codes new to the house that others of these rest on.

    A change of a source that binds already reaches more than these pieces: that one has to be approved by name.
    """
    named = [draft for draft in drafts if isinstance(draft, SourceDraft)]
    needed = {draft.source_code for draft in drafts if not isinstance(draft, SourceDraft)}
    needed -= sources(session).keys() | {draft.code for draft in named}
    others = select(SourceDraft).where(SourceDraft.state == DRAFT, col(SourceDraft.code).in_(needed))
    return [*named, *(source for source in session.exec(others) if source.entered_by_id != person_id)]


def _held_to(draft: Version, source: Source | None) -> dict[str, Any]:
    """What a version takes from its source as it stands on the day of approval."""
    grades = {draft.verified, source.verified if source else Grade.MEMORY}
    return {
        "citation": citation(source, draft.article) if source else "",
        "verified": draft.verified if grades <= SCORED else str(Grade.MEMORY),
        "in_force_from": first_day(source) if source else LONG_AGO,
        "in_force_until": source.in_force_until if source else None,
    }


def _decide(session: Session, drafts: Iterable[Draft], state: str, person_id: int, now: datetime) -> None:
    for draft in drafts:
        draft.state, draft.decided_by_id, draft.decided_at = state, person_id, now
        session.add(draft)
    session.flush()


def _retire(session: Session, live: list[Version]) -> None:
    """The versions that were current until now are so no longer."""
    for table in (CardVersion, QuestionVersion):
        codes = [draft.code for draft in live if isinstance(draft, table)]
        for start in range(0, len(codes), AT_ONCE):
            former = select(table).where(col(table.current), col(table.code).in_(codes[start : start + AT_ONCE]))
            for row in session.exec(former):
                row.current = False
                session.add(row)


def _log(session: Session, act: str, done: list[Draft], person_id: int, now: datetime, **body: Any) -> None:
    if not done:
        return
    uploads = sorted({draft.upload_id or 0 for draft in done})
    codes = [f"{kind_of(draft)} {draft.code}" for draft in done]
    subject = f"upload {uploads[0]}" if len(uploads) == 1 and uploads[0] else f"{len(done)} drafts"
    ledger.audit(session, f"person {person_id}", act, subject, now, codes=codes, **body)
