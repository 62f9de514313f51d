"""The digest: after a round, its figures go to whoever heads a unit, by itself and once."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, or_, select

from content.message import Message
from content.phrases import Phrases
from reports.statement import statement
from scheduler.calendar import Calendar, office_day
from scheduler.quiet import reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing, put
from store.tables import Duty, Round, RoundUnit


def send_digests(
    session: Session, phrases: Phrases, calendar: Calendar, round_: Round, lateness: timedelta, now: datetime
) -> int:
    """Write the figures of each unit to its head and deputies; returns how many are new. No cap applies to it."""
    due_at = next_slot(calendar, now)
    accounts = reachable(session, due_at)
    texts: dict[int, Message | None] = {}
    messages = []
    for unit_id, person_id in _heads(session, round_, office_day(due_at)):
        if person_id not in accounts:
            continue
        if unit_id not in texts:
            texts[unit_id] = statement(session, phrases, unit_id, round_.id or 0, now)
        if (text := texts[unit_id]) is not None:
            messages.append(
                Outgoing(
                    key=f"digest:{round_.id}:{unit_id}:{person_id}",
                    account_id=accounts[person_id].id or 0,
                    channel=accounts[person_id].channel,
                    kind="digest",
                    body=text.dumps(),
                    due_at=due_at,
                    person_id=person_id,
                    round_id=round_.id,
                    expires_at=due_at + lateness,
                )
            )
    return put(session, messages)


def _heads(session: Session, round_: Round, day: date) -> list[tuple[int, int]]:
    """Unit and person of every head and deputy in office that day, for the units of the round."""
    query = (
        select(Duty.unit_id, Duty.person_id)
        .join(RoundUnit, (col(RoundUnit.unit_id) == col(Duty.unit_id)) & (col(RoundUnit.round_id) == round_.id))
        .where(
            col(Duty.kind).in_(("head", "deputy")),
            Duty.from_on <= day,
            or_(col(Duty.until_on).is_(None), col(Duty.until_on) >= day),
        )
        .distinct()
        .order_by(col(Duty.unit_id), col(Duty.person_id))
    )
    return list(session.exec(query).all())
