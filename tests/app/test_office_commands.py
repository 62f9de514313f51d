"""`absence`, `calendar`, `round` and `account` on a real database: what they say, write and refuse."""

from datetime import date

import pytest
from sqlmodel import select

from content.phrases import Phrases
from participation.answering import answer, questions_of
from scheduler.calendar import load_calendar
from store.database import Database
from store.tables import Account, Correction, Exemption, Member, Occurrence, Plan, QuestionVersion
from tests.app.front_desk import FrontDesk
from tests.conftest import Clock
from tests.scheduler import stage
from tests.scheduler.stage import PLAN, at

DURING = ("2026-11-10", "2026-11-12")
CLOSED, FROZEN = at("2026-11-12", "17:20"), at("2026-11-14", "09:00")


@pytest.fixture
def desk(database: Database, phrases: Phrases, clock: Clock) -> FrontDesk:
    """Four people of unit P1, all of them with an account, on a Tuesday at nine; no round yet."""
    with database.transaction() as session:
        stage.add_office(session, people=4, linked=4)
    return FrontDesk(database, phrases, clock)


def member(desk: FrontDesk, number: int = 1, person_id: int = 1) -> Member:
    with desk.database.transaction() as session:
        return session.get_one(Member, (number, person_id))


def corrections(desk: FrontDesk) -> list[Correction]:
    with desk.database.transaction() as session:
        return list(session.exec(select(Correction)))


def one_answer(desk: FrontDesk, person_id: int) -> None:
    with desk.database.transaction() as session:
        answer(session, person_id, 1, questions_of(session, 1)[0], 1, None, desk.clock())


def test_an_absence_entered_before_the_round_counts_when_it_opens(desk: FrontDesk) -> None:
    said = desk.does("absence", "add", "1-0", *DURING, "--reason", "leave")
    assert "absence 1 of 1-0, 2026-11-10 to 2026-11-12: entered\n" in said
    assert "no round so far" in said
    assert "4 people, 1 exempt; 3 messages go out" in desk.does("round", "open")
    assert member(desk).exempt == "leave"
    assert desk.audited()[0] == ("cli", "absence_entered", "1-0")


def test_an_absence_takes_its_person_out_of_the_open_round(desk: FrontDesk) -> None:
    desk.does("round", "open")
    said = desk.does("absence", "add", "1-0", *DURING, "--reason", "mission")
    assert "round 1, open until 2026-11-12 17:00: does not count" in said
    assert member(desk).exempt == "leave"


def test_who_answered_the_open_round_goes_on_counting(desk: FrontDesk) -> None:
    desk.does("round", "open")
    one_answer(desk, 1)
    said = desk.does("absence", "add", "1-0", *DURING, "--reason", "training")
    assert "round 1, open until 2026-11-12 17:00: answered already, counts as taking part" in said
    assert member(desk).exempt == ""


def test_an_absence_that_misses_a_day_of_the_round_changes_nothing(desk: FrontDesk) -> None:
    desk.does("round", "open")
    said = desk.does("absence", "add", "1-0", "2026-11-11", "2026-11-30", "--reason", "leave")
    assert "no round so far" in said
    assert member(desk).exempt == ""


@pytest.mark.parametrize(("moment", "name"), [(CLOSED, "provisional"), (FROZEN, "published")])
def test_a_closed_round_is_corrected_only_when_told_to(desk: FrontDesk, moment: object, name: str) -> None:
    desk.does("round", "open")
    one_answer(desk, 2)
    assert isinstance(moment, type(CLOSED))
    desk.goes_on_until(moment)
    asked = ("absence", "add", "1-0", *DURING, "--reason", "leave")
    assert 'round 1, closed 2026-11-12 17:00: needs a correction; give the same command again with --correct "why"' in (
        desk.does(*asked)
    )
    assert corrections(desk) == []
    said = desk.does(*asked, "--correct", "late paper")
    assert "absence 1 of 1-0, 2026-11-10 to 2026-11-12: entered before" in said
    assert f"participation of Phòng P1 {name} 1/4 (25,0%), corrected 1/3 (33,3%)" in said
    assert [(made.reason, made.entered_by) for made in corrections(desk)] == [("late paper", "cli")]
    assert "leaves no closed round to correct" in desk.refuses(*asked, "--correct", "late paper")


def test_a_correction_may_come_with_the_absence_itself(desk: FrontDesk) -> None:
    desk.does("round", "open")
    desk.goes_on_until(CLOSED)
    said = desk.does("absence", "add", "1-0", *DURING, "--reason", "leave", "--correct", "late paper")
    assert "corrected 0/3 (0%)" in said
    acts = [act for _, act, _ in desk.audited()]
    assert acts == ["round_opened", "absence_entered", "correct_exemption"]
    longer = desk.does("absence", "add", "1-0", "2026-11-09", "2026-11-12", "--reason", "leave")
    assert "round 1, closed 2026-11-12 17:00: corrected already" in longer


