"""A report: what is gathered of a span, and that nothing of a small group can be worked out of it."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from participation.counting import Counts
from participation.figures import correct_exemption, freeze
from participation.small_groups import SMALLEST_SHOWN
from reports.annex import pooled_rows
from reports.breakdown import Cell
from reports.gathering import Gathered, gather
from reports.spans import Span, span
from store.database import Database
from store.tables import Person
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, open_round
from tests.reports.worked import AFTER, worked_example

DAY = date(2026, 11, 12)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


def gathered(session: Session, unit_id: int, kind: str = "month", **after: float) -> Gathered:
    """The report of a span around the rounds' first week."""
    wanted = span(session, unit_id, kind, DAY)
    assert wanted is not None
    found = gather(session, unit_id, wanted, {"giao-tiep": "Giao tiếp"}, AFTER + timedelta(**after))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("month", date(2026, 11, 1), date(2026, 11, 30)),
        ("quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("half", date(2026, 7, 1), date(2026, 12, 31)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
        ("round", date(2026, 11, 10), date(2026, 11, 12)),
        ("campaign", date(2020, 1, 1), date(2026, 11, 12)),
    ],
)
def test_a_span_is_found_from_any_day_in_it(session: Session, kind: str, first: date, last: date) -> None:
    unit, _ = worked_example(session)
    found = span(session, unit, kind, DAY)
    assert found is not None
    assert (found.from_on, found.until_on) == (first, last)
    assert len(gathered(session, unit, kind).rounds) == 1


def test_there_is_no_span_without_a_round_and_no_report_without_one(session: Session) -> None:
    unit, _ = worked_example(session)
    assert span(session, unit, "round", date(2026, 11, 9)) is None
    assert span(session, unit, "decade", DAY) is None
    empty = Span("days", date(2020, 1, 1), date(2020, 1, 31))
    assert gather(session, unit, empty, {}, AFTER) is None


def test_the_worked_example_comes_out_exactly(session: Session) -> None:
    unit, _ = worked_example(session)
    found = gathered(session, unit, "round")
    told = [str(share) for share in (found.connected, found.accepted, found.participation, found.completion)]
    assert told == ["37/39 (94,9%)", "36/37 (97,3%)", "33/39 (84,6%)", "31/39 (79,5%)"]
    assert (found.total.absent, found.total.absent_unconnected, found.total.outside) == (6, 2, 1)
    assert not found.is_final
    assert found.as_of == AFTER


def test_an_open_round_is_told_of_but_in_no_sum(session: Session) -> None:
    unit = add_unit(session, "A")
    people, questions = add_people(session, unit, 6), add_questions(session, 1)
    first = open_round(session, questions)
    answer(session, first, people[0], questions[0])
    first.state = "closed"
    second = open_round(session, questions, OPENS + timedelta(weeks=1), CLOSES + timedelta(weeks=1))
    answer(session, second, people[1], questions[0], weeks=1, hours=1)
    found = gathered(session, unit)
    assert [(line.figures.number, line.is_summed) for line in found.rounds] == [(1, True), (2, False)]
    assert (str(found.participation), str(found.over.coverage), found.summed) == ("1/6 (16,7%)", "1/6 (16,7%)", 1)


def test_over_several_rounds_sums_are_pooled_and_people_count_once(session: Session) -> None:
    unit = add_unit(session, "A")
    people, questions = add_people(session, unit, 10), add_questions(session, 1)
    for week, takers in enumerate((people[:8], people[:2], people[:2])):
        later = timedelta(weeks=week) / 2
        round_ = open_round(session, questions, OPENS + later, CLOSES + later)
        for person in takers:
            answer(session, round_, person, questions[0], days=3.5 * week, hours=1)
        freeze(session, round_.id or 0, CLOSES + later + timedelta(days=1))
    found = gathered(session, unit, weeks=2)
    assert str(found.participation) == "12/30 (40,0%)"
    assert str(found.over.coverage) == "8/10 (80,0%)"
    assert str(found.over.regular) == "2/10 (20,0%)"
    assert found.is_final
    assert found.as_of == CLOSES + timedelta(days=8)


