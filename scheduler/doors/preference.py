"""Preference: in which order a person's accounts are written to, and which of them can take a message now."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Exists, Tuple, and_, exists, func, literal, or_, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from scheduler.doors.obstacles import Obstacles
from store.columns import UtcMoment
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


def is_preferred(obstacles: Obstacles) -> ColumnElement[bool]:
    """Condition on an active `Account`: the one its person has in `preferred_accounts`."""
    other = aliased(Account)
    return ~_of_same_person(other, Account).where(
        col(other.id) != col(Account.id), _goes_before(other, Account, obstacles)
    )


def _goes_before(one: type[Account], other: type[Account], obstacles: Obstacles) -> ColumnElement[bool]:
    is_higher = _rank(one) > _rank(other)
    if not obstacles.are_possible:
        return is_higher
    can, can_other = _can_take(one, obstacles), _can_take(other, obstacles)
    return or_(and_(can, ~can_other), and_(is_higher, or_(can, ~can_other)))


def _can_take(account: type[Account], obstacles: Obstacles) -> ColumnElement[bool]:
    """Whether an account is open and none the person would rather have, but which is shut, has to be waited for."""
    rather = aliased(Account)
    waits = _of_same_person(rather, account).where(
        obstacles.stays(rather), obstacles.shut(rather), _rank(rather) > _rank(account)
    )
    return and_(~obstacles.shut(account), ~waits)


def _of_same_person(other: type[Account], account: type[Account]) -> Exists:
    same = exists().where(col(other.person_id) == col(account.person_id), col(other.state) == "active")
    return same.correlate(account)  # said, because by itself it is looked for one level up only


def _rank(account: type[Account]) -> Tuple:
    """What `ranked` sorts by."""
    never = literal(LONG_AGO, UtcMoment)
    chosen_at, heard_at = col(account.chosen_at), col(account.last_heard_at)
    return tuple_(func.coalesce(chosen_at, never), func.coalesce(heard_at, never), col(account.id))
