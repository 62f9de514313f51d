"""`figures --from --until`: the figures of a period in words, and what it refuses in one line."""

import pytest

from app.commands.figures import show_figures, show_period
from app.opening import OpenHouse
from app.settings import Settings
from content.phrases import Phrases
from store.database import Database
from store.tables import UnitLineage
from tests.conftest import Clock
from tests.participation.rounds import add_people, add_questions, add_unit, answer, open_round


@pytest.fixture
def house(database: Database, phrases: Phrases, clock: Clock) -> OpenHouse:
    """A unit of five in one closed round; four of them answered."""
    with database.transaction() as session:
        unit, questions = add_unit(session, "A"), add_questions(session, 1)
        people = add_people(session, unit, 5)
        round_ = open_round(session, questions)
        for person in people[:4]:
            answer(session, round_, person, questions[0])
        round_.state = "closed"
        session.add(round_)
    return OpenHouse(Settings.model_construct(), database, phrases, clock)


def test_a_period_is_told_with_every_denominator(house: OpenHouse, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_period(house, "A", "2026-11-01", "2026-11-30") == 0
    said = capsys.readouterr().out
    for words in ("1 đợt", "Độ bao phủ", "4/5 (80,0%)", "không có đối tượng", "1/1 (100%)", "chưa đủ 5 người"):
        assert words in said


def test_a_renamed_unit_s_rounds_from_before_are_told_as_those_of_what_it_was(
    house: OpenHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    with house.database.transaction() as session:
        renamed = add_unit(session, "R")
        session.add(UnitLineage(unit_id=renamed, predecessor_id=1))
    assert show_period(house, "R", "2026-11-01", "2026-11-30") == 0
    said = capsys.readouterr().out
    assert "Độ bao phủ (người tham gia ít nhất một đợt): 4/5 (80,0%)" in said
    assert "đổi tên hoặc chia tách, số liệu gộp của: Đơn vị A." in said
    assert show_figures(house, "R", verify=False) == 0
    said = capsys.readouterr().out
    assert "Tham gia: 4/5 (80,0%)" in said
    assert "số liệu gộp của: Đơn vị A." in said


@pytest.mark.parametrize(
    ("unit", "first", "last", "why"),
    [
        ("A", "2026-11-01", "", "is no day"),
        ("A", "2026-12-01", "2026-11-01", "--until lies before --from"),
        ("A", "2020-01-01", "2020-01-31", "no round closed in this period"),
        ("ZZ", "2026-11-01", "2026-11-30", "unit ZZ is not in the office"),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_line(
    house: OpenHouse, capsys: pytest.CaptureFixture[str], unit: str, first: str, last: str, why: str
) -> None:
    assert show_period(house, unit, first, last) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert why in told.err