def test_a_correction_stands_beside_the_published_figure_and_tells_no_name(session: Session) -> None:
    unit, round_ = worked_example(session)
    freeze(session, round_.id or 0, AFTER)
    absent = next(one for one in range(4, 8) if correct_exemption(session, round_.id or 0, one, "phép", "x", AFTER))
    found = gathered(session, unit, "round")
    assert str(found.participation) == "33/39 (84,6%)"
    assert str(found.rounds[0].corrected) == "33/38 (86,8%)"
    (amendment,) = found.amendments
    assert (amendment.number, amendment.reason) == (1, "phép")
    assert session.get_one(Person, absent).name not in repr(found)


def test_a_correction_of_another_unit_is_not_told(session: Session) -> None:
    top = add_unit(session, "S")
    one, other = add_unit(session, "A", top), add_unit(session, "B", top)
    (person, *_), _ = add_people(session, one, 6), add_people(session, other, 6)
    round_ = open_round(session, add_questions(session, 1))
    freeze(session, round_.id or 0, AFTER)
    correct_exemption(session, round_.id or 0, person, "lý do riêng", "x", AFTER)
    assert gathered(session, other).amendments == ()
    assert len(gathered(session, one).amendments) == len(gathered(session, top).amendments) == 1


def cell(unit_id: int, base: int, depth: int = 1, *, own: bool = False, hidden: bool = False) -> Cell:
    """A cell of so many people, named after its unit."""
    return Cell(unit_id, f"U{unit_id}", Counts(snapshot=base), depth, own, hidden)


def test_what_one_round_hides_is_hidden_over_all_of_them() -> None:
    first = (cell(1, 3, hidden=True), cell(2, 6, hidden=True), cell(3, 20))
    second = (cell(1, 8), cell(2, 6), cell(3, 20))
    rows = pooled_rows([first, second])
    assert [(row.name, row.is_hidden, row.counts and row.counts.base) for row in rows] == [
        ("U1", True, None), ("U2", True, None), ("U3", False, 40),
    ]  # fmt: skip


def test_rows_stand_in_the_order_people_count(session: Session) -> None:
    top = add_unit(session, "S")
    for number in (10, 2, 1):
        add_people(session, add_unit(session, f"số {number}", top), 5)
    open_round(session, add_questions(session, 1)).state = "closed"
    assert [row.name for row in gathered(session, top).rows] == ["Đơn vị số 1", "Đơn vị số 2", "Đơn vị số 10"]


def test_a_unit_that_moved_has_a_row_at_each_place_and_is_never_hidden_alone() -> None:
    first = (cell(1, 30), cell(9, 10, 2), cell(8, 20, 2), cell(2, 50))
    second = (cell(1, 20), cell(8, 20, 2), cell(2, 56), cell(9, 6, 2, hidden=True), cell(7, 50, 2, hidden=True))
    rows = pooled_rows([first, second])
    assert [(row.name, row.depth, row.is_hidden) for row in rows] == [
        ("U1", 1, False), ("U8", 2, True), ("U9", 2, True),
        ("U2", 1, False), ("U7", 2, True), ("U9", 2, True),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_no_difference_between_rows_of_a_report_leaves_fewer_than_five(session: Session, seed: int) -> None:
    """People come and go between rounds; the shown rows under a unit leave nobody, or two cells of five at least."""
    chance = random.Random(seed)
    units = [add_unit(session, "S")]
    for number in range(chance.randint(3, 9)):
        units.append(add_unit(session, f"P{number}", chance.choice(units)))
    questions = add_questions(session, 1)
    for week in range(3):
        for unit in units:
            add_people(session, unit, chance.choice((0, 0, 1, 2, 4, 5, 7)))
        later = timedelta(days=3 * week)
        open_round(session, questions, OPENS + later, CLOSES + later).state = "closed"
        session.flush()
    found = gathered(session, units[0], weeks=2)
    wholes = [(0, found.total.base), *((row.depth, row.counts.base if row.counts else -1) for row in found.rows)]
    for at, (depth, whole) in enumerate(wholes):
        below = []
        for row in found.rows[at:]:
            if row.depth <= depth:
                break
            if row.depth == depth + 1:
                below.append(row)
        if (at and found.rows[at - 1].is_own) or not below or whole < 0:
            continue
        unseen = [row for row in below if row.is_hidden]
        assert len(unseen) != 1 or len(below) == 1
        rest = whole - sum(row.counts.base for row in below if row.counts)
        assert rest == 0 or rest >= SMALLEST_SHOWN or len(unseen) == len(below)
