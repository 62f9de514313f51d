"""`content stats` and `content correct` on a real database: what they say, write and refuse."""

from typing import cast

import pytest
import typer
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from app.commands import content_keys
from app.commands.figures import show_figures
from app.opening import OpenHouse
from content.phrases import Phrases
from participation import figures, rescoring
from participation.answering import answer, questions_of
from scheduler.calendar import Calendar
from scheduler.rounds import open_now
from store.database import Database
from store.tables import Delivery, Grant, KeyCorrection, Person, QuestionVersion, Round
from tests.app.front_desk import FrontDesk
from tests.conftest import Clock
from tests.participation import rounds
from tests.scheduler import stage
from tests.scheduler.stage import LONG_AGO, PLAN, at

OPENING, FRIDAY = at("2026-11-10", "09:00"), at("2026-11-13", "17:30")


@pytest.fixture
def desk(database: Database, phrases: Phrases, clock: Clock) -> FrontDesk:
    """Six people; a frozen round whose first question all but the sixth answered with A, the key being B."""
    with database.transaction() as session:
        people = stage.add_office(session, people=6, linked=4)
        session.add(Grant(person_id=people[0], role="content_admin", from_on=LONG_AGO))
        open_now(session, phrases, Calendar(), PLAN, OPENING)
        stage.send(session, OPENING)
        for person in people[:5]:
            for question in questions_of(session, 1):
                answer(session, person, 1, question, 1, None, OPENING)
        figures.freeze(session, 1, FRIDAY)
    clock.to(FRIDAY)
    return FrontDesk(database, phrases, clock)


def asked(session: Session) -> str:
    return session.get_one(QuestionVersion, questions_of(session, 1)[0]).code


def run(desk: FrontDesk, *words: str) -> Result:
    group, application = typer.Typer(), typer.Typer()
    content_keys.add(group, lambda: desk)
    application.add_typer(group, name="content")
    return CliRunner().invoke(application, ["content", *words])


def correct(desk: FrontDesk, right: str = "A", reason: str = "Sai", by: str = "1-0", code: str = "") -> Result:
    with desk.database.transaction() as session:
        code = code or asked(session)
    return run(desk, "correct", code, "--right", right, "--reason", reason, "--by", by)


def test_a_key_is_corrected_and_what_it_did_is_told(desk: FrontDesk) -> None:
    done = correct(desk)
    assert done.exit_code == 0, done.stderr
    assert "B corrected to A\n5 answers in 1 rounds became right, none became wrong\n" in done.stdout
    assert "5 people gained by it; 4 notes go out, 0 held back" in done.stdout
    assert desk.audited()[-1][:2] == ("person 1", "correct_key")
    with desk.database.transaction() as session:
        assert session.exec(select(KeyCorrection.raised)).one() == 5
        assert len(session.exec(select(Delivery).where(Delivery.kind == "rekey")).all()) == 4
        assert session.get_one(Round, 1).state == "frozen"


@pytest.mark.parametrize("state", ["open", "closed", "frozen"])
def test_every_figure_still_equals_its_recount_after_a_correction(
    database: Database, phrases: Phrases, clock: Clock, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.transaction() as session:
        people = rounds.add_people(session, rounds.add_unit(session, "A"), 6)
        round_ = rounds.open_round(session, rounds.add_questions(session, 2))
        for person in people[:5]:
            for question in (1, 2):
                rounds.answer(session, round_, person, question, 1)
        round_.state = "open" if state == "open" else "closed"
        if state == "frozen":
            figures.freeze(session, 1, FRIDAY)
        rescored = rescoring.correct_key(session, "cau-1", {1}, "Sai", "cli", FRIDAY)
        assert rescored.raised == 5
    house = cast(OpenHouse, FrontDesk(database, phrases, clock))
    assert show_figures(house, "", verify=True) == 0
    assert capsys.readouterr().out == f"round 1 ({state}): 1 units, 0 differ\n"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"right": "B"}, "has the key B already"),
        ({"right": "A,B,C"}, "not every option"),
        ({"right": "D"}, "options A to C only"),
        ({"right": "AB"}, "'AB' is no key"),
        ({"right": "A vì sai"}, "is no key"),
        ({"code": "khong-co"}, "no question in use has the code khong-co"),
        ({"reason": " "}, "--reason must say why"),
        ({"reason": "a" * 301}, "longer than 300 characters"),
        ({"by": "1-1"}, "1-1 is no content admin"),
        ({"by": "9-9"}, "nobody at work has the staff code 9-9"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(desk: FrontDesk, given: dict[str, str], complaint: str) -> None:
    before = desk._written()
    refused = correct(desk, **given)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert complaint in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert desk._written() == before


def test_statistics_of_one_question_and_of_those_worth_a_look(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        code = asked(session)
        unasked = session.exec(select(QuestionVersion.code).where(QuestionVersion.code != code)).all()[-1]
        assert session.get_one(Person, 1).staff_code == "1-0"
    assert "Đúng: 0/5 (0%)" in run(desk, "stats", code).stdout
    assert f"- {code}: đúng 0/5 (0%); quá khó hoặc sai đáp án" in run(desk, "stats").stdout
    assert "chưa đủ 5 người" in run(desk, "stats", unasked).stdout
    refused = run(desk, "stats", "khong-co")
    assert (refused.exit_code, refused.stderr) == (1, "no question in use has the code khong-co\n")
