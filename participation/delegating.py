"""Delegating: who heads a unit names somebody to stand in for a while. The delegate sees what the head sees, then."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from participation import units
from participation.refusals import Refusal
from store import ledger
from store.tables import Duty, Person, Unit

LONGEST = 90  # days
NAMERS = frozenset(("head", "deputy"))


class NotYours(Refusal):
    """Only a unit's own head or deputy names a delegate; a delegate does not."""

    key = "delegation.not_yours"


class NoSuchPerson(Refusal):
    """Nobody at work in this unit or below it has that code."""

    key = "delegation.no_such_person"


class HeadsAlready(Refusal):
    """The person heads the unit on these days as it is, or is oneself."""

    key = "delegation.heads_already"


class BadPeriod(Refusal):
    """It begins in the past, is over, or lasts longer than `longest` days."""

    key = "delegation.bad_period"


@dataclass(frozen=True, slots=True)
class Delegation:
    """A delegation that runs or will run."""

    id: int
    unit_id: int
    unit: str
    person_id: int
    name: str
    first: date
    last: date
    named_by_id: int | None


def may_name(session: Session, person_id: int, unit_id: int, on: date) -> bool:
    """Whether a person may name delegates of a unit that day."""
    if units.unit(session, unit_id, on) is None:
        return False
    return any(holder == person_id and kind in NAMERS for holder, kind in units.duties(session, unit_id, on))


def own_units(session: Session, person_id: int, on: date) -> list[units.UnitView]:
    """The units a person may name delegates of."""
    headed = units.head_units(session, person_id, on)
    return [unit for unit in headed if may_name(session, person_id, unit.id, on)]


def candidates(session: Session, unit_id: int, on: date) -> list[tuple[int, str]]:
    """The people at work in a unit itself who do not head it: id and name, by name."""
    heading = {holder for holder, kind in units.duties(session, unit_id, on) if kind in NAMERS}
    query = select(Person.id, Person.name).where(Person.unit_id == unit_id, Person.status == "working")
    return [
        (person_id or 0, name)
        for person_id, name in session.exec(query.order_by(col(Person.name), col(Person.id)))
        if person_id not in heading
    ]


def candidate(session: Session, unit_id: int, staff_code: str, on: date) -> int:
    """The person with that code, at work in the unit or below it. Raises NoSuchPerson."""
    query = select(Person).where(Person.staff_code == staff_code.strip().upper(), Person.status == "working")
    person = session.exec(query).first()
    if person is None or person.unit_id not in units.subtree_ids(session, unit_id, on):
        raise NoSuchPerson
    return person.id or 0


def check(session: Session, unit_id: int, by_id: int, person_id: int, first: date, last: date, today: date) -> None:
    """Raises the refusal that stands against a delegation, if any."""
    if not may_name(session, by_id, unit_id, today):
        raise NotYours
    if not today <= first <= last or (last - first).days >= LONGEST:
        raise BadPeriod(longest=LONGEST)
    person = session.get(Person, person_id)
    if person is None or person.status != "working":
        raise NoSuchPerson
    if person.unit_id not in units.subtree_ids(session, unit_id, today):
        raise NoSuchPerson
    heads = any(holder == person_id and kind in NAMERS for holder, kind in units.duties(session, unit_id, first))
    known = [one for one in standing(session, unit_id, today) if one.person_id == person_id]
    if heads or person_id == by_id or any(one.first <= last and first <= one.last for one in known):
        raise HeadsAlready


def name(
    session: Session, unit_id: int, by_id: int, person_id: int, first: date, last: date, actor: str, now: datetime
) -> Delegation:
    """Name a delegate of a unit from a day until a day, both included, on behalf of its head or deputy `by_id`."""
    check(session, unit_id, by_id, person_id, first, last, units.office_day(now))
    duty = Duty(person_id=person_id, unit_id=unit_id, kind="delegate", from_on=first, until_on=last, named_by_id=by_id)
    session.add(duty)
    session.flush()
    days = {"first": first.isoformat(), "last": last.isoformat()}
    ledger.audit(session, actor, "delegated", f"unit {unit_id}", now, person=person_id, named_by=by_id, **days)
    return _told(session, duty)


def standing(session: Session, unit_id: int | None, today: date) -> list[Delegation]:
    """The delegations of a unit, or of all, that are not over and stand on who named them; in order of their days."""
    query = select(Duty).where(Duty.kind == "delegate", col(Duty.until_on) >= today)
    if unit_id is not None:
        query = query.where(Duty.unit_id == unit_id)
    found = session.exec(query.order_by(col(Duty.from_on), col(Duty.id))).all()
    return [_told(session, duty) for duty in found if _is_named(session, duty, today)]


def delegation(session: Session, duty_id: int, today: date) -> Delegation | None:
    """One delegation, if it is not over."""
    duty = session.get(Duty, duty_id, populate_existing=True)
    if (
        duty is None
        or duty.kind != "delegate"
        or (duty.until_on or today) < today
        or not _is_named(session, duty, today)
    ):
        return None
    return _told(session, duty)


def concerns(session: Session, duty_id: int, person_id: int, today: date) -> bool:
    """Whether a delegation stands and this person is its delegate, or heads the unit."""
    found = delegation(session, duty_id, today)
    return found is not None and (person_id == found.person_id or may_name(session, person_id, found.unit_id, today))


def revoke(session: Session, duty_id: int, actor: str, now: datetime) -> Delegation | None:
    """End a delegation yesterday: rights stop at once. None when it is over already. The caller has the right to."""
    today = units.office_day(now)
    found = delegation(session, duty_id, today)
    if found is None:
        return None
    duty = session.get_one(Duty, duty_id)
    duty.until_on = min(today, duty.from_on) - timedelta(days=1)
    session.add(duty)
    session.flush()
    ledger.audit(session, actor, "delegation_revoked", f"unit {found.unit_id}", now, person=found.person_id)
    return found


def _is_named(session: Session, duty: Duty, today: date) -> bool:
    return duty.named_by_id is None or may_name(session, duty.named_by_id, duty.unit_id, today)


def _told(session: Session, duty: Duty) -> Delegation:
    person = session.get_one(Person, duty.person_id)
    unit = session.get_one(Unit, duty.unit_id)
    return Delegation(
        id=duty.id or 0,
        unit_id=duty.unit_id,
        unit=unit.name,
        person_id=duty.person_id,
        name=person.name,
        first=duty.from_on,
        last=duty.until_on or duty.from_on,
        named_by_id=duty.named_by_id,
    )
