"""Kept files: written for one person, fetched by token, gone when they expire."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from store.tables import KeptFile

KEEP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is handed out."""

    token: str
    name: str
    media_type: str
    body: bytes
    person_id: int | None


def keep(
    session: Session,
    name: str,
    media_type: str,
    body: bytes,
    person_id: int | None,
    now: datetime,
    lasting: timedelta = KEEP,
) -> str:
    """Keep a file for a while; returns its token (192 random bits)."""
    token = secrets.token_urlsafe(24)
    session.add(
        KeptFile(
            token=token,
            name=name,
            media_type=media_type,
            body=body,
            person_id=person_id,
            made_at=now,
            expires_at=now + lasting,
        )
    )
    session.flush()
    return token


def fetch(session: Session, token: str, now: datetime) -> Kept | None:
    """The file of a token, or None when there is none or its time is over."""
    row = session.exec(select(KeptFile).where(KeptFile.token == token, KeptFile.expires_at > now)).first()
    return Kept(row.token, row.name, row.media_type, row.body, row.person_id) if row else None


def drop(session: Session, token: str) -> None:
    """Let go of a file before its time."""
    session.execute(delete(KeptFile).where(col(KeptFile.token) == token))


def held(session: Session, person_id: int) -> tuple[int, int]:
    """How many files are kept for a person, and their bytes in all."""
    size = func.coalesce(func.sum(func.length(KeptFile.body)), 0)
    count, total = session.exec(select(func.count(), size).where(KeptFile.person_id == person_id)).one()
    return int(count), int(total)


def forget_person(session: Session, person_id: int) -> None:
    """Delete everything kept for a person."""
    session.execute(delete(KeptFile).where(col(KeptFile.person_id) == person_id))


def forget_old(session: Session, now: datetime) -> int:
    """Delete what has expired; returns how many files that was."""
    gone = session.execute(delete(KeptFile).where(col(KeptFile.expires_at) <= now))
    return int(gone.rowcount)  # type: ignore[attr-defined]
