"""Accounts: one row for each address that ever spoke, linked to a person or not yet."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, update
from sqlmodel import Session, col, select

from store.among import among
from store.many import execute_many
from store.tables import Account
from store.upsert import AT_ONCE, insert_new

_ACCOUNTS: Any = Account.__table__  # type: ignore[attr-defined]
_SEATS = select(
    *(_ACCOUNTS.c[name] for name in ("address", "id", "person_id", "state", "prompt_id", "closed_at"))
).where(_ACCOUNTS.c.channel == bindparam("channel"), among(_ACCOUNTS.c.address, "addresses"))
_HEARD = (
    update(_ACCOUNTS)
    .where(
        _ACCOUNTS.c.id == bindparam("account"),
        or_(_ACCOUNTS.c.last_heard_at.is_(None), _ACCOUNTS.c.last_heard_at < bindparam("at")),
    )
    .values(last_heard_at=bindparam("at"))
)


class Seat(NamedTuple):
    """Who speaks at an address; the fields are those of `Account`."""

    id: int
    person_id: int | None
    state: str
    prompt_id: int | None
    closed_at: datetime | None


LINKED = ("active", "blocked")  # states: one that blocked us is linked still, it only cannot be written to


def account_of(session: Session, channel: str, address: str, heard_at: datetime) -> Account:
    """The account of an address, made on its first word; notes when it was last heard."""
    query = select(Account).where(Account.channel == channel, Account.address == address)
    account = session.exec(query).first()
    if account is None:
        row = {"channel": channel, "address": address, "state": "stranger", "asked": "", "wrong_codes": 0}
        insert_new(session, Account, [row])
        account = session.exec(query.with_for_update()).one()
    if account.last_heard_at is None or account.last_heard_at < heard_at:
        account.last_heard_at = heard_at
        session.add(account)
    return account


def seats(session: Session, addresses: Collection[tuple[str, str]]) -> dict[tuple[str, str], Seat]:
    """Who speaks at these addresses, each a channel and an address there; those never heard before are left out."""
    session.flush()
    found: dict[tuple[str, str], Seat] = {}
    for channel in sorted({channel for channel, _ in addresses}):
        here = sorted(address for where, address in addresses if where == channel)
        for start in range(0, len(here), AT_ONCE):
            named = {"channel": channel, "addresses": here[start : start + AT_ONCE]}
            for address, *rest in session.connection().execute(_SEATS, named).all():
                found[channel, address] = Seat(*rest)
    return found


def heard(session: Session, moments: Mapping[int, datetime]) -> None:
    """These accounts, by id, were heard at these moments."""
    execute_many(session, _HEARD, [{"account": number, "at": moments[number]} for number in sorted(moments)])


def linked_accounts(session: Session, person_id: int) -> list[Account]:
    """The accounts a person can be reached on or was, most recently heard first."""
    query = select(Account).where(Account.person_id == person_id).order_by(col(Account.last_heard_at).desc())
    return list(session.exec(query))
