"""Units: the tree on a day, who heads what, who may see what. What is not valid that day answers as not existing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from participation.exemptions import OFFICE_ZONE
from store.tables import Duty, Grant, Person, Unit


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit as the rooms above see it."""

    id: int
    code: str
    name: str
    kind: str
    parent_id: int | None


def office_day(now: datetime) -> date:
    """The day it is in the office at a moment."""
    return now.astimezone(OFFICE_ZONE).date()


def unit(session: Session, unit_id: int, on: date) -> UnitView | None:
    """The unit, if it is valid on that day."""
    return _view(session.exec(select(Unit).where(Unit.id == unit_id, _valid(on))).first())


def unit_by_code(session: Session, code: str, on: date) -> UnitView | None:
    """The unit with that code, however its case was typed, if it is valid on that day."""
    return _view(session.exec(select(Unit).where(Unit.code == code.strip().upper(), _valid(on))).first())


def children(session: Session, unit_id: int, on: date) -> list[UnitView]:
    """The units right below, by code."""
    return _views(session, Unit.parent_id == unit_id, _valid(on))


def subtree_ids(session: Session, unit_id: int, on: date) -> frozenset[int]:
    """The unit and everything below it on that day; empty for a unit that is not there."""
    tree = select(Unit.id).where(Unit.id == unit_id, _valid(on)).cte("tree", recursive=True)
    below = select(Unit.id).join(tree, col(Unit.parent_id) == tree.c.id).where(_valid(on))
    # UNION, not UNION ALL: a circle that slipped into the data must not turn for ever.
    whole = tree.union(below)
    return frozenset(session.execute(select(whole.c.id)).scalars())


def path(session: Session, unit_id: int, on: date) -> list[UnitView]:
    """The units from the top down to this one; empty for a unit that is not there."""
    steps: list[UnitView] = []
    at = unit(session, unit_id, on)
    while at is not None and at not in steps:
        steps.insert(0, at)
        at = unit(session, at.parent_id, on) if at.parent_id is not None else None
    return steps


def head_units(session: Session, person_id: int, on: date) -> list[UnitView]:
    """The units a person heads, as head, deputy or delegate, on that day; by code. None for who has left."""
    headed = select(Duty.unit_id).join(Person, col(Person.id) == Duty.person_id)
    headed = headed.where(Duty.person_id == person_id, Person.status == "working", _holds(Duty, on))
    return _views(session, col(Unit.id).in_(headed), _valid(on))


def duties(session: Session, unit_id: int, on: date) -> frozenset[tuple[int, str]]:
    """Who directly heads a unit that day, and as what: person and `head`, `deputy` or `delegate`, all at work."""
    query = select(Duty.person_id, Duty.kind).join(Person, col(Person.id) == Duty.person_id)
    return frozenset(session.exec(query.where(Duty.unit_id == unit_id, Person.status == "working", _holds(Duty, on))))


def heads(session: Session, unit_id: int, on: date) -> frozenset[int]:
    """The people who directly head a unit that day: head, deputies and delegates at work."""
    query = (
        select(Duty.person_id)
        .join(Person, col(Person.id) == Duty.person_id)
        .join(Unit, col(Unit.id) == Duty.unit_id)
        .where(Duty.unit_id == unit_id, Person.status == "working", _holds(Duty, on), _valid(on))
    )
    return frozenset(session.exec(query))


def is_direct_head(session: Session, person_id: int, unit_id: int, on: date) -> bool:
    """Whether a person heads exactly this unit: names of people who did not take part go no higher."""
    return person_id in heads(session, unit_id, on)


def may_see(session: Session, person_id: int, unit_id: int, on: date) -> bool:
    """Whether a person may see the figures of a unit: heads it or a unit above it."""
    above = {step.id for step in path(session, unit_id, on)}
    return any(headed.id in above for headed in head_units(session, person_id, on))


def roles(session: Session, person_id: int, on: date) -> frozenset[str]:
    """The roles a person at work holds that day."""
    query = select(Grant.role).join(Person, col(Person.id) == Grant.person_id)
    query = query.where(Grant.person_id == person_id, Person.status == "working", _holds(Grant, on))
    return frozenset(session.exec(query))


def holders(session: Session, role: str, on: date) -> frozenset[int]:
    """The people at work who hold a role that day."""
    query = select(Grant.person_id).join(Person, col(Person.id) == Grant.person_id)
    return frozenset(session.exec(query.where(Grant.role == role, Person.status == "working", _holds(Grant, on))))


def _valid(on: date) -> ColumnElement[bool]:
    return and_(col(Unit.valid_from_on) <= on, or_(col(Unit.valid_until_on).is_(None), col(Unit.valid_until_on) >= on))


def _holds(held: type[Duty] | type[Grant], on: date) -> ColumnElement[bool]:
    return and_(_lasts(held, on), _is_named(on)) if held is Duty else _lasts(held, on)


def _lasts(held: type[Duty] | type[Grant], on: date) -> ColumnElement[bool]:
    return and_(col(held.from_on) <= on, or_(col(held.until_on).is_(None), col(held.until_on) >= on))


def _is_named(on: date) -> ColumnElement[bool]:
    """A delegate stands in for a head or deputy: when that person's duty ends, so does the delegation."""
    namer = aliased(Duty)
    is_namer = and_(col(namer.unit_id) == col(Duty.unit_id), col(namer.person_id) == col(Duty.named_by_id))
    still = exists().where(is_namer, col(namer.kind) != "delegate", _lasts(namer, on))
    return or_(col(Duty.kind) != "delegate", col(Duty.named_by_id).is_(None), still)


def _views(session: Session, *conditions: Any) -> list[UnitView]:
    found = session.exec(select(Unit).where(*conditions).order_by(col(Unit.code)))
    return [view for view in map(_view, found) if view is not None]


def _view(found: Unit | None) -> UnitView | None:
    if found is None or found.id is None:
        return None
    return UnitView(found.id, found.code, found.name, found.kind, found.parent_id)
