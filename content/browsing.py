"""Browsing: the cards people may read now, by topic. What is no longer in force is not shown."""

from collections import Counter
from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from store.tables import CardVersion


def topics(session: Session, on: date) -> dict[str, int]:
    """How many cards each topic holds that day, by topic code."""
    return dict(Counter(card.topic for card in in_force(session, on)))


def cards(session: Session, topic: str, on: date) -> list[CardVersion]:
    """The cards of a topic that are in force that day."""
    return list(session.exec(_in_force(on).where(CardVersion.topic == topic)))


def card(session: Session, code: str, on: date) -> CardVersion | None:
    """One card by code, or None when it is unknown or no longer in force."""
    return named(session, (code,), on).get(code)


def named(session: Session, codes: Collection[str], on: date) -> dict[str, CardVersion]:
    """Those of the cards with these codes that are in force that day, by code."""
    return {found.code: found for found in session.exec(_in_force(on).where(col(CardVersion.code).in_(codes)))}


def in_force(session: Session, on: date) -> list[CardVersion]:
    """Every card that may be shown that day, oldest version first."""
    return list(session.exec(_in_force(on)))


def _in_force(on: date) -> SelectOfScalar[CardVersion]:
    return (
        select(CardVersion)
        .where(
            col(CardVersion.current),
            CardVersion.in_force_from <= on,
            or_(col(CardVersion.in_force_until).is_(None), col(CardVersion.in_force_until) >= on),
        )
        .order_by(col(CardVersion.id))
    )
