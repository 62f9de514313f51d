"""`content year`: the coming rounds on a real database, and the honest word when content runs out."""

import pytest

from app.opening import LIBRARY
from content.library import load_library
from content.phrases import Phrases
from content.publishing import publish
from store.database import Database
from tests.app.front_desk import FrontDesk
from tests.conftest import Clock
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, PLAN


@pytest.fixture
def desk(database: Database, phrases: Phrases, clock: Clock) -> FrontDesk:
    with database.transaction() as session:
        stage.add_plan(session)
    clock.to(MONDAY)
    return FrontDesk(database, phrases, clock)


def test_a_year_of_the_shipped_library_is_shown_round_by_round(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        publish(session, load_library(LIBRARY), MONDAY)
    lines = desk.does("content", "year").splitlines()
    assert len(lines) == 48 + 2
    assert lines[0].startswith("   1  2026-11-10 09:00 – 2026-11-12 17:00")
    assert lines[-1].startswith(f"{PLAN}: 48 rounds, 96 questions, ")


def test_too_little_content_is_told_with_the_round_it_runs_out_in(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        stage.add_questions(session, "a", 4)
    said = desk.does("content", "year", "--rounds", 3)
    assert "(asked again too soon)" in said
    assert "from round 3 on there is too little content" in said
    assert "asked again after 15 days at the earliest" in said


def test_an_unknown_plan_is_refused(desk: FrontDesk) -> None:
    assert desk.refuses("content", "year", "--plan", "x") == "there is no plan x"
