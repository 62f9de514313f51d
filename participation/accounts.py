"""Accounts: one row for each address that ever spoke, linked to a person or not yet."""

from datetime import datetime

from sqlmodel import Session, col, select

from store.tables import Account
from store.upsert import insert_new

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


def linked_accounts(session: Session, person_id: int) -> list[Account]:
    """The accounts a person can be reached on or was, most recently heard first."""
    query = select(Account).where(Account.person_id == person_id).order_by(col(Account.last_heard_at).desc())
    return list(session.exec(query))
