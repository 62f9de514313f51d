"""The digest: after a round, its figures go to whoever heads a unit, by itself and once, with a picture.

The picture is drawn here once for each unit and kept for each reader as a drawing; PNG is made of it when it is
fetched, so that no transaction waits for a renderer. A digest fetched after its picture is gone stands on its words.
"""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, or_, select

from content.message import Message
from content.phrases import Phrases
from participation import units
from reports.pictures import Picture, illustrated, picture_of_round
from reports.statement import statement
from scheduler import portions
from scheduler.calendar import Calendar, office_day
from scheduler.caps import Written
from scheduler.portions import Portion
from scheduler.quiet import reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing, put
from store.tables import Account, Duty, Round, RoundUnit


def send_digests(
    session: Session,
    phrases: Phrases,
    calendar: Calendar,
    round_: Round,
    lateness: timedelta,
    now: datetime,
    after: int = 0,
) -> Portion:
    """Write the figures of the next units to their heads, deputies and delegates. No cap applies."""
    due_at = next_slot(calendar, now)
    headed = _headed(session, round_, office_day(due_at), after)
    readers = {unit_id: _readers(session, unit_id, office_day(due_at)) for unit_id in headed}
    accounts = reachable(session, due_at, {person_id for some in readers.values() for person_id in some})
    messages = []
    for unit_id, people in readers.items():
        here = [accounts[person_id] for person_id in people if person_id in accounts]
        of_unit = _told(session, phrases, unit_id, round_, now) if here else None
        if of_unit is not None:
            expires_at = due_at + lateness
            messages += [
                _message(session, of_unit, unit_id, round_, account, now, due_at, expires_at) for account in here
            ]
    return Portion(headed[-1] if len(headed) == portions.UNITS else 0, Written(put(session, messages)))


def _message(
    session: Session,
    of_unit: tuple[Message, Picture | None],
    unit_id: int,
    round_: Round,
    account: Account,
    now: datetime,
    due_at: datetime,
    expires_at: datetime,
) -> Outgoing:
    message, picture = of_unit
    person_id = account.person_id or 0
    return Outgoing(
        key=f"digest:{round_.id}:{unit_id}:{person_id}",
        account_id=account.id or 0,
        channel=account.channel,
        kind="digest",
        body=illustrated(session, message, picture, person_id, now).dumps(),
        due_at=due_at,
        person_id=person_id,
        round_id=round_.id,
        expires_at=expires_at,
    )


def _told(
    session: Session, phrases: Phrases, unit_id: int, round_: Round, now: datetime
) -> tuple[Message, Picture | None] | None:
    """What the readers of a unit are told and shown; None when the round does not know it."""
    message = statement(session, phrases, unit_id, round_.id or 0, now)
    return (message, picture_of_round(session, phrases, unit_id, round_, now)) if message else None


def _headed(session: Session, round_: Round, day: date, after: int) -> list[int]:
    """The next units of the round that have a head, deputy or delegate in office that day, in order of their ids."""
    query = (
        select(Duty.unit_id)
        .join(RoundUnit, (col(RoundUnit.unit_id) == col(Duty.unit_id)) & (col(RoundUnit.round_id) == round_.id))
        .where(Duty.from_on <= day, or_(col(Duty.until_on).is_(None), col(Duty.until_on) >= day))
        .where(col(Duty.unit_id) > after)
        .distinct()
        .order_by(col(Duty.unit_id))
        .limit(portions.UNITS)
    )
    return list(session.exec(query))


def _readers(session: Session, unit_id: int, day: date) -> list[int]:
    return sorted({person_id for person_id, _ in units.duties(session, unit_id, day)})
