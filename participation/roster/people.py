"""The people's part of applying a roster: entries, their history, duties and roles, and what ends when they leave."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, literal, or_, update
from sqlmodel import Session, col, select

from participation import exemptions
from participation.invitations import revoke
from participation.joining import unlink
from participation.roster import PersonRow, Roster
from participation.roster.difference import Difference
from participation.roster.standing import Standing
from participation.units import office_day
from store.among import among
from store.columns import UtcMoment
from store.many import execute_columns
from store.tables import Account, Duty, Grant, LedgerEntry, Person, Placement, Unit
from store.upsert import insert_all, insert_columns

AT_ONCE = 500  # ids per statement, below SQLite's limit of bound parameters
PRIVATE = ("renamed", "retitled", "phone")  # changes whose words are personal
CHANGING = ("returned", "moved", "renamed", "retitled", "phone")
_PEOPLE: Any = Person.__table__  # type: ignore[attr-defined]
_CHANGE = update(_PEOPLE).where(_PEOPLE.c.id == bindparam("person"))


def apply_people(
    session: Session,
    roster: Roster,
    difference: Difference,
    standing: Standing,
    unit_ids: dict[str, int],
    now: datetime,
) -> None:
    """Write everything the difference says about people."""
    rows = {row.staff_code: row for row in roster.people}
    insert_columns(session, Person, _columns([rows[change.code] for change in difference.of("added")], unit_ids))
    person_ids = _person_ids(session, standing, difference)
    changed = sorted({change.code for change in difference.of(*CHANGING)})
    entries = _columns([rows[code] for code in changed], unit_ids)
    execute_columns(session, _CHANGE, {"person": [person_ids[code] for code in changed], **entries})
    _place(session, difference, standing, rows, person_ids, unit_ids, now)
    _duties(session, difference, rows, person_ids, unit_ids, office_day(now))
    _end_delegations(session, [person_ids[change.code] for change in difference.of("moved")], office_day(now))
    _roles(session, difference, rows, person_ids, office_day(now))
    _leave(session, [person_ids[change.code] for change in difference.of("left")], now)
    _log(session, difference, person_ids, unit_ids, now)


def _columns(people: Sequence[PersonRow], unit_ids: dict[str, int]) -> dict[str, list[Any]]:
    return {
        "staff_code": [one.staff_code for one in people],
        "name": [one.name for one in people],
        "unit_id": [unit_ids.get(one.unit_code) for one in people],
        "title": [one.title for one in people],
        "phone": [one.phone for one in people],
        "status": [one.status for one in people],
    }


def _person_ids(session: Session, standing: Standing, difference: Difference) -> dict[str, int]:
    if not difference.of("added"):
        return {person.staff_code: person.id for person in standing.people.values()}
    people: Any = session.connection().execute(select(Person.staff_code, Person.id)).all()
    return dict(people)


def _place(
    session: Session,
    difference: Difference,
    standing: Standing,
    rows: dict[str, PersonRow],
    person_ids: dict[str, int],
    unit_ids: dict[str, int],
    now: datetime,
) -> None:
    """Close the placement that ended and open the one that began."""
    closing = {person_ids[change.code] for change in difference.of("returned", "moved", "retitled", "left")}
    _close(session, Placement, sorted(closing), col(Placement.until_at).is_(None), {"until_at": now})
    opening = sorted({person_ids[change.code] for change in difference.of("added", "returned", "moved", "retitled")})
    _open_placements(session, opening, now)
    placements = []
    for change in difference.of("left"):
        person = standing.people[change.code]
        left = {"person_id": person.id, "unit_id": person.unit_id, "title": person.title, "status": "left"}
        placements.append({**left, "from_at": now})
    insert_all(session, Placement, placements)


def _open_placements(session: Session, person_ids: list[int], now: datetime) -> None:
    """Where these people stand from now on, as their entries say: by one statement, since a first roster places all."""
    entry: Any = (Person.id, Person.unit_id, Person.title, Person.status, literal(now, UtcMoment))
    columns = ["person_id", "unit_id", "title", "status", "from_at"]
    statement = insert(Placement).from_select(columns, select(*entry).where(among(col(Person.id), "person_ids")))
    session.connection().execute(statement, {"person_ids": person_ids})


def _duties(
    session: Session,
    difference: Difference,
    rows: dict[str, PersonRow],
    person_ids: dict[str, int],
    unit_ids: dict[str, int],
    today: date,
) -> None:
    """Heads and deputies as the file says; what ended, ended yesterday: rights stop at once."""
    codes = [change.code for change in difference.of("duty")]
    ending = _lasting(Duty, today) & col(Duty.kind).in_(("head", "deputy"))
    yesterday = {"until_on": today - timedelta(days=1)}
    _close(session, Duty, [person_ids[code] for code in codes], ending, yesterday)
    duties = [
        {
            "person_id": person_ids[code],
            "unit_id": unit_ids[rows[code].unit_code],
            "kind": rows[code].duty,
            "from_on": today,
        }
        for code in codes
        if rows[code].duty
    ]
    insert_all(session, Duty, duties)


def _end_delegations(session: Session, person_ids: list[int], today: date) -> None:
    """Who goes to another unit stands in for nobody any more; a delegate is one of the unit's own."""
    ending = _lasting(Duty, today) & (col(Duty.kind) == "delegate")
    _close(session, Duty, person_ids, ending, {"until_on": today - timedelta(days=1)})


