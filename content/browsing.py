"""Browsing: the cards people may read now, by topic. What is no longer in force is not shown."""

from collections import Counter
from datetime import date

from sqlmodel import Session, col, or_, select

from store.tables import CardVersion


def topics(session: Session, on: date) -> dict[str, int]:
    """How many cards each topic holds that day, by topic code."""
    return dict(Counter(card.topic for card in in_force(session, on)))


def cards(session: Session, topic: str, on: date) -> list[CardVersion]:
    """The cards of a topic that are in force that day."""
    return [card for card in in_force(session, on) if card.topic == topic]


def card(session: Session, code: str, on: date) -> CardVersion | None:
    """One card by code, or None when it is unknown or no longer in force."""
    return next((found for found in in_force(session, on) if found.code == code), None)


def in_force(session: Session, on: date) -> list[CardVersion]:
    """Every card that may be shown that day, oldest version first."""
    query = (
        select(CardVersion)
        .where(
            col(CardVersion.current),
            CardVersion.in_force_from <= on,
            or_(col(CardVersion.in_force_until).is_(None), col(CardVersion.in_force_until) >= on),
        )
        .order_by(col(CardVersion.id))
    )
    return list(session.exec(query))
