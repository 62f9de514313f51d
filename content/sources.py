"""Sources in the store: what everything else is held to. A changed date of a text reaches all that rests on it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, col, select

from content.entries import Grade, Source
from store.tables import CardVersion, QuestionVersion, SourceDraft, SourceRow

LIBRARY, OFFICE = "library", "office"  # where a source, card or question comes from
LONG_AGO = date(1945, 9, 2)  # a source without a known first day is in force as far back as anyone asks


def sources(session: Session) -> dict[str, Source]:
    """Every source by code."""
    return {row.code: value(row) for row in session.exec(select(SourceRow).order_by(col(SourceRow.id)))}


def keep_sources(session: Session, found: Iterable[Source], origin: str) -> int:
    """Write what is new or changed; returns how many were. What the office entered, the product leaves alone."""
    standing = {row.code: row for row in session.exec(select(SourceRow))}
    changed = 0
    for source in found:
        row = standing.get(source.code)
        if row is not None and (value(row) == source or (row.origin == OFFICE and origin == LIBRARY)):
            continue
        if row is None:
            session.add(SourceRow(**columns(source), origin=origin))
        else:
            row.sqlmodel_update(columns(source) | {"origin": origin})
            session.add(row)
        changed += 1
    session.flush()
    return changed


def hold_to_sources(session: Session) -> None:
    """Give every version the days its source is in force; what people read of it does not change by that."""
    for source in sources(session).values():
        starts_on, ends_on = first_day(source), source.in_force_until
        for table in (CardVersion, QuestionVersion):
            session.execute(
                update(table)
                .where(
                    col(table.source_code) == source.code,
                    or_(col(table.in_force_from) != starts_on, _differs(col(table.in_force_until), ends_on)),
                )
                .values(in_force_from=starts_on, in_force_until=ends_on)
            )


def first_day(source: Source) -> date:
    """The first day a source binds; the day of issue stands in for an unknown one."""
    return source.in_force_from or source.issued_on or LONG_AGO


def columns(source: Source) -> dict[str, Any]:
    """A source as columns of a row."""
    return {
        "code": source.code,
        "form": source.form,
        "number": source.number,
        "title": source.title,
        "issuer": source.issuer,
        "issued_on": source.issued_on,
        "in_force_from": source.in_force_from,
        "in_force_until": source.in_force_until,
        "replaced_by": source.replaced_by or "",
        "verified": str(source.verified),
    }


def _differs(column: Any, day: date | None) -> ColumnElement[bool]:
    return column.is_not(None) if day is None else or_(column.is_(None), column != day)


def value(row: SourceRow | SourceDraft) -> Source:
    """What a row says."""
    return Source(
        code=row.code,
        form=row.form,
        number=row.number,
        title=row.title,
        issuer=row.issuer,
        issued_on=row.issued_on,
        in_force_from=row.in_force_from,
        in_force_until=row.in_force_until,
        replaced_by=row.replaced_by or None,
        verified=Grade(row.verified),
    )
