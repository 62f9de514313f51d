"""Exemptions from more than one absence: days that together cover a round exempt, a gap of one day does not."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from participation import exemptions
from participation.exemptions import cover_together
from participation.figures import counts_by_unit
from participation.recount import recount
from store.database import Database
from store.tables import Exemption, Member
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, open_round

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (10, 11, 12))
MONDAY, FRIDAY = TUESDAY - timedelta(days=1), THURSDAY + timedelta(days=1)
Days = tuple[date, date]


def absence(days: Days) -> Exemption:
    return Exemption(person_id=1, from_on=days[0], until_on=days[1], reason="leave", entered_by="test")


@pytest.mark.parametrize(
    ("days", "covered"),
    [
        pytest.param([], False, id="none"),
        pytest.param([(TUESDAY, THURSDAY)], True, id="one over the window itself"),
        pytest.param([(TUESDAY, WEDNESDAY)], False, id="one that ends too early"),
        pytest.param([(WEDNESDAY, FRIDAY)], False, id="one that begins too late"),
        pytest.param([(MONDAY, TUESDAY), (WEDNESDAY, FRIDAY)], True, id="two adjoining"),
        pytest.param([(WEDNESDAY, FRIDAY), (MONDAY, TUESDAY)], True, id="two adjoining, told backwards"),
        pytest.param([(MONDAY, WEDNESDAY), (TUESDAY, THURSDAY)], True, id="two overlapping"),
        pytest.param([(MONDAY, TUESDAY), (THURSDAY, FRIDAY)], False, id="two with a day between"),
        pytest.param([(TUESDAY, TUESDAY), (WEDNESDAY, WEDNESDAY), (THURSDAY, THURSDAY)], True, id="three single days"),
        pytest.param([(MONDAY, FRIDAY), (TUESDAY, TUESDAY)], True, id="a short one inside a long one"),
        pytest.param([(MONDAY, MONDAY), (FRIDAY, FRIDAY)], False, id="before and after"),
    ],
)
def test_absences_cover_a_window_together_or_not(days: list[Days], covered: bool) -> None:
    assert cover_together(map(absence, days), OPENS, CLOSES) is covered


def test_two_adjoining_absences_exempt_before_and_during_a_round(any_database: Database) -> None:
    with any_database.transaction() as session:
        unit = add_unit(session, "A")
        before, during, apart, late = add_people(session, unit, 4)
        questions = add_questions(session, 1)
        for person in (before, during, apart):
            enter(session, person, MONDAY, TUESDAY, hours=-5)
        enter(session, before, WEDNESDAY, FRIDAY, hours=-4)
        round_ = open_round(session, questions)
        answer(session, round_, late, questions[0])
        enter(session, during, WEDNESDAY, THURSDAY, hours=5)
        enter(session, apart, THURSDAY, FRIDAY, hours=5)
        enter(session, late, MONDAY, WEDNESDAY, hours=6)
        enter(session, late, THURSDAY, FRIDAY, hours=6)
        session.expire_all()
        stands = [session.get_one(Member, (round_.id, one)).exempt for one in (before, during, apart, late)]
        assert stands == ["leave", "leave", "", ""]
        counts = counts_by_unit(session, round_)
        assert (counts[unit].base, counts[unit].participants) == (2, 1)
        assert recount(session, round_.id or 0).differs(counts) == []


def enter(session: Session, person: int, first: date, last: date, **after: float) -> None:
    exemptions.enter(session, person, first, last, "leave", "test", OPENS + timedelta(**after))
    session.flush()