def test_who_took_part_in_a_closed_round_needs_no_correction(desk: FrontDesk) -> None:
    desk.does("round", "open")
    one_answer(desk, 1)
    desk.goes_on_until(CLOSED)
    said = desk.does("absence", "add", "1-0", *DURING, "--reason", "leave", "--correct", "late paper")
    assert "not among the absent, nothing to correct" in said
    assert corrections(desk) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param(("X9", *DURING), "nobody at work has the staff code X9", id="nobody"),
        pytest.param(("1-0", "10/11/2026", "2026-11-12"), "'10/11/2026' is no day: write YYYY-MM-DD", id="spelling"),
        pytest.param(("1-0", "2026-11-10", "2026-02-30"), "'2026-02-30' is no day", id="no such day"),
        pytest.param(("1-0", "20261110", "2026-11-12"), "'20261110' is no day", id="compact"),
        pytest.param(("1-0", "2026-11-12", "2026-11-10"), "before it begins on 2026-11-12", id="backwards"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(desk: FrontDesk, words: tuple[str, ...], why: str) -> None:
    assert why in desk.refuses("absence", "add", *words, "--reason", "leave")


def test_the_same_absence_is_not_entered_twice(desk: FrontDesk) -> None:
    asked = ("absence", "add", "1-0", *DURING, "--reason", "leave")
    desk.does(*asked)
    assert desk.refuses(*asked) == "1-0 has this absence already, as absence 1"


def test_absences_are_listed_by_unit_until_a_month_after_their_end(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        other = stage.add_unit(session, "P2")
        stage.add_people(session, other, 1)
    assert desk.does("absence", "list") == "no absence\n"
    desk.does("absence", "add", "1-0", *DURING, "--reason", "leave")
    desk.does("absence", "add", "2-0", "2026-11-01", "2026-11-30", "--reason", "other")
    assert desk.does("absence", "list", "--unit", "p1") == "1  1-0  2026-11-10 to 2026-11-12  leave, by cli\n"
    assert desk.does("absence", "list").splitlines()[0] == "2  2-0  2026-11-01 to 2026-11-30  other, by cli"
    desk.clock.to(at("2026-12-13", "09:00"))
    assert "  1-0  " not in desk.does("absence", "list")
    assert desk.refuses("absence", "list", "--unit", "P9") == "unit P9 is not in the office: see the roster"


def test_a_revoked_absence_leaves_open_rounds_alone_and_later_ones_count_the_person(desk: FrontDesk) -> None:
    desk.does("absence", "add", "1-0", "2026-11-01", "2026-11-30", "--reason", "leave")
    desk.does("round", "open")
    assert "rounds opened from now on count this person" in desk.does("absence", "revoke", 1)
    assert member(desk).exempt == "leave"
    assert desk.does("absence", "list") == "no absence\n"
    desk.goes_on_until(FROZEN)
    desk.clock.to(at("2026-11-16", "09:00"))
    assert "4 people, 0 exempt" in desk.does("round", "open")
    assert ("cli", "absence_revoked", "1-0") in desk.audited()


def test_what_cannot_be_revoked_is_refused(desk: FrontDesk) -> None:
    desk.does("absence", "add", "1-0", *DURING, "--reason", "leave")
    desk.does("absence", "revoke", 1)
    assert desk.refuses("absence", "revoke", 1) == "absence 1 is revoked already"
    assert desk.refuses("absence", "revoke", 7) == "there is no absence 7: see ./nep absence list"
    asked = ("absence", "add", "1-0", *DURING, "--reason", "leave")
    assert "absence 2 of 1-0" in desk.does(*asked)


def test_the_calendar_takes_the_organisations_word_and_gives_it_back(desk: FrontDesk) -> None:
    said = desk.does("calendar", "set", "2026-11-14", "working", "--basis", "12/TB")
    assert "2026-11-14  Sat  working  12/TB" in said
    desk.does("calendar", "set", "2026-11-13", "off", "--basis", "first")
    desk.does("calendar", "set", "2026-11-13", "off", "--basis", "second")
    with desk.database.transaction() as session:
        calendar = load_calendar(session)
    assert calendar.is_working(date(2026, 11, 14))
    assert not calendar.is_working(date(2026, 11, 13))
    assert "2026-11-13  Fri  off      second" in desk.does("calendar", "list")
    assert "2026-11-13  Fri  working  as built in" in desk.does("calendar", "unset", "2026-11-13")
    assert "2026-11-13" not in desk.does("calendar", "list")
    assert [act for _, act, _ in desk.audited()] == ["calendar_set"] * 3 + ["calendar_unset"]


def test_the_calendar_of_a_year_shows_public_days_and_the_word_that_wins(desk: FrontDesk) -> None:
    assert "2027-09-02  Thu  off      public holiday, built in" in desk.does("calendar", "list", "--year", 2027)
    desk.does("calendar", "set", "2027-09-02", "working", "--basis", "12/TB")
    listed = desk.does("calendar", "list", "--year", 2027)
    assert "2027-09-02  Thu  working  12/TB" in listed
    assert listed.count("2027-09-02") == 1
    assert "2027-09-02" not in desk.does("calendar", "list")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param(("set", "14-11-2026", "off", "--basis", "x"), "write YYYY-MM-DD", id="spelling"),
        pytest.param(("set", "2026-11-09", "off", "--basis", "x"), "2026-11-09 is over", id="past"),
        pytest.param(("set", "2026-11-14", "off", "--basis", " "), "give the basis", id="no basis"),
        pytest.param(("unset", "2026-11-14"), "has no word of the organisation's own", id="nothing to take back"),
        pytest.param(("unset", "2026-11-09"), "2026-11-09 is over", id="past word"),
    ],
)
def test_a_day_that_cannot_be_changed_is_refused(desk: FrontDesk, words: tuple[str, ...], why: str) -> None:
    assert why in desk.refuses("calendar", *words)


