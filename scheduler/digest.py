"""The digest: after a round, its figures go to whoever heads a unit, by itself and once, with a picture.

Working it out takes long, writing it down does not: what the next units are told is drafted beside the writer, and
kept in a short transaction. The picture is drawn here once for each unit and kept for each reader as a drawing; PNG is
made of it when it is fetched. A digest fetched after its picture is gone stands on its words.
"""

from dataclasses import dataclass
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
from store.tables import Duty, Round, RoundUnit


@dataclass(frozen=True, slots=True)
class Letter:
    """What one reader of a unit is told and shown."""

    unit_id: int
    person_id: int
    account_id: int
    channel: str
    message: Message
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Draft:
    """The letters about the units that follow on `after`, due at one moment; `reached` as in `Portion`."""

    after: int
    reached: int
    due_at: datetime
    letters: tuple[Letter, ...]


def draft(
    session: Session, phrases: Phrases, calendar: Calendar, round_: Round, now: datetime, after: int = 0
) -> Draft:
    """What the heads, deputies and delegates of the next units are to be told. Writes nothing."""
    due_at = next_slot(calendar, now)
    headed = _headed(session, round_, office_day(due_at), after)
    readers = {unit_id: _readers(session, unit_id, office_day(due_at)) for unit_id in headed}
    accounts = reachable(session, due_at, {person_id for some in readers.values() for person_id in some})
    letters: list[Letter] = []
    for unit_id, people in readers.items():
        here = [accounts[person_id] for person_id in people if person_id in accounts]
        if here and (told := _told(session, phrases, unit_id, round_, now)) is not None:
            letters += [Letter(unit_id, one.person_id or 0, one.id or 0, one.channel, *told) for one in here]
    return Draft(after, headed[-1] if len(headed) == portions.UNITS else 0, due_at, tuple(letters))


def send_digests(session: Session, round_: Round, drafted: Draft, lateness: timedelta, now: datetime) -> Portion:
    """Write what was drafted. No cap applies; whether a reader still heads the unit is looked at when it goes out."""
    messages = [
        Outgoing(
            key=f"digest:{round_.id}:{letter.unit_id}:{letter.person_id}",
            account_id=letter.account_id,
            channel=letter.channel,
            kind="digest",
            body=illustrated(session, letter.message, letter.picture, letter.person_id, now).dumps(),
            due_at=drafted.due_at,
            person_id=letter.person_id,
            round_id=round_.id,
            expires_at=drafted.due_at + lateness,
        )
        for letter in drafted.letters
    ]
    return Portion(drafted.reached, Written(put(session, messages)))


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
