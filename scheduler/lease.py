"""Leases: who works alone on something, or who is alive, until when."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from store.tables import Lease
from store.upsert import insert_new


def hold(session: Session, name: str, holder: str, seconds: float, now: datetime) -> bool:
    """Take the lease or prolong one's own; False while somebody else holds it and it has not run out."""
    until_at = now + timedelta(seconds=seconds)
    if insert_new(session, Lease, [{"name": name, "holder": holder, "until_at": until_at}]):
        return True
    taken = session.execute(
        update(Lease)
        .where(col(Lease.name) == name, or_(col(Lease.holder) == holder, col(Lease.until_at) <= now))
        .values(holder=holder, until_at=until_at)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def release(session: Session, name: str, holder: str) -> None:
    """Give one's own lease back; somebody else's is left alone."""
    session.execute(delete(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder))


def holders(session: Session, prefix: str, now: datetime) -> set[str]:
    """Who holds an unexpired lease whose name begins with `prefix`."""
    query = select(Lease.holder).where(col(Lease.name).startswith(prefix, autoescape=True), col(Lease.until_at) > now)
    return set(session.exec(query))
