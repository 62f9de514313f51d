"""The breakdown: cells by unit, ranked among their like, and nothing of a small group to be worked out."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session

from participation.small_groups import SMALLEST_SHOWN
from reports.breakdown import annex, breakdown, may_be_shown
from store.database import Database
from tests.participation.rounds import OPENS, add_people, add_questions, add_unit, answer, open_round

NOW = OPENS + timedelta(hours=6)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


def test_units_are_ranked_by_rate_within_their_size_band(session: Session) -> None:
    top = add_unit(session, "S")
    sizes = {"A": 60, "B": 20, "C": 20, "D": 6, "E": 7}
    people = {code: add_people(session, add_unit(session, code, top), size) for code, size in sizes.items()}
    round_ = open_round(session, add_questions(session, 1))
    for code, takers in {"B": 5, "C": 10, "D": 6, "E": 1}.items():
        for person in people[code][:takers]:
            answer(session, round_, person, 1)
    found = breakdown(session, round_.id or 0, top, NOW)
    assert found is not None
    assert [cell.name[-1] for cell in found.cells] == ["A", "C", "B", "D", "E"]
    assert [cell.band for cell in found.cells] == [2, 1, 1, 0, 0]
    assert str(found.figures.participation) == "22/113 (19,5%)"


def test_a_unit_without_units_below_has_no_cells(session: Session) -> None:
    unit = add_unit(session, "S")
    add_people(session, unit, 6)
    round_ = open_round(session, add_questions(session, 1))
    found = breakdown(session, round_.id or 0, unit, NOW)
    assert found is not None
    assert found.cells == annex(session, round_.id or 0, unit) == ()
    assert breakdown(session, round_.id or 0, 999, NOW) is None
    assert annex(session, round_.id or 0, 999) == ()


def test_whoever_is_hidden_for_another_is_hidden_with_all_below_and_from_above(session: Session) -> None:
    top = add_unit(session, "S")
    small, big, other = (add_unit(session, code, top) for code in "ABC")
    below = add_unit(session, "B1", big)
    add_people(session, small, 3)
    add_people(session, below, 7)
    add_people(session, big, 6)
    add_people(session, other, 40)
    round_ = open_round(session, add_questions(session, 1))
    rows = annex(session, round_.id or 0, top)
    assert [(cell.name[-2:].strip(), cell.depth, cell.is_own, cell.is_hidden) for cell in rows] == [
        ("A", 1, False, True),
        ("B", 1, False, True),
        ("B", 2, True, True),
        ("B1", 2, False, True),
        ("C", 1, False, False),
    ]
    sees = {unit: may_be_shown(session, round_.id or 0, top, unit) for unit in (top, small, big, below, other)}
    assert sees == {top: True, small: False, big: False, below: False, other: True}
    assert may_be_shown(session, round_.id or 0, big, below)
    assert may_be_shown(session, round_.id or 0, small, small)
    assert not may_be_shown(session, round_.id or 0, big, other)


@pytest.mark.parametrize("seed", range(40))
def test_no_difference_of_what_is_shown_leaves_fewer_than_five_people(session: Session, seed: int) -> None:
    """Whoever subtracts the shown cells from their parent finds nobody, or at least five people in two cells."""
    chance = random.Random(seed)
    units = [add_unit(session, "S")]
    for number in range(chance.randint(3, 14)):
        units.append(add_unit(session, f"P{number}", chance.choice(units)))
    for unit in units:
        add_people(session, unit, chance.choice((0, 0, 1, 2, 3, 4, 5, 6, 8, 20)))
    round_ = open_round(session, add_questions(session, 1))
    for unit in units:
        found = breakdown(session, round_.id or 0, unit, NOW)
        assert found is not None
        rest = found.figures.counts.base - sum(cell.counts.base for cell in found.shown)
        everybody = found.figures.counts.base
        assert rest == 0 or (rest >= SMALLEST_SHOWN and found.hidden > 1) or rest == everybody
        assert all(cell.counts.base >= SMALLEST_SHOWN for cell in found.shown)
