"""A report over a span in which a unit was merged, renamed or split: its whole span, told as what it was then."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest
from docx import Document
from python_calamine import load_workbook
from sqlmodel import Session, col, select

from content.phrases import Phrases
from participation.figures import correct_exemption, freeze
from participation.periods import period_figures
from participation.shares import Share
from reports.gathering import Gathered, gather
from reports.letterhead import Letterhead
from reports.report_docx import write_docx
from reports.report_sheet import write_sheet
from reports.report_words import history, method
from reports.spans import Span, rounds_of, span
from store.database import Database
from store.tables import Person, Round, RoundUnit, Unit, UnitLineage
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, open_round

NOVEMBER = Span("days", date(2026, 11, 1), date(2026, 11, 30))
AFTER = CLOSES + timedelta(weeks=3)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


def hold(session: Session, takers: Sequence[int] = ()) -> Round:
    """The next week's round, answered by these people and frozen."""
    week = len(session.exec(select(Round.id)).all())
    later = timedelta(weeks=week)
    question = add_questions(session, 1)[0] if not week else 1
    round_ = open_round(session, [question], OPENS + later, CLOSES + later)
    for person in takers:
        answer(session, round_, person, question, weeks=week, hours=1)
    freeze(session, round_.id or 0, CLOSES + later + timedelta(days=1))
    return round_


def become(session: Session, old: Sequence[int], *codes: str) -> list[int]:
    """These units end and become new ones with everybody and everything below; people go to the first of them."""
    parent = session.get_one(Unit, old[0]).parent_id
    made = [add_unit(session, code, parent) for code in codes]
    for unit in old:
        session.get_one(Unit, unit).valid_until_on = OPENS.date()
        session.add_all(UnitLineage(unit_id=new, predecessor_id=unit) for new in made)
    for row in session.exec(select(Person).where(col(Person.unit_id).in_(old))):
        row.unit_id = made[0]
    for child in session.exec(select(Unit).where(col(Unit.parent_id).in_(old))):
        child.parent_id = made[0]
    session.flush()
    return made


def november(session: Session, unit: int) -> Gathered:
    """The report of the month."""
    found = gather(session, unit, NOVEMBER, {}, AFTER)
    assert found is not None
    return found


def rows(found: Gathered) -> list[tuple[str, int, str, int, str]]:
    """The annex, with what is hidden as an empty share."""
    return [(row.name, row.depth, row.change, row.rounds, str(row.participation)) for row in found.rows]


def merged(session: Session, first: int, second: int) -> int:
    """Two units of so many people, of whom five of the second answer twice, become one for a third round."""
    top = add_unit(session, "S")
    one, two = add_unit(session, "A", top), add_unit(session, "B", top)
    add_people(session, one, first)
    people = add_people(session, two, second)
    hold(session, people[:5])
    hold(session, people[:5])
    (made,) = become(session, [one, two], "M")
    hold(session, people[:7])
    return made


def test_a_merged_unit_s_report_covers_the_rounds_from_before_and_counts_people_once(session: Session) -> None:
    found = november(session, merged(session, 6, 8))
    assert [str(line.figures.participation) for line in found.rounds] == [
        "5/14 (35,7%)", "5/14 (35,7%)", "7/14 (50,0%)",
    ]  # fmt: skip
    assert [(line.change, line.was) for line in found.rounds] == [
        ("merged", ("Đơn vị A", "Đơn vị B")), ("merged", ("Đơn vị A", "Đơn vị B")), ("", ()),
    ]  # fmt: skip
    assert str(found.participation) == "17/42 (40,5%)"
    over = found.over
    assert (over.rounds, over.coverage, over.regular, over.units) == (3, Share(7, 14), Share(5, 14), Share(2, 3))
    assert over.was == ("Đơn vị A", "Đơn vị B")


def test_the_annex_tells_each_predecessor_apart_and_adds_up(session: Session) -> None:
    assert rows(november(session, merged(session, 6, 8))) == [
        ("Đơn vị M", 1, "", 1, "7/14 (50,0%)"),
        ("Đơn vị A", 1, "merged", 2, "0/12 (0%)"),
        ("Đơn vị B", 1, "merged", 2, "10/16 (62,5%)"),
    ]


def test_a_small_predecessor_is_hidden_and_the_one_beside_it_in_rows_topics_and_files(
    session: Session, phrases: Phrases
) -> None:
    found = november(session, merged(session, 4, 8))
    assert [row.is_hidden for row in found.rows] == [False, True, True]
    assert found.over.topics == {"giao-tiep": Share(17, 17)}  # nobody of the small one answered: nothing to hide
    said = text_of(write_docx(phrases, found, Letterhead()))
    assert "10/16" not in said
    assert "Đơn vị B (trước khi sáp nhập)" in said