def _roles(
    session: Session, difference: Difference, rows: dict[str, PersonRow], person_ids: dict[str, int], today: date
) -> None:
    yesterday = {"until_on": today - timedelta(days=1)}
    grants: list[dict[str, Any]] = []
    for change in difference.of("roles"):
        person_id, before = person_ids[change.code], set(change.before.split(", "))
        ending = _lasting(Grant, today) & col(Grant.role).not_in(rows[change.code].roles)
        _close(session, Grant, [person_id], ending, yesterday)
        new = sorted(rows[change.code].roles - before)
        grants += [{"person_id": person_id, "role": role, "from_on": today} for role in new]
    insert_all(session, Grant, grants)


def _leave(session: Session, person_ids: list[int], now: datetime) -> None:
    """All that ends with the service: duties and delegations, roles, invitations, accounts, open rounds."""
    yesterday = {"until_on": office_day(now) - timedelta(days=1)}
    for start in range(0, len(person_ids), AT_ONCE):
        some = person_ids[start : start + AT_ONCE]
        session.execute(update(Person).where(col(Person.id).in_(some)).values(status="left"))
        for account_id in session.exec(select(Account.id).where(col(Account.person_id).in_(some))).all():
            unlink(session, account_id or 0, now)
    for held in (Duty, Grant):
        _close(session, held, person_ids, _lasting(held, office_day(now)), yesterday)
    revoke(session, person_ids, now)
    for person_id in person_ids:
        exemptions.leave_service(session, person_id, now)


def _log(
    session: Session, difference: Difference, person_ids: dict[str, int], unit_ids: dict[str, int], now: datetime
) -> None:
    """One entry for each change, with ids and unit codes alone: names and numbers must stay erasable."""
    _log_added(session, [person_ids[change.code] for change in difference.of("added")], now)
    entries = []
    for change in difference.of("returned", "moved", "left", "duty", "roles", *PRIVATE):
        private = change.kind in PRIVATE
        said = {} if private else {"before": change.before, "after": change.after}
        entries.append(
            {
                "at": now,
                "kind": f"person_{change.kind}",
                "person_id": person_ids[change.code],
                "unit_id": None if private else unit_ids.get(change.after or change.before),
                "body": json.dumps(said, ensure_ascii=False, sort_keys=True),
            }
        )
    insert_all(session, LedgerEntry, entries)


def _log_added(session: Session, person_ids: list[int], now: datetime) -> None:
    """The same for who is new, by one statement: in a first roster that is everybody."""
    # As json.dumps would write it: in a clean text there is nothing else to escape.
    code: Any = func.replace(func.replace(Unit.code, "\\", "\\\\"), '"', '\\"')
    body = literal('{"after": "') + code + literal('", "before": ""}')
    entry: Any = (Person.id, Person.unit_id, literal(now, UtcMoment), literal("person_added"), body)
    added = select(*entry).join(Unit, col(Unit.id) == Person.unit_id).where(among(col(Person.id), "person_ids"))
    statement = insert(LedgerEntry).from_select(["person_id", "unit_id", "at", "kind", "body"], added)
    session.connection().execute(statement, {"person_ids": person_ids})


def _lasting(held: Any, today: date) -> ColumnElement[bool]:
    return or_(col(held.until_on).is_(None), col(held.until_on) >= today)


def _close(session: Session, table: Any, person_ids: list[int], which: Any, values: dict[str, Any]) -> None:
    for start in range(0, len(person_ids), AT_ONCE):
        some = person_ids[start : start + AT_ONCE]
        session.execute(
            update(table)
            .where(col(table.person_id).in_(some), which)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
