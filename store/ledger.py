"""The append-only log: `record` what happened, `audit` who did what. Nothing here is ever changed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from store.tables import AuditEntry, LedgerEntry
from store.upsert import insert_all

CHAIN_KEY = 0x6E657061  # any number all our processes agree on


class Entry(NamedTuple):
    """One thing that happened; `body` becomes its JSON body."""

    kind: str
    at: datetime
    body: Mapping[str, Any]
    round_id: int | None = None
    person_id: int | None = None
    unit_id: int | None = None


def record(
    session: Session,
    kind: str,
    at: datetime,
    *,
    round_id: int | None = None,
    person_id: int | None = None,
    unit_id: int | None = None,
    **body: Any,
) -> None:
    """Append one entry; extra keywords go into its JSON body."""
    record_all(session, [Entry(kind, at, body, round_id, person_id, unit_id)])


def record_all(session: Session, entries: Sequence[Entry]) -> None:
    """Append many entries, in this order. A body that several of them share is put into JSON once."""
    texts: dict[int, str] = {}
    for entry in entries:
        if id(entry.body) not in texts:
            texts[id(entry.body)] = json.dumps(entry.body, ensure_ascii=False, sort_keys=True)
    rows = [
        {
            "at": entry.at,
            "kind": entry.kind,
            "round_id": entry.round_id,
            "person_id": entry.person_id,
            "unit_id": entry.unit_id,
            "body": texts[id(entry.body)],
        }
        for entry in entries
    ]
    insert_all(session, LedgerEntry, rows)


def audit(session: Session, actor: str, act: str, subject: str, at: datetime, **body: Any) -> None:
    """Append one act of an admin, head or operator, chained to the one before."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer; here two could follow the same entry
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_KEY})
    last = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    previous = last.hash if last else ""
    entry = AuditEntry(
        at=at,
        actor=actor,
        act=act,
        subject=subject,
        body=json.dumps(body, ensure_ascii=False, sort_keys=True),
        previous_hash=previous,
        hash="",
    )
    entry.hash = chained(entry)
    session.add(entry)
    session.flush()


def chained(entry: AuditEntry) -> str:
    """h(n) = SHA-256 over h(n-1) and the canonical entry."""
    canonical = json.dumps(
        [entry.previous_hash, entry.at.astimezone(UTC).isoformat(), entry.actor, entry.act, entry.subject, entry.body],
        ensure_ascii=False,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def broken_link(session: Session) -> int | None:
    """The id of the first audit entry whose hash does not fit, or None when the chain holds."""
    previous = ""
    for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id))):
        if entry.previous_hash != previous or entry.hash != chained(entry):
            return entry.id
        previous = entry.hash
    return None
