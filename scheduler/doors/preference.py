"""Preference: in which order a person's accounts are written to, and which of them can take a message now."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from scheduler.doors.obstacles import Obstacles
from store.tables import Account
from store.upsert import AT_ONCE

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def ranked(accounts: Iterable[Account]) -> list[Account]:
    """The account chosen last comes first, then the others that were chosen, then whichever was heard from last."""
    return sorted(
        accounts,
        key=lambda account: (account.chosen_at or LONG_AGO, account.last_heard_at or LONG_AGO, account.id or 0),
        reverse=True,
    )


def place(accounts: Iterable[Account], obstacles: Obstacles) -> Account | None:
    """The one account of a person that a scheduled message goes to now; None when it has to wait."""
    order = ranked(accounts)
    for account in order:
        if not obstacles.of(account):
            return account
        if not obstacles.may_fall_back(account):
            return None
    return None


def active_accounts(session: Session, person_ids: Sequence[int] | None = None) -> dict[int, list[Account]]:
    """The linked accounts that are not blocked, by person; of everybody when nobody is named."""
    query = (
        select(Account).where(Account.state == "active", col(Account.person_id).is_not(None)).order_by(col(Account.id))
    )
    found: dict[int, list[Account]] = {}
    ids = list(person_ids) if person_ids is not None else []
    parts = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
    queries = [query] if person_ids is None else [query.where(col(Account.person_id).in_(part)) for part in parts]
    for each in queries:
        for account in session.exec(each):
            found.setdefault(account.person_id or 0, []).append(account)
    return found


def preferred_accounts(
    session: Session, moment: datetime, person_ids: Sequence[int] | None = None
) -> dict[int, Account]:
    """For each linked person the one account a message due at a moment is written for.

    Where none can take it, that is the one the person prefers: the message will wait there.
    """
    obstacles = Obstacles(session, moment)
    return {
        person_id: place(accounts, obstacles) or ranked(accounts)[0]
        for person_id, accounts in active_accounts(session, person_ids).items()
    }
