"""The units' part of applying a roster."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, select

from participation.roster import Roster, UnitRow
from participation.roster.difference import Difference
from participation.roster.standing import Standing
from participation.units import office_day
from store.ledger import Entry, record_all
from store.tables import Unit, UnitLineage
from store.upsert import insert_all, insert_new

CHANGING = ("unit_returned", "unit_renamed", "unit_moved", "unit_changed")


def apply_units(
    session: Session, roster: Roster, difference: Difference, standing: Standing, now: datetime
) -> dict[str, int]:
    """Add, change and end units; returns the id of every unit by code."""
    rows = {row.code: row for row in roster.units}
    added = [rows[change.code] for change in difference.of("unit_added")]
    unit_ids = _add(session, added, standing, now)
    # A parent may be new itself, so parents are set once every unit has an id.
    settled = {change.code for change in difference.of("unit_added", *CHANGING)}
    _update(session, [_settled(rows[code], standing, unit_ids, now) for code in sorted(settled)])
    yesterday = office_day(now) - timedelta(days=1)
    _update(session, [{"id": unit_ids[it.code], "valid_until_on": yesterday} for it in difference.of("unit_ended")])
    lineage = [{"unit_id": unit_ids[it.code], "predecessor_id": unit_ids[it.after]} for it in difference.of("lineage")]
    insert_new(session, UnitLineage, lineage)
    entries = [
        Entry(one.kind, now, unit_id=unit_ids[one.code], body={"before": one.before, "after": one.after})
        for one in difference.of("unit_added", "unit_ended", *CHANGING)
    ]
    record_all(session, entries)
    return unit_ids


def _add(session: Session, added: list[UnitRow], standing: Standing, now: datetime) -> dict[str, int]:
    unit_ids = {unit.code: unit.id for unit in standing.units.values()}
    if not added:
        return unit_ids
    today = office_day(now)
    insert_all(
        session,
        Unit,
        [
            {"code": row.code, "name": row.name, "kind": row.kind, "valid_from_on": row.valid_from_on or today}
            for row in added
        ],
    )
    return {code: unit_id for unit_id, code in session.exec(select(Unit.id, Unit.code)) if unit_id is not None}


def _settled(row: UnitRow, standing: Standing, unit_ids: dict[str, int], now: datetime) -> dict[str, Any]:
    before = standing.units.get(row.code)
    return {
        "id": unit_ids[row.code],
        "name": row.name,
        "kind": row.kind,
        "parent_id": unit_ids[row.parent_code] if row.parent_code else None,
        "valid_from_on": row.valid_from_on or (before.valid_from_on if before else office_day(now)),
        "valid_until_on": None,
    }


def _update(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(update(Unit), rows)
