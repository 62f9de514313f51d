"""The outlook: the coming rounds of a plan, drawn ahead without writing anything."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlmodel import Session, func, select

from app.opening import LIBRARY
from content.library import load_library
from content.phrases import Phrases
from content.publishing import publish
from scheduler.calendar import Calendar, office_day
from scheduler.choosing import REST
from scheduler.outlook import Foreseen, outlook, shortest_rest
from scheduler.rounds import open_round
from store.database import Database
from store.tables import Campaign, Occurrence, Plan, Round
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, told

YEAR = 48


def codes(foreseen: list[Foreseen]) -> list[list[str]]:
    return [[question.code for question in each.chosen.questions] for each in foreseen if each.chosen]


@pytest.fixture
def shipped(database: Database) -> Database:
    """The library as it ships, and the default plan."""
    with database.transaction() as session:
        stage.add_people(session, stage.add_unit(session), 2, 2)
        publish(session, load_library(LIBRARY), MONDAY)
        stage.add_plan(session)
    return database


def look(session: Session, rounds: int = YEAR) -> list[Foreseen]:
    return outlook(session, Calendar(), session.exec(select(Plan)).one(), MONDAY, rounds)


def test_the_shipped_library_fills_a_year_without_asking_anything_again_within_twelve_weeks(shipped: Database) -> None:
    with shipped.transaction() as session:
        foreseen = look(session)
        written = session.exec(select(func.count()).select_from(Round)).one()
    assert len(foreseen) == YEAR
    assert not [each.number for each in foreseen if each.repeats or each.chosen is None]
    assert all(each.chosen and each.chosen.card and len(each.chosen.questions) == 2 for each in foreseen)
    rest = shortest_rest(foreseen)
    assert rest is None or rest >= REST
    assert written == 0


def test_rounds_keep_to_working_days_and_never_overlap(shipped: Database) -> None:
    with shipped.transaction() as session:
        foreseen = look(session)
    calendar = Calendar()
    assert all(calendar.is_working(office_day(each.opens_at)) for each in foreseen)
    assert all(first.closes_at < second.opens_at for first, second in pairwise(foreseen))
    tet = (date(2027, 2, 5), date(2027, 2, 11))
    assert not [each for each in foreseen if tet[0] <= office_day(each.opens_at) <= tet[1]]


def test_the_outlook_is_what_then_happens(shipped: Database, phrases: Phrases) -> None:
    with shipped.transaction() as session:
        foreseen = look(session, 6)
        plan = session.exec(select(Plan)).one()
        for each in foreseen:
            opened = open_round(session, Calendar(), plan, each.opens_at)
            assert (opened.number, opened.closes_at) == (each.number, each.closes_at)
            again = outlook(session, Calendar(), plan, each.opens_at + timedelta(minutes=1), 6)
            assert codes(again)[: 5 - foreseen.index(each)] == codes(foreseen)[foreseen.index(each) + 1 :]


def test_a_campaign_that_ends_has_no_rounds_after_it(shipped: Database) -> None:
    with shipped.transaction() as session:
        session.exec(select(Campaign)).one().ends_on = date(2026, 11, 30)
        opened = [told(each.opens_at) for each in look(session)]
    assert opened == ["Tue 2026-11-10 09:00", "Tue 2026-11-17 09:00", "Wed 2026-11-25 09:00"]


def test_little_content_is_told_as_repeating(database: Database) -> None:
    with database.transaction() as session:
        stage.add_plan(session)
        stage.add_questions(session, "a", 4)
        foreseen = look(session, 4)
        planned = session.exec(select(func.count()).select_from(Occurrence)).one()
    assert [each.repeats for each in foreseen] == [False, False, True, True]
    assert shortest_rest(foreseen) == timedelta(days=14)
    assert planned == 0


def test_without_content_there_is_nothing_to_ask(database: Database) -> None:
    with database.transaction() as session:
        stage.add_plan(session)
        foreseen = look(session, 2)
    assert [each.chosen for each in foreseen] == [None, None]
