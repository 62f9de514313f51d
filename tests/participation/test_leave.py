"""Leave that a person reports: it waits, somebody who may decides once, and figures still equal the recount."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlmodel import Session, col, select

from participation import deciding, leave, leave_decisions, pausing, privacy, recalling
from participation.figures import counts_by_unit, freeze, round_figures
from participation.leave import AlreadyDecided, AlreadyEntered, NoSuchRequest, TooFar, TooLong
from participation.recount import recount
from store.database import Database
from store.tables import AuditEntry, Correction, Duty, Exemption, Grant, Member, Recall
from tests.participation.rounds import CLOSES, LONG_AGO, OPENS, add_people, add_questions, add_unit, answer, open_round

TUESDAY, THURSDAY = date(2026, 11, 10), date(2026, 11, 12)
MONDAY_BEFORE = OPENS - timedelta(days=1)
LATER = CLOSES + timedelta(hours=1)
WEEK = (TUESDAY, THURSDAY)


class Office:
    """A unit above and one below with a head, a deputy, a delegate and two staff; nobody heads the one above."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.above = add_unit(session, "S")
        self.unit = add_unit(session, "A", self.above)
        self.head, self.deputy, self.delegate, self.an, self.dung = add_people(session, self.unit, 5)
        (self.keeper, self.director) = add_people(session, self.above, 2)
        for person, kind in ((self.head, "head"), (self.deputy, "deputy"), (self.delegate, "delegate")):
            self.duty(person, kind, self.unit)
        session.add(Grant(person_id=self.keeper, role="roster_admin", from_on=LONG_AGO))
        self.questions = add_questions(session, 2)
        session.flush()

    def duty(self, person: int, kind: str, unit: int) -> None:
        self.session.add(Duty(person_id=person, unit_id=unit, kind=kind, from_on=LONG_AGO))
        self.session.flush()

    def member(self, person: int, number: int = 1) -> Member:
        return self.session.get_one(Member, (number, person), populate_existing=True)


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with database.transaction() as session:
        yield Office(session)


def test_who_decides(office: Office) -> None:
    def deciders(person: int) -> frozenset[int]:
        return deciding.deciders(office.session, person, TUESDAY)

    assert deciders(office.an) == {office.head, office.deputy, office.delegate}
    assert deciders(office.delegate) == {office.head, office.deputy}
    assert deciders(office.deputy) == {office.head, office.delegate}
    assert deciders(office.head) == {office.keeper}  # nobody heads the unit above
    assert deciders(office.keeper) == frozenset()
    office.duty(office.director, "head", office.above)
    assert deciders(office.head) == {office.director}
    assert deciders(office.director) == {office.keeper}
    assert deciders(office.keeper) == {office.director}


def test_a_report_pauses_at_once_and_exempts_from_nothing_before_it_is_approved(office: Office) -> None:
    session = office.session
    request = leave.report(session, office.an, *WEEK, "mission", MONDAY_BEFORE)
    assert (request.approved_at, request.entered_by, request.reason) == (None, "self", "mission")
    assert pausing.running(session, office.an, MONDAY_BEFORE) is None
    assert pausing.running(session, office.an, OPENS) is not None
    assert pausing.running(session, office.an, OPENS + timedelta(days=3)) is None
    open_round(session, office.questions)
    assert office.member(office.an).exempt == ""
    assert [one.person_id for one in leave_decisions.waiting(session, office.head, TUESDAY)] == [office.an]
    assert leave_decisions.waiting(session, office.dung, TUESDAY) == []
    assert leave_decisions.waiting(session, office.director, TUESDAY) == []


def test_approval_is_felt_by_an_open_round_at_once(office: Office) -> None:
    session = office.session
    request = leave.report(session, office.an, *WEEK, "leave", MONDAY_BEFORE)
    round_ = open_round(session, office.questions)
    done = leave_decisions.approve(session, request.id or 0, f"person {office.head}", "x", OPENS)
    assert (done.exempted, done.corrected) == ((1,), ())
    assert office.member(office.an).exempt == "leave"
    assert recount(session, round_.id or 0).differs(counts_by_unit(session, round_)) == []


def test_who_answered_stays_counted_when_approved(office: Office) -> None:
    session = office.session
    request = leave.report(session, office.an, *WEEK, "leave", MONDAY_BEFORE)
    round_ = open_round(session, office.questions)
    answer(session, round_, office.an, office.questions[0])
    assert leave_decisions.approve(session, request.id or 0, "person 1", "x", OPENS + timedelta(hours=2)).exempted == ()
    assert office.member(office.an).exempt == ""


