"""Invitation codes: what they look like, how they may be typed, when they stop working."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from participation.invitations import ALPHABET, LENGTH, canonical, find, issue, shown, waiting
from store.database import Database
from store.tables import Invitation, LedgerEntry
from tests.conftest import Clock
from tests.participation.office import OFFICE, account, applied, person_id, unit_id, without

KEY = b"a key of the office"


def test_the_alphabet_holds_nothing_that_looks_like_another_or_makes_a_word() -> None:
    assert not set(ALPHABET) & set("01OILUAEYDW")
    assert len(set(ALPHABET)) == len(ALPHABET)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("K7M2-QX9T", "K7M2QX9T"),
        ("k7m2qx9t", "K7M2QX9T"),
        (" K7M2 QX9T ", "K7M2QX9T"),
        ("K7M2–QX9T", "K7M2QX9T"),
        ("K 7 M 2 . Q X 9 T", "K7M2QX9T"),
        ("ḱ7m2qx9t", "K7M2QX9T"),
        ("K7M2QX9", ""),
        ("K7M2QX9TT", ""),
        ("K7M2QX90", ""),
        ("K7M2QX9²", ""),
        ("", ""),
        ("xin chào", ""),
    ],
)
def test_a_code_is_read_however_it_was_typed(typed: str, code: str) -> None:
    assert canonical(typed) == code


def test_a_code_is_shown_in_two_halves() -> None:
    assert shown("K7M2QX9T") == "K7M2-QX9T"


def test_everyone_asked_for_gets_a_code_of_their_own(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        issued = issue(session, [person_id(session, code) for code in ("AN", "CHI", "BINH")], KEY, clock())
        assert [one.staff_code for one in issued] == ["CHI", "AN", "BINH"]  # by unit, then by name
        assert {one.unit_name for one in issued} == {"Phòng Một", "Phòng Hai"}
        assert all(len(one.code) == LENGTH and set(one.code) <= set(ALPHABET) for one in issued)
        for one in issued:
            found = find(session, shown(one.code).lower(), KEY, clock())
            assert found is not None
            assert found.person_id == one.person_id


def test_a_code_is_kept_nowhere_in_clear(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        (one,) = issue(session, [person_id(session, "AN")], KEY, clock())
        stored = repr(session.exec(select(Invitation)).all()) + repr(session.exec(select(LedgerEntry)).all())
        assert one.code not in stored
        assert one.code not in repr(one)


def test_another_key_finds_nothing(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        (one,) = issue(session, [person_id(session, "AN")], KEY, clock())
        assert find(session, one.code, b"another key", clock()) is None
        assert find(session, "", KEY, clock()) is None


def test_a_code_expires(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        (one,) = issue(session, [person_id(session, "AN")], KEY, clock(), days=30)
        assert find(session, one.code, KEY, clock() + timedelta(days=30, seconds=-1)) is not None
        assert find(session, one.code, KEY, clock() + timedelta(days=30)) is None


def test_a_new_code_revokes_the_older_unused_one(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        an = person_id(session, "AN")
        (old,) = issue(session, [an], KEY, clock())
        (new,) = issue(session, [an], KEY, clock.forward(minutes=1))
        assert find(session, old.code, KEY, clock()) is None
        assert find(session, new.code, KEY, clock()) is not None
        assert len(session.exec(select(Invitation).where(col(Invitation.revoked_at).is_not(None))).all()) == 1


def test_who_has_left_gets_none_and_strangers_neither(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        applied(session, without("AN"), clock())
        assert issue(session, [person_id(session, "AN"), 999], KEY, clock()) == []


def test_waiting_are_those_at_work_who_are_not_linked(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        an, em, binh = (person_id(session, code) for code in ("AN", "EM", "BINH"))
        linked = account(session)
        linked.person_id, linked.state = an, "active"
        gone = account(session, "2")
        gone.person_id, gone.state = binh, "unlinked"
        session.flush()
        assert set(waiting(session, unit_id(session, "P1"), clock())) == {binh, em}
        assert len(waiting(session, None, clock())) == 5
        assert waiting(session, 999, clock()) == []
