"""Turns: work that must not be done by two transactions at once, whatever rows it touches."""

from sqlalchemy import text
from sqlmodel import Session

CONTENT = 0x6E657063  # any number of our own; held by whoever changes which content is current


def take_turn(session: Session, work: int) -> None:
    """Wait until nobody else does this work, and keep others waiting until the transaction ends.

    SQLite has one writer anyway. What was read before the turn came may be old: read it again.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:work)"), {"work": work})