def test_approved_after_closing_it_is_a_correction_and_both_figures_stay(office: Office) -> None:
    session = office.session
    request = leave.report(session, office.an, *WEEK, "leave", MONDAY_BEFORE)
    round_ = open_round(session, office.questions)
    round_.state = "closed"
    freeze(session, round_.id or 0, LATER)
    done = leave_decisions.approve(session, request.id or 0, "person 1", "Duyệt sau khi đóng đợt", LATER)
    assert (done.exempted, done.corrected) == ((), (1,))
    made = session.exec(select(Correction)).one()
    assert (made.reason, made.entered_by, made.person_id) == ("Duyệt sau khi đóng đợt", "person 1", office.an)
    told = round_figures(session, round_.id or 0, office.unit, LATER)
    assert told is not None
    assert told.corrected is not None
    assert (told.counts.base, told.corrected.base) == (5, 4)


def test_leave_over_part_of_a_round_changes_no_figure(office: Office) -> None:
    session = office.session
    request = leave.report(session, office.an, TUESDAY, TUESDAY, "leave", MONDAY_BEFORE)
    open_round(session, office.questions)
    done = leave_decisions.approve(session, request.id or 0, "person 1", "x", OPENS)
    assert (done.exempted, done.corrected) == ((), ())
    assert office.member(office.an).exempt == ""


def test_two_who_decide_at_once_one_wins(any_database: Database) -> None:
    with any_database.transaction() as session:
        office = Office(session)
        request_id = leave.report(session, office.an, *WEEK, "leave", MONDAY_BEFORE).id or 0
        open_round(session, office.questions)
    both_are_ready = Barrier(2)

    def decides(by: str, approves: bool) -> str:
        both_are_ready.wait(20)
        try:
            with any_database.transaction() as session:
                if approves:
                    leave_decisions.approve(session, request_id, by, "x", OPENS)
                else:
                    leave_decisions.refuse(session, request_id, by, OPENS)
        except AlreadyDecided:
            return ""
        return by

    with ThreadPoolExecutor(2) as people:
        head, deputy = people.submit(decides, "person 1", True), people.submit(decides, "person 2", False)
        won = head.result() + deputy.result()
    assert won in ("person 1", "person 2")
    with any_database.transaction() as session:
        kept = session.get_one(Exemption, request_id)
        assert kept.decided_by == won
        assert (kept.approved_at is None) == (won == "person 2")
        assert (kept.refused_at is None) == (won == "person 1")
        acts = list(session.exec(select(AuditEntry.act).order_by(col(AuditEntry.id))))
        assert acts == ["leave_reported", "leave_approved" if won == "person 1" else "leave_refused"]


def test_refused_leave_exempts_nobody_and_leaves_the_pause(office: Office) -> None:
    session = office.session
    request = leave.report(session, office.an, *WEEK, "leave", MONDAY_BEFORE)
    leave_decisions.refuse(session, request.id or 0, "person 1", MONDAY_BEFORE)
    open_round(session, office.questions)
    assert office.member(office.an).exempt == ""
    assert pausing.running(session, office.an, OPENS) is not None
    with pytest.raises(AlreadyDecided):
        leave_decisions.request(session, request.id or 0, office.head, TUESDAY)
    assert leave_decisions.waiting(session, office.head, TUESDAY) == []


def test_a_request_is_nothing_to_who_may_not_decide(office: Office) -> None:
    request = leave.report(office.session, office.an, *WEEK, "leave", MONDAY_BEFORE)
    for stranger in (office.an, office.dung, office.director):
        with pytest.raises(NoSuchRequest):
            leave_decisions.request(office.session, request.id or 0, stranger, TUESDAY)
    with pytest.raises(NoSuchRequest):
        leave_decisions.request(office.session, 999, office.head, TUESDAY)


def test_withdrawn_before_it_is_decided_it_is_gone(office: Office) -> None:
    session = office.session
    request = leave.report(session, office.an, *WEEK, "leave", OPENS)
    assert [one.id for one in leave.back_at_work(session, office.an, OPENS + timedelta(hours=1))] == [request.id]
    assert pausing.running(session, office.an, OPENS + timedelta(hours=1)) is None
    assert leave_decisions.waiting(session, office.head, TUESDAY) == []
    with pytest.raises(AlreadyDecided):
        leave_decisions.approve(session, request.id or 0, "person 1", "x", OPENS)


def test_back_early_from_approved_leave_counts_in_rounds_to_come(office: Office) -> None:
    session = office.session
    request = leave.report(session, office.an, TUESDAY, date(2026, 11, 30), "leave", MONDAY_BEFORE)
    leave_decisions.approve(session, request.id or 0, "person 1", "x", MONDAY_BEFORE)
    first = open_round(session, office.questions)
    first.state = "closed"
    freeze(session, first.id or 0, LATER)
    back = OPENS + timedelta(days=6)
    leave.back_at_work(session, office.an, back)
    assert request.until_on == date(2026, 11, 15)
    second = open_round(session, office.questions, OPENS + timedelta(days=7), CLOSES + timedelta(days=7))
    assert (office.member(office.an).exempt, office.member(office.an, 2).exempt) == ("leave", "")
    for round_ in (first, second):
        assert recount(session, round_.id or 0).differs(counts_by_unit(session, round_)) == []


