"""The tree on a day, who heads what, who may see what."""

from datetime import date, timedelta

import pytest

from participation import units
from store.database import Database
from store.tables import Duty, Unit
from tests.conftest import Clock
from tests.participation.office import OFFICE, applied, person_id, unit_id, without

TODAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("top", "below"), [("S", {"S", "P1", "P2", "T1"}), ("P1", {"P1", "T1"}), ("P2", {"P2"}), ("T1", {"T1"})]
)
def test_a_subtree_is_the_unit_and_everything_below(
    any_database: Database, clock: Clock, top: str, below: set[str]
) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        ids = units.subtree_ids(session, unit_id(session, top), TODAY)
        assert ids == {unit_id(session, code) for code in below}


def test_an_unknown_unit_answers_as_nothing(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        assert units.subtree_ids(session, 999, TODAY) == frozenset()
        assert units.unit(session, 999, TODAY) is None
        assert units.path(session, 999, TODAY) == []
        assert units.children(session, 999, TODAY) == []
        assert units.heads(session, 999, TODAY) == frozenset()
        assert not units.may_see(session, person_id(session, "GD"), 999, TODAY)
        assert units.head_units(session, 999, TODAY) == []
        assert units.roles(session, 999, TODAY) == frozenset()


def test_a_unit_is_there_only_while_it_is_valid(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        ended = unit_id(session, "P1")
        applied(session, without("P1", "T1", "BINH", "AN", "EM"), clock())
        assert units.unit(session, ended, TODAY) is None
        assert units.unit(session, ended, TODAY - timedelta(days=1)) is not None
        assert units.unit(session, ended, date(2025, 6, 30)) is None
        assert ended not in units.subtree_ids(session, unit_id(session, "S"), TODAY)


def test_path_and_children_follow_the_tree(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        assert [unit.code for unit in units.path(session, unit_id(session, "T1"), TODAY)] == ["S", "P1", "T1"]
        assert [unit.code for unit in units.children(session, unit_id(session, "S"), TODAY)] == ["P1", "P2"]
        found = units.unit_by_code(session, " p1 ", TODAY)
        assert found is not None
        assert found.name == "Phòng Một"


def test_a_circle_in_the_data_does_not_turn_for_ever(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        top = session.get_one(Unit, unit_id(session, "S"))
        top.parent_id = unit_id(session, "T1")
        session.add(top)
        session.flush()
        assert len(units.subtree_ids(session, top.id or 0, TODAY)) == 4
        assert len(units.path(session, top.id or 0, TODAY)) == 3


@pytest.mark.parametrize(
    ("who", "unit", "sees"),
    [
        ("GD", "S", True),
        ("GD", "T1", True),
        ("BINH", "P1", True),
        ("BINH", "T1", True),
        ("BINH", "S", False),
        ("BINH", "P2", False),
        ("CHI", "P2", True),
        ("EM", "P1", False),
        ("AN", "P1", False),
    ],
)
def test_a_head_sees_the_own_unit_and_below(
    any_database: Database, clock: Clock, who: str, unit: str, sees: bool
) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        assert units.may_see(session, person_id(session, who), unit_id(session, unit), TODAY) is sees


def test_names_go_to_the_direct_head_and_delegate_alone(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        first, dung = unit_id(session, "P1"), person_id(session, "DUNG")
        session.add(Duty(person_id=dung, unit_id=first, kind="delegate", from_on=TODAY, until_on=TODAY))
        session.flush()
        assert units.heads(session, first, TODAY) == {person_id(session, "BINH"), dung}
        assert not units.is_direct_head(session, person_id(session, "GD"), first, TODAY)
        assert not units.is_direct_head(session, dung, first, TODAY + timedelta(days=1))
        assert [unit.code for unit in units.head_units(session, dung, TODAY)] == ["P1"]
        assert units.head_units(session, dung, TODAY + timedelta(days=1)) == []


def test_roles_hold_while_the_person_is_at_work(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        an, binh = person_id(session, "AN"), person_id(session, "BINH")
        assert units.roles(session, an, TODAY) == {"content_admin"}
        assert units.roles(session, an, TODAY - timedelta(days=1)) == frozenset()
        applied(session, without("AN", "BINH"), clock())
        assert units.roles(session, an, TODAY) == frozenset()
        assert units.head_units(session, binh, TODAY) == []
        assert units.heads(session, unit_id(session, "P1"), TODAY) == frozenset()
