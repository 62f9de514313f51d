"""People with accounts on several doors, and the doors themselves, in a few words each."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from scheduler import outbox
from scheduler.claiming import Claimed, Line
from scheduler.doors.terms import Terms, register
from store.database import Database
from store.tables import Account, Delivery, Door, Person
from tests.scheduler.fakes import START, wanted
from tests.scheduler.stage import add_unit

OA = Terms(open_for=timedelta(days=7), free_for=timedelta(hours=48))
LINES = {name: Line(name, name, 1000, 0.0, "me") for name in ("telegram", "zalo-oa", "zalo-bot:1")}


def open_doors(session: Session, terms: Mapping[str, Terms]) -> None:
    """Write down doors with their terms."""
    for channel, given in terms.items():
        register(session, channel, channel, given)


def add_person(session: Session, heard: Mapping[str, datetime | None], code: str = "NV1") -> tuple[int, dict[str, int]]:
    """A person at work with an account on each of these channels, last heard then; returns the ids."""
    unit_id = session.exec(select(Person.unit_id)).first() or add_unit(session)
    person = Person(staff_code=code, name=code, unit_id=unit_id)
    session.add(person)
    session.flush()
    accounts = [
        Account(channel=channel, address=code, person_id=person.id, state="active", last_heard_at=at, linked_at=START)
        for channel, at in heard.items()
    ]
    session.add_all(accounts)
    session.flush()
    return person.id or 0, {account.channel: account.id or 0 for account in accounts}


def claim(session: Session, channel: str, now: datetime = START, limit: int = 8) -> list[Claimed]:
    """What the door's drain would claim."""
    return outbox.claim(session, LINES[channel], now, wanted, limit)


def rows(database: Database) -> dict[str, tuple[str, str, str]]:
    """By key of each delivery: channel, state, reason."""
    with database.transaction() as session:
        found = session.exec(select(Delivery).order_by(col(Delivery.id)))
        return {row.key: (row.channel, row.state, row.reason) for row in found}


def door(database: Database, channel: str) -> Door:
    """A door as it stands."""
    with database.transaction() as session:
        return session.get_one(Door, channel)
