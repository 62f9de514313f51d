"""Reach: whom a round's message was tried for, who got it, and which accounts a platform refuses."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from store import ledger
from store.tables import Account, Member


def attempted(session: Session, round_id: int, person_id: int, at: datetime) -> None:
    """The round's opening message is about to be sent to a person (the first attempt counts)."""
    session.execute(
        update(Member)
        .where(col(Member.round_id) == round_id, col(Member.person_id) == person_id, col(Member.attempted_at).is_(None))
        .values(attempted_at=at)
    )


def accepted(session: Session, round_id: int, person_id: int, at: datetime) -> None:
    """The platform accepted the round's opening message for a person. Not a read receipt: bots get none."""
    session.execute(
        update(Member)
        .where(col(Member.round_id) == round_id, col(Member.person_id) == person_id, col(Member.accepted_at).is_(None))
        .values(accepted_at=at)
    )


def block(session: Session, account_id: int, at: datetime, reason: str) -> None:
    """The platform refuses this account. The person stays in every denominator and may come back."""
    account = session.get_one(Account, account_id)
    if account.state == "active":
        account.state = "blocked"
        session.add(account)
        ledger.record(session, "blocked", at, person_id=account.person_id, account_id=account_id, reason=reason)


def unblock(session: Session, account_id: int, at: datetime) -> None:
    """The person is reachable again: wrote something, or lifted the block."""
    account = session.get_one(Account, account_id)
    if account.state == "blocked":
        account.state = "active"
        session.add(account)
        ledger.record(session, "unblocked", at, person_id=account.person_id, account_id=account_id)
