"""Interaction windows: how long after somebody's last word a platform lets us write, and whose window is closed."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlmodel import Session, col, select

from store.tables import Account, Door

Windows = Mapping[str, timedelta]


def windows(session: Session) -> dict[str, timedelta]:
    """How long the window stays open, by channel; channels without one are not in it."""
    query = select(Door.channel, Door.open_seconds).where(Door.open_seconds > 0)
    return {channel: timedelta(seconds=seconds) for channel, seconds in session.exec(query)}


def closes_at(account: Account, open_for: Windows) -> datetime | None:
    """When an account's window closes or has closed; None where there is no window."""
    if account.channel not in open_for:
        return None
    if account.closed_at is not None or account.last_heard_at is None:
        return account.closed_at or account.linked_at
    return account.last_heard_at + open_for[account.channel]


def is_closed(account: Account, open_for: Windows, now: datetime) -> bool:
    """Whether nothing may be sent to an account before it writes again."""
    if account.channel not in open_for:
        return False
    if account.closed_at is not None or account.last_heard_at is None:
        return True
    return account.last_heard_at + open_for[account.channel] < now


def has_closed(open_for: Windows, now: datetime, account: type[Account] = Account) -> ColumnElement[bool]:
    """The same as a condition on `Account`, or on one that stands for it."""
    return or_(
        false(),
        *(
            and_(
                col(account.channel) == channel,
                or_(
                    col(account.closed_at).is_not(None),
                    col(account.last_heard_at).is_(None),
                    col(account.last_heard_at) < now - length,
                ),
            )
            for channel, length in open_for.items()
        ),
    )


def is_silent(person_id: object, open_for: Windows, now: datetime) -> ColumnElement[bool]:
    """Whether a person has accounts, but the window of every one that could be written to is closed."""
    usable = exists().where(and_(col(Account.person_id) == person_id, col(Account.state) == "active"))
    closed = has_closed(open_for, now)
    return and_(usable.where(closed), ~usable.where(~closed))
