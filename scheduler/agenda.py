"""The agenda: what is due next, for people who ask."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from store.tables import Occurrence


def upcoming(session: Session, limit: int) -> Sequence[Occurrence]:
    """The next things due, soonest first."""
    waiting = select(Occurrence).where(Occurrence.state == "waiting").order_by(col(Occurrence.fires_at)).limit(limit)
    return session.exec(waiting).all()


def next_of_each(session: Session) -> dict[str, Occurrence]:
    """The next occurrence of every kind that is waiting."""
    found: dict[str, Occurrence] = {}
    for occurrence in upcoming(session, 50):
        found.setdefault(occurrence.kind, occurrence)
    return found
