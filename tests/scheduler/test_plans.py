"""Plan files and plan rows: every fault is told, what is right is kept, what changes is planned anew."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from scheduler.calendar import Calendar
from scheduler.plan_files import load_plans
from scheduler.planning import plan_ahead
from scheduler.plans import PlanFaults, check_plans, sync_plans
from scheduler.shapes import Shape, Step, Weekday
from store.database import Database
from store.tables import Campaign, Plan
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, PLANS, at


def changed(tmp_path: Path, **swaps: str) -> Path:
    """The default plan file with words swapped."""
    text = PLANS.read_text(encoding="utf-8")
    for old, new in swaps.items():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "plans.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_plan_is_the_week_of_the_product() -> None:
    (plan,) = load_plans(PLANS)
    shape = plan.shape
    assert (shape.weekday, shape.clock) == (Weekday.TUE, "09:00")
    assert (shape.remind, shape.review) == (Step(1, "14:00"), Step(2, "09:00"))
    assert (shape.closes, shape.digest) == (Step(2, "17:00"), Step(3, "15:30"))
    assert (shape.questions, shape.grace_minutes, shape.freeze_days) == (2, 15, 1)
    assert (shape.weekly_cap, shape.daily_cap) == (3, 1)
    assert Shape.loads(shape.dumps()) == shape


def test_every_fault_of_a_plan_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        tue="tuesday",
        **{
            '"14:00"': '"19:00"',
            "questions: 2": "questions: many",
            "closes: { days: 2": "closes: { days: 0",
            "weekly_cap": "cap",
        },
    )
    with pytest.raises(PlanFaults) as caught:
        load_plans(path)
    told = {(fault.line, fault.text) for fault in caught.value.faults}
    assert (14, "'weekday' is 'tuesday'; choose one of: mon, tue, wed, thu, fri, sat, sun") in told
    assert (16, "'clock' is '19:00', outside the hours in which messages go out") in told
    assert (18, "'days' is '0'; give a whole number from 1 to 30") in told
    assert (23, "'questions' is 'many'; give a whole number from 1 to 5") in told
    assert any(text == "unknown key 'cap'" for _, text in told)
    assert any(text == "'weekly_cap' is missing" for _, text in told)


def test_a_plan_file_that_is_no_yaml_or_lacks_a_section_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plans.yaml"
    for text in ("plans: [", "campaigns: []\n", "- a\n", "rounds: {}\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(PlanFaults):
            load_plans(path)


def test_loading_the_same_plans_again_changes_nothing(any_database: Database) -> None:
    plans = load_plans(PLANS)
    with any_database.transaction() as session:
        assert sync_plans(session, plans, MONDAY) == 1
    with any_database.transaction() as session:
        assert sync_plans(session, plans, MONDAY) == 0
        assert session.exec(select(Campaign)).one().starts_on == date(2026, 1, 1)
        assert session.exec(select(Plan)).one().active


def test_a_changed_plan_is_planned_anew_and_a_missing_one_rests(any_database: Database, tmp_path: Path) -> None:
    with any_database.transaction() as session:
        sync_plans(session, load_plans(PLANS), MONDAY)
        plan_ahead(session, Calendar(), MONDAY)
    assert stage.occurrences(any_database) == [("Tue 2026-11-10 09:00", "waiting")]
    with any_database.transaction() as session:
        assert sync_plans(session, load_plans(changed(tmp_path, tue="wed")), MONDAY) == 1
        plan_ahead(session, Calendar(), MONDAY)
    assert stage.occurrences(any_database) == [("Wed 2026-11-11 09:00", "waiting")]
    other = load_plans(changed(tmp_path, **{"code: hang-tuan": "code: khac"}))
    with any_database.transaction() as session:
        assert sync_plans(session, other, MONDAY) == 2
        plan_ahead(session, Calendar(), at("2026-11-09", "08:31"))
    assert stage.occurrences(any_database) == [("Tue 2026-11-10 09:00", "waiting")]


def test_an_audience_that_does_not_exist_is_refused_with_nothing_written(database: Database, tmp_path: Path) -> None:
    path = changed(tmp_path, **{"    # audience:": "    audience: P9 #"})
    with pytest.raises(PlanFaults, match="unknown unit 'P9'"), database.transaction() as session:
        sync_plans(session, load_plans(path), MONDAY)
    assert stage.count(database, Plan) == stage.count(database, Campaign) == 0
    with database.transaction() as session:
        unit_id = stage.add_unit(session, "P9")
        sync_plans(session, load_plans(path), MONDAY)
        assert session.exec(select(Plan)).one().audience_unit_id == unit_id


def test_a_plan_that_names_content_the_library_lacks_is_refused(tmp_path: Path) -> None:
    path = changed(
        tmp_path, **{"    topics: []": "    topics: [mot-cua, mot-cau]", "    tracks: []": "    tracks: [y-ta]"}
    )
    with pytest.raises(PlanFaults) as faults:
        check_plans(load_plans(path), {"mot-cua"}, {"y-te"})
    assert [fault.text for fault in faults.value.faults] == ["unknown topic 'mot-cau'", "unknown track 'y-ta'"]
    check_plans(load_plans(PLANS), {}, {})