def test_future_leave_is_withdrawn_with_its_pause_and_reviews_fall_back(office: Office) -> None:
    session = office.session
    due = [OPENS + timedelta(days=days) for days in (1, 20)]
    for number, at in enumerate(due):
        session.add(Recall(person_id=office.an, question_code=f"q{number}", due_at=at))
    days = (date(2026, 11, 24), date(2026, 11, 30))
    request = leave.report(session, office.an, *days, "leave", OPENS)
    told = [session.get_one(Recall, (office.an, f"q{number}")).due_at for number in (0, 1)]
    assert told == [due[0], due[1] + timedelta(days=7)]
    leave.withdraw(session, office.an, request.id or 0, OPENS)
    assert [session.get_one(Recall, (office.an, f"q{number}")).due_at for number in (0, 1)] == due
    assert pausing.running(session, office.an, OPENS + timedelta(days=15)) is None
    with pytest.raises(NoSuchRequest):
        leave.withdraw(session, office.an, request.id or 0, OPENS)
    with pytest.raises(NoSuchRequest):
        leave.withdraw(session, office.dung, request.id or 0, OPENS)
    assert recalling.AFTER_RIGHT.days == 24


def test_the_same_days_are_one_request_and_other_days_take_their_place(office: Office) -> None:
    session = office.session
    first = leave.report(session, office.an, *WEEK, "leave", OPENS)
    assert leave.report(session, office.an, *WEEK, "other", OPENS).id == first.id
    second = leave.report(session, office.an, TUESDAY, date(2026, 11, 11), "leave", OPENS)
    assert [one.id for one in leave_decisions.waiting(session, office.head, TUESDAY)] == [second.id]
    assert pausing.running(session, office.an, OPENS + timedelta(days=2)) is None
    apart = leave.report(session, office.an, date(2026, 11, 20), date(2026, 11, 21), "leave", OPENS)
    assert [one.id for one in leave.standing(session, office.an, TUESDAY)] == [second.id, apart.id]
    leave_decisions.approve(session, apart.id or 0, "person 1", "x", OPENS)
    with pytest.raises(AlreadyEntered):
        leave.report(session, office.an, date(2026, 11, 20), date(2026, 11, 20), "leave", OPENS)


def test_days_that_are_a_matter_for_the_roster_are_refused(office: Office) -> None:
    for last, refusal in ((date(2027, 11, 11), TooLong), (date(2027, 11, 10), None)):
        if refusal:
            with pytest.raises(refusal):
                leave.report(office.session, office.an, TUESDAY, last, "leave", OPENS)
        else:
            leave.report(office.session, office.an, TUESDAY, last, "leave", OPENS)
    for first in (TUESDAY - timedelta(days=61), TUESDAY + timedelta(days=301)):
        with pytest.raises(TooFar):
            leave.report(office.session, office.dung, first, first, "leave", OPENS)


def test_entering_for_somebody_approves_what_waits_for_the_same_days(office: Office) -> None:
    session = office.session
    request = leave.report(session, office.an, *WEEK, "leave", MONDAY_BEFORE)
    done = leave_decisions.enter(session, office.an, *WEEK, "mission", "person 1", "x", MONDAY_BEFORE)
    assert (done.absence.id, done.absence.reason) == (request.id, "leave")
    with pytest.raises(AlreadyEntered):
        leave_decisions.enter(session, office.an, *WEEK, "leave", "person 1", "x", MONDAY_BEFORE)
    leave_decisions.enter(session, office.dung, *WEEK, "training", "person 1", "x", MONDAY_BEFORE)
    open_round(session, office.questions)
    assert [office.member(one).exempt for one in (office.an, office.dung)] == ["leave", "leave"]
    assert deciding.may_enter(session, office.keeper, office.head, TUESDAY)
    assert not deciding.may_enter(session, office.keeper, office.keeper, TUESDAY)
    assert not deciding.may_enter(session, office.deputy, office.head, TUESDAY)


def test_erasing_takes_what_was_not_approved(office: Office) -> None:
    session = office.session
    kept = leave.report(session, office.an, *WEEK, "leave", OPENS)
    leave_decisions.approve(session, kept.id or 0, "person 1", "x", OPENS)
    leave.report(session, office.an, date(2026, 11, 20), date(2026, 11, 21), "leave", OPENS)
    privacy.erase(session, office.an, OPENS)
    assert [one.id for one in session.exec(select(Exemption))] == [kept.id]
