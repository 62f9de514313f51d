"""`absence requests|approve|refuse` and `delegate` on a real database: what they say, write and refuse."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from content.message import Message
from content.phrases import Phrases
from participation import leave, units
from scheduler.leave_notices import ask_deciders
from store.database import Database
from store.tables import Correction, Delivery, Duty, Exemption, Grant, Member, Person
from tests.app.front_desk import FrontDesk
from tests.conftest import Clock
from tests.scheduler import stage
from tests.scheduler.stage import at

DAYS = (date(2026, 11, 10), date(2026, 11, 12))


@pytest.fixture
def desk(database: Database, phrases: Phrases, clock: Clock) -> FrontDesk:
    """Four people of unit P1, all of them with an account, the first its head, on a Tuesday at nine; no round yet."""
    with database.transaction() as session:
        head, *_ = stage.add_office(session, people=4, linked=4)
        session.add(Duty(person_id=head, unit_id=1, kind="head", from_on=stage.LONG_AGO))
    return FrontDesk(database, phrases, clock)


def reported(desk: FrontDesk, person_id: int = 2) -> int:
    """A person has reported leave, and the head has been asked; returns its number."""
    with desk.database.transaction() as session:
        request = leave.report(session, person_id, *DAYS, "leave", desk.clock())
        ask_deciders(session, desk.phrases, request, desk.clock())
        return request.id or 0


def told(desk: FrontDesk, kind: str) -> list[tuple[int | None, str]]:
    with desk.database.transaction() as session:
        rows = session.exec(select(Delivery).where(Delivery.kind == kind).order_by(Delivery.id))  # type: ignore[arg-type]
        return [(row.person_id, Message.loads(row.body).text) for row in rows]


def test_a_request_is_listed_and_approved_and_the_person_told(desk: FrontDesk) -> None:
    assert desk.does("absence", "requests") == "no request waits\n"
    desk.does("round", "open")
    reported(desk)
    assert desk.does("absence", "requests") == "1  1-1  2026-11-10 to 2026-11-12  leave, waits\n"
    assert desk.does("absence", "list") == "no absence\n"
    assert desk.does("absence", "approve", 1) == "absence 1 of 1-1 is approved\nround 1: does not count\n"
    with desk.database.transaction() as session:
        assert session.get_one(Member, (1, 2)).exempt == "leave"
    ((person, text),) = told(desk, "decision")
    assert person == 2
    assert "đã được duyệt" in text
    assert "1  1-1  2026-11-10 to 2026-11-12" in desk.does("absence", "list")
    assert ("cli", "leave_approved", "person 2") in desk.audited()
    assert "no request 1 waits" in desk.refuses("absence", "approve", 1)
    assert "no request 1 waits" in desk.refuses("absence", "refuse", 1)


def test_a_closed_round_takes_a_reason(desk: FrontDesk) -> None:
    desk.does("round", "open")
    reported(desk)
    desk.goes_on_until(at("2026-11-12", "17:20"))
    assert 'round 1 is closed already: give the same command again with --correct "why"' in desk.refuses(
        "absence", "approve", 1
    )
    assert "round 1: corrected" in desk.does("absence", "approve", 1, "--correct", "late paper")
    with desk.database.transaction() as session:
        assert [(one.reason, one.person_id) for one in session.exec(select(Correction))] == [("late paper", 2)]


def test_a_refused_request_is_told_and_exempts_nobody(desk: FrontDesk) -> None:
    reported(desk)
    assert desk.does("absence", "refuse", 1) == "request 1 of 1-1 is not approved\n"
    assert "chưa được duyệt miễn" in told(desk, "decision")[0][1]
    assert "4 people, 0 exempt" in desk.does("round", "open")


def test_a_notice_is_not_sent_to_who_may_no_longer_decide(desk: FrontDesk) -> None:
    from scheduler.wanted import still_wanted

    reported(desk)
    with desk.database.transaction() as session:
        notice = session.exec(select(Delivery).where(Delivery.kind == "notice")).one()
        assert still_wanted(session, notice, desk.clock())
        duty = session.exec(select(Duty)).one()
        duty.until_on = date(2026, 11, 9)
        session.add(duty)
        session.flush()
        assert not still_wanted(session, notice, desk.clock())
        session.add(Grant(person_id=1, role="roster_admin", from_on=stage.LONG_AGO))
        session.flush()
        assert still_wanted(session, notice, desk.clock())  # nobody heads the unit now: a roster admin decides
        leave.withdraw(session, 2, 1, desk.clock())
        assert not still_wanted(session, notice, desk.clock())


def test_a_decision_goes_out_although_its_days_are_paused(desk: FrontDesk) -> None:
    from scheduler.wanted import still_wanted

    reported(desk)
    desk.does("absence", "refuse", 1)
    with desk.database.transaction() as session:
        decision = session.exec(select(Delivery).where(Delivery.kind == "decision")).one()
        assert still_wanted(session, decision, desk.clock())
        session.delete(session.get_one(Exemption, 1))
        person = session.get_one(Person, 2)
        person.status = "left"
        session.add(person)
        session.flush()
        assert not still_wanted(session, decision, desk.clock())


def test_a_delegate_is_named_listed_and_revoked(desk: FrontDesk) -> None:
    def heads(session: Session) -> list[int]:
        return [unit.id for unit in units.head_units(session, 2, date(2026, 11, 12))]

    assert desk.does("delegate", "list") == "no delegation\n"
    said = desk.does("delegate", "add", "p1", "1-1", "2026-11-10", "2026-11-30", "--by", "1-0")
    assert said == "delegation 2: 1-1 stands in at p1, 2026-11-10 to 2026-11-30\n"
    assert desk.does("delegate", "list", "--unit", "P1") == "2  Phòng P1  1-1  2026-11-10 to 2026-11-30\n"
    assert [person for person, _ in told(desk, "notice")] == [2, 1]
    with desk.database.transaction() as session:
        assert heads(session) == [1]
    assert desk.does("delegate", "revoke", 2) == "delegation 2 is revoked\n"
    with desk.database.transaction() as session:
        assert heads(session) == []
    assert [person for person, _ in told(desk, "decision")] == [1, 2]
    assert "no delegation 2" in desk.refuses("delegate", "revoke", 2)
    assert [act for _, act, _ in desk.audited()] == ["delegated", "delegation_revoked"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("P9", "1-1", "2026-11-10", "2026-11-30", "1-0"), "unit P9 is not in the office"),
        (("P1", "9-9", "2026-11-10", "2026-11-30", "1-0"), "nobody at work has the staff code 9-9"),
        (("P1", "1-1", "10/11", "2026-11-30", "1-0"), "'10/11' is no day"),
        (("P1", "1-1", "2026-11-10", "2026-11-30", "1-2"), "1-2 is neither head nor deputy of P1"),
        (("P1", "1-0", "2026-11-10", "2026-11-30", "1-0"), "1-0 heads P1"),
        (("P1", "1-1", "2026-11-09", "2026-11-30", "1-0"), "begins today or later and lasts at most 90 days"),
        (("P1", "1-1", "2026-11-10", "2027-02-08", "1-0"), "at most 90 days"),
        (("P1", "1-1", "2026-11-30", "2026-11-10", "1-0"), "begins today or later"),
        (("P1", "2-0", "2026-11-10", "2026-11-30", "1-0"), "2-0 does not work in P1"),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(desk: FrontDesk, words: tuple[str, ...], why: str) -> None:
    with desk.database.transaction() as session:
        stage.add_people(session, stage.add_unit(session, "P2"), 1)
    assert why in desk.refuses("delegate", "add", *words[:4], "--by", words[4])


def test_ninety_days_are_the_longest(desk: FrontDesk) -> None:
    last = date(2026, 11, 10) + timedelta(days=89)
    assert "stands in" in desk.does("delegate", "add", "P1", "1-1", "2026-11-10", last, "--by", "1-0")
    assert "stands in on these days already" in desk.refuses("delegate", "add", "P1", "1-1", last, last, "--by", "1-0")
