"""The snapshot: who belongs to a round and how the units stood, written down once, at opening."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, String, cast, func, insert, literal, or_, select, true
from sqlmodel import Session, col

from participation import counters
from participation.counting import Counts, linked_people, withdrawn_people
from store.tables import Member, Person, Round, RoundUnit, Unit


def take_snapshot(session: Session, round_: Round, audience_unit_id: int | None, day: date) -> dict[int, list[int]]:
    """Write the working people of the audience at their units, and the tree of that day; returns the people by unit.

    Rows are copied inside the database: fifty thousand of them take a fraction of a second that way.
    """
    _copy_people(session, round_, audience_unit_id)
    _copy_units(session, round_, audience_unit_id, day)
    counters.begin(session, round_.id or 0)
    return _by_unit(session, round_)


def _by_unit(session: Session, round_: Round) -> dict[int, list[int]]:
    """The ids of a unit are put together inside the database: a row a unit is fetched, not one a person."""
    ids = func.aggregate_strings(cast(col(Member.person_id), String), ",")
    query = select(col(Member.unit_id), ids).where(col(Member.round_id) == round_.id).group_by(col(Member.unit_id))
    return {unit_id: sorted(map(int, people.split(","))) for unit_id, people in session.execute(query)}


def _is_inside(unit: SQLColumnExpression[Any], audience_unit_id: int | None) -> ColumnElement[bool]:
    """Condition: a unit is that of the audience or stands below it; any is when none is named."""
    if audience_unit_id is None:
        return true()
    tree = select(col(Unit.id)).where(col(Unit.id) == audience_unit_id).cte("tree", recursive=True)
    tree = tree.union(select(col(Unit.id)).where(col(Unit.parent_id) == tree.c.id))
    return unit.in_(select(tree.c.id))


def _copy_people(session: Session, round_: Round, audience_unit_id: int | None) -> None:
    fixed = {
        "round_id": literal(round_.id),
        "exempt": literal(""),
        "connected": col(Person.id).in_(linked_people()),
        "withdrawn": col(Person.id).in_(withdrawn_people()),
        "answers": literal(0),
        "rights": literal(0),
        "declined_reminders": literal(False),
    }
    people = select(col(Person.id), col(Person.unit_id), *fixed.values()).where(
        col(Person.status) == "working", _is_inside(col(Person.unit_id), audience_unit_id)
    )
    session.execute(insert(Member).from_select(["person_id", "unit_id", *fixed], people))


def _copy_units(session: Session, round_: Round, audience_unit_id: int | None, day: date) -> None:
    """Units valid that day; an ended one too while people still stand in it, so that nobody drops out of a figure."""
    peopled = select(col(Member.unit_id)).where(col(Member.round_id) == round_.id)
    standing = (col(Unit.valid_from_on) <= day) & (
        or_(col(Unit.valid_until_on).is_(None), col(Unit.valid_until_on) >= day)
    )
    fixed = {"round_id": literal(round_.id), "is_final": literal(False)} | dict.fromkeys(Counts._fields, literal(0))
    units = select(col(Unit.id), col(Unit.parent_id), col(Unit.name), *fixed.values()).where(
        _is_inside(col(Unit.id), audience_unit_id), or_(standing, col(Unit.id).in_(peopled))
    )
    session.execute(insert(RoundUnit).from_select(["unit_id", "parent_id", "name", *fixed], units))
