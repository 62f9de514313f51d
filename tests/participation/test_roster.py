"""Comparing and applying a roster: what changed is seen before, written at once, and written once."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from content.phrases import Phrases
from participation import units
from participation.invitations import find, issue
from participation.roster import Roster, RosterFaults, UnitRow
from participation.roster.applying import DifferenceOutdated, TooManyRemovals, apply
from participation.roster.comparing import compare
from participation.roster.difference import told
from store.database import Database
from store.ledger import broken_link
from store.tables import (
    Account,
    AuditEntry,
    Campaign,
    Duty,
    LedgerEntry,
    Member,
    Person,
    Placement,
    Plan,
    Round,
    Unit,
    UnitLineage,
)
from tests.conftest import Clock
from tests.participation.office import OFFICE, account, applied, changed, person, person_id, unit_id, without

TODAY = date(2026, 11, 10)


def test_a_dry_run_writes_nothing(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        difference = compare(session, OFFICE, clock())
    assert difference.counts() == {"unit_added": 4, "added": 6, "duty": 4, "roles": 1}
    with any_database.transaction() as session:
        for table in (Unit, Person, Placement, LedgerEntry, AuditEntry):
            assert session.exec(select(table)).all() == []


def test_a_first_roster_makes_the_office(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock().astimezone(UTC), confirmed=False)
    with any_database.transaction() as session:
        an = person(session, "AN")
        assert (an.name, an.title, an.phone, an.status) == ("Nguyễn Hoài An", "Chuyên viên", "0900000003", "working")
        assert an.unit_id == unit_id(session, "P1")
        placement = session.exec(select(Placement).where(Placement.person_id == an.id)).one()
        assert (placement.unit_id, placement.from_at, placement.until_at) == (an.unit_id, clock(), None)
        assert session.get_one(Unit, unit_id(session, "T1")).parent_id == unit_id(session, "P1")
        assert [unit.code for unit in units.head_units(session, person_id(session, "CHI"), TODAY)] == ["P2"]
        assert broken_link(session) is None
        entry = session.exec(select(AuditEntry)).one()
        assert (entry.actor, entry.act) == ("test", "roster_applied")


def test_the_same_roster_again_changes_nothing(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
    clock.forward(days=3)
    with any_database.transaction() as session:
        written = len(session.exec(select(LedgerEntry)).all()) + len(session.exec(select(AuditEntry)).all())
        assert applied(session, OFFICE, clock()).is_empty
        assert written == len(session.exec(select(LedgerEntry)).all()) + len(session.exec(select(AuditEntry)).all())


CHANGES: list[tuple[str, Roster, dict[str, int]]] = [
    ("moved", changed("DUNG", unit_code="P1"), {"moved": 1}),
    ("renamed", changed("DUNG", name="Phạm Tiến Dũng Mới"), {"renamed": 1}),
    ("a new title", changed("DUNG", title="Chuyên viên chính"), {"retitled": 1}),
    ("a new number", changed("DUNG", phone="0900000099"), {"phone": 1}),
    ("no number any more", changed("DUNG", phone=None), {"phone": 1}),
    ("a new head", changed("DUNG", duty="head"), {"duty": 1}),
    ("a deputy no more", changed("CHI", duty=""), {"duty": 1}),
    ("a head who moves", changed("EM", unit_code="P2"), {"moved": 1, "duty": 1}),
    ("another role", changed("AN", roles=frozenset({"operator"})), {"roles": 1}),
    ("status left", changed("DUNG", status="left"), {"left": 1}),
    ("absent from the file", without("DUNG"), {"left": 1}),
    ("unit renamed", changed("P2", name="Phòng Hai và Ba"), {"unit_renamed": 1}),
    ("unit moved", changed("T1", parent_code="P2"), {"unit_moved": 1}),
    ("unit of another kind", changed("T1", kind="Bộ phận"), {"unit_changed": 1}),
    ("unit ended", without("T1", "EM"), {"unit_ended": 1, "left": 1}),
]


@pytest.mark.parametrize(("roster", "counts"), [pytest.param(*case[1:], id=case[0]) for case in CHANGES])
def test_each_change_is_told_apart_written_and_gone_after(
    any_database: Database, clock: Clock, phrases: Phrases, roster: Roster, counts: dict[str, int]
) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
    clock.forward(days=1)
    with any_database.transaction() as session:
        difference = applied(session, roster, clock())
        assert difference.counts() == counts
        assert told(difference, phrases)
    with any_database.transaction() as session:
        assert compare(session, roster, clock()).is_empty


def test_a_move_closes_one_placement_and_opens_another(any_database: Database, clock: Clock) -> None:
    first = clock()
    with any_database.transaction() as session:
        applied(session, OFFICE, first)
    second = clock.forward(days=7)
    with any_database.transaction() as session:
        applied(session, changed("DUNG", unit_code="P1"), second)
        dung = person(session, "DUNG")
        assert dung.unit_id == unit_id(session, "P1")
        placements = session.exec(select(Placement).where(Placement.person_id == dung.id).order_by(col(Placement.id)))
        assert [(one.unit_id, one.from_at, one.until_at) for one in placements] == [
            (unit_id(session, "P2"), first, second),
            (unit_id(session, "P1"), second, None),
        ]


def test_who_leaves_loses_every_way_in_and_keeps_a_history(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        chi = person_id(session, "CHI")
        linked = account(session)
        linked.person_id, linked.state = chi, "active"
        first = unit_id(session, "P1")
        session.add(Duty(person_id=chi, unit_id=first, kind="delegate", from_on=TODAY, until_on=date(2027, 1, 1)))
        code = issue(session, [chi], b"key", clock())[0].code
    clock.forward(days=1)
    with any_database.transaction() as session:
        applied(session, without("CHI"), clock())
    with any_database.transaction() as session:
        assert person(session, "CHI").status == "left"
        assert session.exec(select(Account)).one().state == "unlinked"
        assert find(session, code, b"key", clock()) is None
        assert units.head_units(session, chi, clock().date()) == []
        placements = session.exec(select(Placement).where(Placement.person_id == chi).order_by(col(Placement.id))).all()
        assert [(one.status, one.until_at is None) for one in placements] == [("working", False), ("left", True)]
        kinds = session.exec(select(LedgerEntry.kind).where(LedgerEntry.person_id == chi)).all()
        assert {"person_added", "unlinked", "person_left"} <= set(kinds)


def test_who_comes_back_is_the_same_person(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        before = person_id(session, "CHI")
        applied(session, without("CHI"), clock.forward(days=1))
        difference = applied(session, OFFICE, clock.forward(days=1))
        assert difference.counts() == {"returned": 1, "duty": 1}
        assert (person_id(session, "CHI"), person(session, "CHI").status) == (before, "working")
        working = select(Placement).where(Placement.person_id == before, col(Placement.until_at).is_(None))
        assert session.exec(working).one().status == "working"


def test_more_than_a_fifth_leaving_needs_a_word(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
    fewer = without("CHI", "DUNG")
    with pytest.raises(TooManyRemovals) as refused, any_database.transaction() as session:
        applied(session, fewer, clock(), confirmed=False)
    assert (refused.value.count, refused.value.total) == (2, 6)
    with any_database.transaction() as session:
        assert person(session, "CHI").status == "working"
        applied(session, without("DUNG"), clock(), confirmed=False)
        assert person(session, "DUNG").status == "left"
        applied(session, fewer, clock(), confirmed=True)
        assert person(session, "CHI").status == "left"


def test_exactly_a_fifth_needs_none(any_database: Database, clock: Clock) -> None:
    five = without("EM")
    with any_database.transaction() as session:
        applied(session, five, clock())
        applied(session, without("EM", "DUNG"), clock(), confirmed=False)
        assert person(session, "DUNG").status == "left"


def test_what_was_shown_is_what_is_written_or_nothing(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        shown = compare(session, OFFICE, clock())
        applied(session, without("EM", "T1"), clock())
    with pytest.raises(DifferenceOutdated), any_database.transaction() as session:
        apply(session, OFFICE, shown, "test", clock())


def test_units_merge_and_keep_their_lineage(any_database: Database, clock: Clock) -> None:
    merged = Roster(
        (OFFICE.units[0], UnitRow(3, "P12", "Phòng Một và Hai", "Phòng", "S", ("P1", "P2"))),
        (
            OFFICE.people[0],
            OFFICE.people[1]._replace(unit_code="P12"),
            *(one._replace(unit_code="P12", duty="") for one in OFFICE.people[2:]),
        ),
    )
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        difference = applied(session, merged, clock.forward(days=1))
        assert difference.counts() == {
            "unit_added": 1, "unit_ended": 3, "lineage": 2, "moved": 5, "duty": 3,
        }  # fmt: skip
        assert [one.code for one in difference.of("unit_ended")] == ["P1", "P2", "T1"]
        lineage = session.exec(select(UnitLineage.unit_id, UnitLineage.predecessor_id)).all()
        new = unit_id(session, "P12")
        assert set(lineage) == {(new, unit_id(session, "P1")), (new, unit_id(session, "P2"))}
        assert session.get_one(Unit, unit_id(session, "P1")).valid_until_on == TODAY
        assert applied(session, merged, clock()).is_empty


def test_an_ended_unit_can_come_back(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        applied(session, without("T1", "EM"), clock.forward(days=1))
        difference = applied(session, OFFICE, clock.forward(days=1))
        assert difference.counts() == {"unit_returned": 1, "returned": 1, "duty": 1}
        assert session.get_one(Unit, unit_id(session, "T1")).valid_until_on is None


@pytest.mark.parametrize(
    ("fields", "told_as"),
    [
        ({"predecessor_codes": ("CŨ",)}, 'cột "Mã đơn vị tiền thân": không có đơn vị tiền thân mã "CŨ"'),
        ({"predecessor_codes": ("P2",)}, 'cột "Mã đơn vị tiền thân": không có đơn vị tiền thân mã "P2"'),
        ({"valid_from_on": TODAY + timedelta(days=1)}, 'cột "Hiệu lực từ": ngày 11/11/2026 chưa đến.'),
    ],
)
def test_what_only_the_store_can_tell_is_told_too(
    database: Database, clock: Clock, phrases: Phrases, fields: dict[str, object], told_as: str
) -> None:
    with database.transaction() as session, pytest.raises(RosterFaults) as caught:
        compare(session, changed("P2", **fields), clock())
    (line,) = caught.value.told(phrases)
    assert line.startswith(f'Sheet "Đơn vị", dòng 4, {told_as}')


def test_an_open_round_keeps_its_audience_but_not_who_left(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        opened = _open_round(session, clock())
        for code, answers in (("AN", 0), ("CHI", 0), ("DUNG", 1)):
            one = person(session, code)
            session.add(Member(round_id=opened.id or 0, person_id=one.id or 0, unit_id=one.unit_id, answers=answers))
    with any_database.transaction() as session:
        moved = changed("AN", unit_code="P2")
        staying = tuple(one for one in moved.people if one.staff_code not in ("CHI", "DUNG"))
        applied(session, Roster(moved.units, staying), clock())
        members = {one.person_id: one for one in session.exec(select(Member))}
        assert members[person_id(session, "AN")].unit_id == unit_id(session, "P1")
        assert members[person_id(session, "CHI")].exempt == "left"
        assert members[person_id(session, "DUNG")].exempt == ""


def test_the_log_holds_no_name_and_no_number(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        applied(session, OFFICE, clock())
        applied(session, changed("AN", name="Nguyễn Tên Mới", phone="0911222333"), clock())
        bodies = " ".join([*session.exec(select(LedgerEntry.body)), *session.exec(select(AuditEntry.body))])
    assert "Nguyễn" not in bodies
    assert "09" not in bodies


def test_the_log_says_of_who_is_new_where_to(any_database: Database, clock: Clock) -> None:
    code = 'P"Đ\\1'
    roster = Roster((UnitRow(2, code, "Phòng", "Phòng"),), (OFFICE.people[0]._replace(unit_code=code),))
    with any_database.transaction() as session:
        applied(session, roster, clock())
        entry = session.exec(select(LedgerEntry).where(LedgerEntry.kind == "person_added")).one()
        assert entry.body == json.dumps({"after": code, "before": ""}, ensure_ascii=False)
        assert (entry.at, entry.unit_id) == (clock(), unit_id(session, code))
        assert entry.person_id == person_id(session, roster.people[0].staff_code)


def test_the_difference_is_told_in_counts_and_lines(database: Database, clock: Clock, phrases: Phrases) -> None:
    with database.transaction() as session:
        applied(session, OFFICE, clock())
        office = changed("CHI", unit_code="P1", duty="")
        difference = compare(session, Roster(office.units, office.people[:-1]), clock())
        assert told(compare(session, OFFICE, clock()), phrases) == ["Không có gì thay đổi so với dữ liệu đang có."]
    assert told(difference, phrases) == [
        "Chuyển đơn vị: 1",
        "  CHI Lê Quỳnh Chi: P2 → P1",
        "Đổi vai trò lãnh đạo: 1",
        "  CHI Lê Quỳnh Chi: phó P2 → (trống)",
        "Thôi việc: 1",
        "  EM Hồ Thị Em: T1",
    ]


def test_long_lists_of_changes_are_cut(database: Database, clock: Clock, phrases: Phrases) -> None:
    with database.transaction() as session:
        lines = told(compare(session, OFFICE, clock()), phrases, most=2)
    assert lines[:4] == ["Đơn vị mới: 4", "  S Sở Mẫu", "  P1 Phòng Một", "  … và 2 dòng khác."]


def _open_round(session: Session, now: datetime) -> Round:
    campaign = Campaign(code="c", name="c", starts_on=TODAY)
    session.add(campaign)
    session.flush()
    plan = Plan(campaign_id=campaign.id or 0, code="p", name="p", shape="{}")
    session.add(plan)
    session.flush()
    later = now + timedelta(days=2)
    opened = Round(plan_id=plan.id or 0, number=1, opens_at=now, closes_at=later, freezes_at=later)
    session.add(opened)
    session.flush()
    return opened
