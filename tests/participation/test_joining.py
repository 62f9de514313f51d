"""Joining: a guess reveals nothing, consent comes first, and of two accounts with one code one is linked."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import Session, select

from participation import joining
from participation.invitations import issue
from participation.joining import (
    AlreadyLinked,
    ConsentMissing,
    Joined,
    Locked,
    Match,
    NoMatch,
    NothingPending,
    confirm,
    forget,
    give_consent,
    link_by_phone,
    masked_name,
    try_code,
    unlink,
)
from store.database import Database
from store.tables import Account, AuditEntry, Consent, Invitation, LedgerEntry
from tests.conftest import Clock
from tests.participation.office import OFFICE, account, applied, changed, person_id, without

KEY = b"a key of the office"
AN = Match("N. H. An", "Phòng Một", "Chuyên viên", consented=False)


def invite(session: Session, clock: Clock, code: str = "AN") -> str:
    """The office, and a code for one of its people."""
    applied(session, OFFICE, clock())
    return issue(session, [person_id(session, code)], KEY, clock())[0].code


def join(session: Session, who: Account, code: str, clock: Clock) -> joining.ConfirmOutcome:
    """All steps at once."""
    try_code(session, who, code, KEY, clock())
    give_consent(session, who, "1", clock())
    return confirm(session, who, clock())


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Thị Hà", "N. T. Hà"),
        ("Đỗ Sơn", "Đ. Sơn"),
        ("Y", "Y."),
        ("Hà", "H."),
        ("", ""),
        ("  Lê   Ánh ", "L. Ánh"),
    ],
)
def test_a_name_is_partly_masked(name: str, masked: str) -> None:
    assert masked_name(name) == masked


def test_a_code_consent_and_a_yes_link_the_account(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code = invite(session, clock)
        an, who = person_id(session, "AN"), account(session)
        assert try_code(session, who, code, KEY, clock()) == AN
        given_at = clock()
        give_consent(session, who, "2026-11", given_at)
        outcome = confirm(session, who, clock.forward(minutes=1))
        assert outcome == Joined(an, "Nguyễn Hoài An", "Phòng Một", "Chuyên viên")
    with any_database.transaction() as session:
        linked = session.exec(select(Account)).one()
        assert (linked.person_id, linked.state, linked.linked_at, linked.asked) == (an, "active", clock(), "")
        consent = session.exec(select(Consent)).one()
        assert (consent.person_id, consent.account_id, consent.purpose) == (an, linked.id, "participation")
        assert (consent.version, consent.given_at, consent.withdrawn_at) == ("2026-11", given_at, None)
        used = session.exec(select(Invitation)).one()
        assert (used.used_at, used.used_by_account_id) == (clock(), linked.id)
        kinds = session.exec(select(LedgerEntry.kind).where(LedgerEntry.person_id == an)).all()
        assert {"consented", "linked"} <= set(kinds)


def test_consent_may_come_before_the_code(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code, who = invite(session, clock), account(session)
        give_consent(session, who, "1", clock())
        assert try_code(session, who, code, KEY, clock()) == Match(AN.masked_name, AN.unit_name, AN.title, True)
        assert isinstance(confirm(session, who, clock()), Joined)


def test_without_consent_nothing_is_linked(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code, who = invite(session, clock), account(session)
        assert confirm(session, who, clock()) == NothingPending()
        try_code(session, who, code, KEY, clock())
        assert confirm(session, who, clock()) == ConsentMissing()
        assert session.exec(select(Consent)).all() == []
        assert session.exec(select(Invitation)).one().used_at is None


def test_what_is_pending_holds_no_code_and_leaves_the_rest_alone(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code, who = invite(session, clock), account(session)
        who.asked = '{"other": 1}'
        try_code(session, who, code, KEY, clock())
        assert code not in who.asked
        assert json.loads(who.asked)["other"] == 1
        forget(session, who)
        assert json.loads(who.asked) == {"other": 1}
        assert confirm(session, who, clock()) == NothingPending()
        assert isinstance(join(session, who, code, clock), Joined)  # the code was not used up


@pytest.mark.parametrize("case", ["wrong", "nonsense", "used", "expired", "revoked", "left"])
def test_every_hopeless_code_gets_the_same_answer(any_database: Database, clock: Clock, case: str) -> None:
    with any_database.transaction() as session:
        code = invite(session, clock)
        who = account(session, "late")
        if case == "used":
            join(session, account(session, "first"), code, clock)
        elif case == "expired":
            clock.forward(days=30)
        elif case == "revoked":
            issue(session, [person_id(session, "AN")], KEY, clock())
        elif case == "left":
            applied(session, without("AN"), clock())
        typed = {"wrong": "22223333", "nonsense": "không biết"}.get(case, code)
        assert try_code(session, who, typed, KEY, clock()) == NoMatch(4)
        assert confirm(session, who, clock()) == NothingPending()


def test_five_wrong_codes_lock_for_an_hour_and_right_ones_too(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code, who = invite(session, clock), account(session)
        answers = [try_code(session, who, "22223333", KEY, clock()) for _ in range(5)]
        until = clock() + timedelta(hours=1)
        assert answers == [NoMatch(4), NoMatch(3), NoMatch(2), NoMatch(1), Locked(until)]
        clock.forward(minutes=59)
        assert try_code(session, who, code, KEY, clock()) == Locked(until)
        assert try_code(session, who, "22223333", KEY, clock()) == Locked(until)
        assert link_by_phone(session, who, "0900000003", clock()) == Locked(until)
        assert session.exec(select(AuditEntry.act).where(AuditEntry.act == "code_locked")).all() == ["code_locked"]
        assert "code_locked" in session.exec(select(LedgerEntry.kind)).all()
        clock.forward(minutes=1)
        assert try_code(session, who, code, KEY, clock()) == AN


def test_a_lock_on_one_account_leaves_others_alone(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code, guesser = invite(session, clock), account(session, "guesser")
        for _ in range(5):
            try_code(session, guesser, "22223333", KEY, clock())
        assert try_code(session, account(session, "an"), code, KEY, clock()) == AN


def test_a_wrong_code_drops_what_was_pending(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code, who = invite(session, clock), account(session)
        give_consent(session, who, "1", clock())
        try_code(session, who, code, KEY, clock())
        try_code(session, who, "22223333", KEY, clock())
        assert confirm(session, who, clock()) == NothingPending()


def test_a_linked_account_cannot_take_another_place(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code, who = invite(session, clock), account(session)
        join(session, who, code, clock)
        an = person_id(session, "AN")
        (other,) = issue(session, [person_id(session, "CHI")], KEY, clock())
        assert try_code(session, who, other.code, KEY, clock()) == AlreadyLinked(an)
        assert try_code(session, who, "22223333", KEY, clock()) == AlreadyLinked(an)
        assert link_by_phone(session, who, "0900000004", clock()) == AlreadyLinked(an)
        assert confirm(session, who, clock()) == AlreadyLinked(an)
        assert who.person_id == an


def test_one_person_may_join_on_a_second_account(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code = invite(session, clock)
        join(session, account(session, "1", "web"), code, clock)
        (second,) = issue(session, [person_id(session, "AN")], KEY, clock())
        assert isinstance(join(session, account(session, "1", "telegram"), second.code, clock), Joined)
        people = session.exec(select(Account.person_id)).all()
        assert people == [person_id(session, "AN")] * 2


def test_an_invitation_that_ends_between_code_and_yes_links_nobody(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code, who = invite(session, clock), account(session)
        try_code(session, who, code, KEY, clock())
        give_consent(session, who, "1", clock())
        applied(session, without("AN"), clock())
        assert confirm(session, who, clock()) == NoMatch(5)
        assert who.person_id is None
        assert session.exec(select(Consent)).all() == []


@pytest.mark.parametrize("phone", ["0900000003", "+84900000003", "84 900 000 003", "0900.000.003"])
def test_ones_own_number_leads_to_the_same_question(any_database: Database, clock: Clock, phone: str) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        who = account(session)
        assert link_by_phone(session, who, phone, clock()) == AN
        give_consent(session, who, "1", clock())
        assert isinstance(confirm(session, who, clock()), Joined)


@pytest.mark.parametrize("case", ["unknown", "no number", "of two people", "of one who left"])
def test_a_number_that_fits_nobody_alone_answers_like_a_wrong_code(
    any_database: Database, clock: Clock, case: str
) -> None:
    with any_database.transaction() as session:
        applied(session, OFFICE, clock())
        if case == "of two people":
            applied(session, changed("CHI", phone="0900000003"), clock())
        elif case == "of one who left":
            applied(session, without("AN"), clock())
        phone = {"unknown": "0911111111", "no number": "x"}.get(case, "0900000003")
        assert link_by_phone(session, account(session), phone, clock()) == NoMatch(4)


def test_an_unlinked_account_may_join_again(any_database: Database, clock: Clock) -> None:
    with any_database.transaction() as session:
        code, who = invite(session, clock), account(session)
        join(session, who, code, clock)
        unlink(session, who.id or 0, clock())
        assert (who.state, who.linked_at) == ("unlinked", None)
        unlink(session, who.id or 0, clock())
        unlink(session, 999, clock())
        kinds = session.exec(select(LedgerEntry.kind).where(LedgerEntry.kind == "unlinked")).all()
        assert len(kinds) == 1
        (other,) = issue(session, [person_id(session, "CHI")], KEY, clock())
        assert isinstance(join(session, who, other.code, clock), Joined)
        assert who.person_id == person_id(session, "CHI")


def test_of_two_accounts_with_one_code_exactly_one_is_linked(any_database: Database, clock: Clock) -> None:
    rounds = 100 if any_database.is_sqlite else 20
    now = clock()
    with any_database.transaction() as session:
        applied(session, OFFICE, now)
        an = person_id(session, "AN")
    barrier = Barrier(2)

    def race(account_id: int) -> joining.ConfirmOutcome:
        barrier.wait(timeout=30)
        with any_database.transaction() as session:
            return confirm(session, session.get_one(Account, account_id), now)

    with ThreadPoolExecutor(2) as runners:
        for number in range(rounds):
            with any_database.transaction() as session:
                (one,) = issue(session, [an], KEY, now)
                ids = []
                for side in "ab":
                    who = account(session, f"{number}{side}")
                    try_code(session, who, one.code, KEY, now)
                    give_consent(session, who, "1", now)
                    ids.append(who.id or 0)
            outcomes = sorted(runners.map(race, ids), key=lambda outcome: type(outcome).__name__)
            assert [type(outcome) for outcome in outcomes] == [Joined, NoMatch]
    with any_database.transaction() as session:
        states = session.exec(select(Account.state)).all()
        assert (states.count("active"), states.count("stranger")) == (rounds, rounds)