def test_results_of_two_predecessors_are_told_where_each_may_be(session: Session) -> None:
    top = add_unit(session, "S")
    one, two = add_unit(session, "A", top), add_unit(session, "B", top)
    few, many = add_people(session, one, 6), add_people(session, two, 8)
    hold(session, [*few[:4], *many])
    hold(session, [*few, *many])
    (made,) = become(session, [one, two], "M")
    assert period_figures(session, made, NOVEMBER.from_on, NOVEMBER.until_on).topics == {"giao-tiep": Share(14, 14)}


def test_a_renamed_unit_keeps_its_rows_and_a_split_one_hands_on_its_sum_alone(session: Session) -> None:
    unit = add_unit(session, "S")
    below = add_unit(session, "T", unit)
    people = add_people(session, below, 7)
    add_people(session, unit, 6)
    hold(session, people[:4])
    (renamed,) = become(session, [unit], "R")
    hold(session, people[:5])
    assert rows(november(session, renamed)) == [
        ("Đơn vị R", 1, "", 2, "0/12 (0%)"), ("Đơn vị T", 1, "", 2, "9/14 (64,3%)"),
    ]  # fmt: skip
    assert november(session, renamed).rounds[0].change == "renamed"
    first, second = become(session, [renamed], "X", "Y")
    found = november(session, second)
    assert [(line.change, line.was, str(line.figures.participation)) for line in found.rounds] == [
        ("split", ("Đơn vị S",), "4/13 (30,8%)"), ("split", ("Đơn vị R",), "5/13 (38,5%)"),
    ]  # fmt: skip
    assert rows(found) == [
        ("Đơn vị R", 1, "split", 1, "5/13 (38,5%)"), ("Đơn vị S", 1, "split", 1, "4/13 (30,8%)"),
    ]  # fmt: skip
    assert november(session, first).participation == found.participation


def test_a_round_for_others_alone_tells_nothing_of_a_unit_that_has_stood_by_itself(session: Session) -> None:
    unit = add_unit(session, "P")
    add_people(session, unit, 6)
    hold(session)
    out = add_unit(session, "N")  # goes out of P, which goes on
    session.add(UnitLineage(unit_id=out, predecessor_id=unit))
    hold(session)
    others = hold(session)
    session.delete(session.get_one(RoundUnit, (others.id, out)))
    session.flush()
    assert [round_.number for round_ in rounds_of(session, NOVEMBER, out)] == [1, 2]
    assert [line.change for line in november(session, out).rounds] == ["split", ""]


def test_a_newly_merged_unit_finds_its_periods_before_its_first_round(session: Session) -> None:
    unit = add_unit(session, "P")
    add_people(session, unit, 6)
    hold(session)
    (made,) = become(session, [unit], "R")
    found = span(session, made, "round", date(2026, 11, 30))
    assert found is not None
    assert found.number == 1


def test_corrections_of_a_predecessor_are_told(session: Session) -> None:
    unit = add_unit(session, "P")
    people = add_people(session, unit, 6)
    round_ = hold(session)
    correct_exemption(session, round_.id or 0, people[0], "phép", "x", AFTER)
    (made,) = become(session, [unit], "R")
    found = november(session, made)
    assert [one.reason for one in found.amendments] == ["phép"]
    assert str(found.rounds[0].corrected) == "0/5 (0%)"


def text_of(body: bytes) -> str:
    """All that is written in a Word file, tables included."""
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    lines = Document(io.BytesIO(body)).element.iter(f"{w}p")
    return "\n".join("".join(run.text or "" for run in line.iter(f"{w}t")) for line in lines)


def test_word_excel_and_the_method_name_what_the_unit_was(session: Session, phrases: Phrases) -> None:
    found = november(session, merged(session, 6, 8))
    (told,) = history(phrases, found)
    assert told == (
        "2 đợt từ ngày 10/11/2026 đến ngày 19/11/2026 là số liệu trước khi sáp nhập, gộp của: Đơn vị A, Đơn vị B."
    )
    assert any(told in line for line in method(phrases, found))
    said = text_of(write_docx(phrases, found, Letterhead()))
    assert said.count(told) == 2  # in the text and in the way of counting
    assert said.count("đã chốt; trước khi sáp nhập") == 2
    book = load_workbook(io.BytesIO(write_sheet(phrases, found)))
    units, rounds, _ = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert [row[1] for row in units[5:]] == [
        "Thuộc trực tiếp Đơn vị M", "Đơn vị A (trước khi sáp nhập)", "Đơn vị B (trước khi sáp nhập)",
    ]  # fmt: skip
    assert [row[20] for row in rounds[4:7]] == ["Đơn vị A, Đơn vị B", "Đơn vị A, Đơn vị B", ""]
