"""A small office for tests, told as a roster and applied by the real importer."""

from datetime import date, datetime

from sqlmodel import Session, select

from participation.roster import PersonRow, Roster, UnitRow
from participation.roster.applying import apply
from participation.roster.comparing import compare
from participation.roster.difference import Difference
from store.tables import Account, Person, Unit

FOUNDED = date(2025, 7, 1)

OFFICE = Roster(
    units=(
        UnitRow(2, "S", "Sở Mẫu", "Sở", valid_from_on=FOUNDED),
        UnitRow(3, "P1", "Phòng Một", "Phòng", "S", valid_from_on=FOUNDED),
        UnitRow(4, "P2", "Phòng Hai", "Phòng", "S", valid_from_on=FOUNDED),
        UnitRow(5, "T1", "Tổ Một", "Tổ", "P1", valid_from_on=FOUNDED),
    ),
    people=(
        PersonRow(2, "GD", "Đỗ Minh Sơn", "S", "Giám đốc", "0900000001", duty="head"),
        PersonRow(3, "BINH", "Trần Thái Bình", "P1", "Trưởng phòng", "0900000002", duty="head"),
        PersonRow(4, "AN", "Nguyễn Hoài An", "P1", "Chuyên viên", "0900000003", roles=frozenset({"content_admin"})),
        PersonRow(5, "CHI", "Lê Quỳnh Chi", "P2", "Chuyên viên", "0900000004", duty="deputy"),
        PersonRow(6, "DUNG", "Phạm Tiến Dũng", "P2", "Chuyên viên", "0900000005"),
        PersonRow(7, "EM", "Hồ Thị Em", "T1", "Chuyên viên", "0900000006", duty="head"),
    ),
)


def applied(session: Session, roster: Roster, now: datetime, confirmed: bool = True) -> Difference:
    """Compare and apply at once; returns what was changed."""
    difference = compare(session, roster, now)
    apply(session, roster, difference, "test", now, confirmed)
    return difference


def changed(code: str, **fields: object) -> Roster:
    """The office with one person or unit changed."""
    return Roster(
        tuple(unit._replace(**fields) if unit.code == code else unit for unit in OFFICE.units),  # type: ignore[arg-type]
        tuple(one._replace(**fields) if one.staff_code == code else one for one in OFFICE.people),  # type: ignore[arg-type]
    )


def without(*codes: str) -> Roster:
    """The office without some people and units."""
    return Roster(
        tuple(unit for unit in OFFICE.units if unit.code not in codes),
        tuple(one for one in OFFICE.people if one.staff_code not in codes),
    )


def person(session: Session, code: str) -> Person:
    """The person with that staff code."""
    return session.exec(select(Person).where(Person.staff_code == code)).one()


def person_id(session: Session, code: str) -> int:
    """The id of the person with that staff code."""
    return person(session, code).id or 0


def unit_id(session: Session, code: str) -> int:
    """The id of the unit with that code."""
    return session.exec(select(Unit).where(Unit.code == code)).one().id or 0


def account(session: Session, address: str = "1", channel: str = "web") -> Account:
    """A stranger's account."""
    made = Account(channel=channel, address=address)
    session.add(made)
    session.flush()
    return made
