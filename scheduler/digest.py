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
from scheduler.calendar import Calendar, office_day
from scheduler.quiet import reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing, put
from store.tables import Duty, Round, RoundUnit


def send_digests(
    session: Session, phrases: Phrases, calendar: Calendar, round_: Round, lateness: timedelta, now: datetime
) -> int:
    """Write the figures of each unit to its head, deputies and delegates; returns how many are new. No cap applies."""
    due_at = next_slot(calendar, now)
    accounts = reachable(session, due_at)
    told: dict[int, tuple[Message, Picture | None] | None] = {}
    messages = []
    for unit_id, person_id in _heads(session, round_, office_day(due_at)):
        if person_id not in accounts:
            continue
        if unit_id not in told:
            told[unit_id] = _told(session, phrases, unit_id, round_, now)
        if (of_unit := told[unit_id]) is not None:
            message, picture = of_unit
            messages.append(
                Outgoing(
                    key=f"digest:{round_.id}:{unit_id}:{person_id}",
                    account_id=accounts[person_id].id or 0,
                    channel=accounts[person_id].channel,
                    kind="digest",
                    body=illustrated(session, message, picture, person_id, now).dumps(),
                    due_at=due_at,
                    person_id=person_id,
                    round_id=round_.id,
                    expires_at=due_at + lateness,
                )
            )
    return put(session, messages)


def _told(
    session: Session, phrases: Phrases, unit_id: int, round_: Round, now: datetime
) -> tuple[Message, Picture | None] | None:
    """What the readers of a unit are told and shown; None when the round does not know it."""
    message = statement(session, phrases, unit_id, round_.id or 0, now)
    return (message, picture_of_round(session, phrases, unit_id, round_, now)) if message else None


def _heads(session: Session, round_: Round, day: date) -> list[tuple[int, int]]:
    """Unit and person of every head, deputy and delegate in office that day, for the units of the round."""
    query = (
        select(Duty.unit_id)
        .join(RoundUnit, (col(RoundUnit.unit_id) == col(Duty.unit_id)) & (col(RoundUnit.round_id) == round_.id))
        .where(Duty.from_on <= day, or_(col(Duty.until_on).is_(None), col(Duty.until_on) >= day))
        .distinct()
        .order_by(col(Duty.unit_id))
    )
    return [
        (unit_id, person_id)
        for unit_id in session.exec(query).all()
        for person_id in sorted({person_id for person_id, _ in units.duties(session, unit_id, day)})
    ]