def test_a_round_opened_by_hand_says_its_number_deadline_and_how_many(desk: FrontDesk) -> None:
    said = desk.does("round", "open", "--plan", PLAN)
    assert said == (
        f"round 1 of {PLAN} is open until 2026-11-12 17:00\n4 people, 0 exempt; 4 messages go out, 0 held back\n"
    )
    assert desk.audited() == [("cli", "round_opened", "round 1")]


def test_a_round_opened_by_hand_in_portions_says_the_same(desk: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.portions.PEOPLE", 1)
    assert desk.does("round", "open").endswith("\n4 people, 0 exempt; 4 messages go out, 0 held back\n")


def test_a_round_is_not_opened_while_the_last_one_runs(desk: FrontDesk) -> None:
    desk.does("round", "open")
    why = desk.refuses("round", "open")
    assert why == f"round 1 of {PLAN} is open until 2026-11-12 17:00 and its grace: wait for it"


def test_a_plan_nobody_knows_is_refused_with_those_there_are(desk: FrontDesk) -> None:
    assert desk.refuses("round", "open", "--plan", "x") == f"there is no active plan x; active: {PLAN}"


def test_a_plan_must_be_named_when_there_are_several_and_exist_at_all(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        plan = session.exec(select(Plan)).one()
        session.add(Plan(campaign_id=plan.campaign_id, code="hai", name="Hai", shape=plan.shape))
    assert desk.refuses("round", "open") == f"there are several plans: give --plan hai | {PLAN}"
    with desk.database.transaction() as session:
        for plan in session.exec(select(Plan)):
            plan.active = False
            session.add(plan)
    assert "there is no active plan" in desk.refuses("round", "open")
    assert desk.refuses("round", "open", "--plan", "x") == "there is no active plan x; active: none"


def test_a_round_with_nothing_to_ask_is_refused(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        for question in session.exec(select(QuestionVersion)):
            question.current = False
            session.add(question)
    assert "has nothing to ask" in desk.refuses("round", "open")
    with desk.database.transaction() as session:
        assert session.exec(select(Occurrence.id).where(Occurrence.state == "done")).first() is None


def test_a_lost_phone_is_cut_off_on_every_channel(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        session.add(Account(channel="telegram", address="7", person_id=1, state="blocked"))
    said = desk.does("account", "unlink", "1-0")
    assert "1-0: 2 unlinked (web, telegram)" in said
    assert "./nep invite --person 1-0" in said
    with desk.database.transaction() as session:
        states = session.exec(select(Account.state).where(Account.person_id == 1)).all()
    assert states == ["unlinked", "unlinked"]
    assert desk.audited() == [("cli", "accounts_unlinked", "1-0")]
    assert desk.refuses("account", "unlink", "1-0") == "1-0 has no linked account"
    assert desk.refuses("account", "unlink", "X9") == "nobody has the staff code X9: see the roster"


def test_nothing_of_a_refused_correction_is_kept(desk: FrontDesk) -> None:
    desk.does("absence", "add", "1-0", *DURING, "--reason", "leave")
    desk.refuses("absence", "add", "1-0", *DURING, "--reason", "leave", "--correct", "why")
    with desk.database.transaction() as session:
        assert len(session.exec(select(Exemption)).all()) == 1
