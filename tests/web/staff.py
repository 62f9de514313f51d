"""Somebody of the roster behind a chat address, with roles or without."""

import hashlib
from datetime import date

from sqlmodel import Session, select

from store.database import Database
from store.tables import Account, Grant, InboxRow, KeptFile, Person, Unit
from tests.web.visitor import Visitor


def address_of(visitor: Visitor) -> str:
    """What the store knows this browser by."""
    return hashlib.sha256(visitor.client.cookies["nep"].encode()).hexdigest()[:32]


def link(session: Session, address: str, *roles: str, channel: str = "web") -> tuple[int, int]:
    """A person of the roster is linked to an address; returns the ids of person and account."""
    number = len(session.exec(select(Person.id)).all()) + 1
    unit = session.exec(select(Unit)).first()
    if unit is None:
        unit = Unit(code="VP", name="Văn phòng", kind="Văn phòng", valid_from_on=date(2025, 7, 1))
        session.add(unit)
        session.flush()
    person = Person(staff_code=f"P{number}", name=f"Người {number}", unit_id=unit.id or 0)
    session.add(person)
    session.flush()
    for role in roles:
        session.add(Grant(person_id=person.id or 0, role=role, from_on=date(2025, 7, 1)))
    account = session.exec(select(Account).where(Account.channel == channel, Account.address == address)).first()
    account = account or Account(channel=channel, address=address)
    account.state, account.person_id = "active", person.id
    session.add(account)
    session.flush()
    return person.id or 0, account.id or 0


async def becomes(database: Database, visitor: Visitor, *roles: str) -> int:
    """The browser is somebody's who holds these roles; returns the person's id."""
    return (await database.run(link, address_of(visitor), *roles))[0]


def kept(session: Session) -> list[tuple[str, bytes, int | None]]:
    """Name, content and owner of every kept file."""
    return [(row.name, row.body, row.person_id) for row in session.exec(select(KeptFile).order_by(KeptFile.id))]  # type: ignore[arg-type]


def arrived(session: Session) -> list[str]:
    """The bodies of all updates that were taken in."""
    return [row.body for row in session.exec(select(InboxRow))]
