"""Choosing content: topics in turn, twelve weeks of rest, nothing that lapsed or rests on memory."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from scheduler.choosing import REUSED, Chosen, NothingToAsk, choose
from scheduler.shapes import Shape
from store.database import Database
from store.tables import Plan, QuestionVersion, Round, RoundQuestion
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, PLAN, weeks


def pick(session: Session, topics: tuple[str, ...] = (), week: int = 0) -> Chosen:
    """Choose for a week and write the round down, as opening does."""
    plan = session.exec(select(Plan).where(Plan.code == PLAN)).one()
    text = Shape.loads(plan.shape).dumps().replace('"topics": []', f'"topics": {list(topics)}'.replace("'", '"'))
    now = MONDAY + weeks(week)
    chosen = choose(session, plan.id or 0, Shape.loads(text), now)
    round_ = Round(
        plan_id=plan.id or 0,
        number=week + 1,
        card_version_id=chosen.card.id if chosen.card else None,
        opens_at=now,
        closes_at=now + timedelta(days=2),
        freezes_at=now + timedelta(days=3),
        state="frozen",
    )
    session.add(round_)
    session.flush()
    for position, question in enumerate(chosen.questions, 1):
        session.add(RoundQuestion(round_id=round_.id or 0, position=position, question_version_id=question.id or 0))
    session.flush()
    return chosen


def codes(chosen: Chosen) -> list[str]:
    return [question.code for question in chosen.questions]


@pytest.fixture
def planned(database: Database) -> Database:
    """A store with the default plan and nothing to ask yet."""
    with database.transaction() as session:
        stage.add_plan(session)
    return database


def test_topics_take_turns_and_come_round_again(planned: Database) -> None:
    with planned.transaction() as session:
        for topic in ("a", "b", "c"):
            stage.add_questions(session, topic, 4)
        topics = [pick(session, week=week).questions[0].topic for week in range(6)]
    assert topics == ["a", "b", "c", "a", "b", "c"]


def test_the_plan_may_name_the_order_of_topics_and_leave_some_out(planned: Database) -> None:
    with planned.transaction() as session:
        for topic in ("a", "b", "c"):
            stage.add_questions(session, topic, 4)
        topics = [pick(session, ("c", "a"), week).questions[0].topic for week in range(4)]
    assert topics == ["c", "a", "c", "a"]


def test_questions_of_the_card_come_with_it(planned: Database) -> None:
    with planned.transaction() as session:
        stage.add_questions(session, "a", 2)
        stage.add_card(session, "a", "the-1")
        stage.add_card(session, "a", "the-2")
        own = stage.add_questions(session, "a", 2, card="the-2", prefix="z")
        chosen = pick(session)
    assert chosen.card is not None
    assert chosen.card.code == "the-2"
    assert codes(chosen) == [question.code for question in own]


def test_nothing_is_asked_twice_within_twelve_weeks_while_there_is_choice(planned: Database) -> None:
    with planned.transaction() as session:
        stage.add_questions(session, "a", 26)
        picks = [pick(session, week=week) for week in range(13)]
        again = pick(session, week=13)
    asked = [code for chosen in picks for code in codes(chosen)]
    assert len(asked) == len(set(asked)) == 26
    assert {chosen.note for chosen in [*picks, again]} == {""}
    assert codes(again) == codes(picks[0])


def test_when_all_are_used_up_the_ones_asked_longest_ago_come_back_with_a_note(planned: Database) -> None:
    with planned.transaction() as session:
        stage.add_questions(session, "a", 4)
        picks = [pick(session, week=week) for week in range(3)]
    assert [chosen.note for chosen in picks] == ["", "", REUSED]
    assert codes(picks[2]) == codes(picks[0])


def test_two_topics_with_one_question_each_make_a_round_together(planned: Database) -> None:
    with planned.transaction() as session:
        stage.add_questions(session, "a", 1)
        stage.add_questions(session, "b", 1)
        chosen = pick(session)
    assert codes(chosen) == ["a-1", "b-1"]
    assert chosen.note == ""


def test_a_new_version_of_a_question_rests_like_the_old_one(planned: Database) -> None:
    with planned.transaction() as session:
        stage.add_questions(session, "a", 4)
        first = pick(session)
        old = session.exec(select(QuestionVersion).where(QuestionVersion.code == "a-1")).one()
        old.current = False
        newer = old.model_dump(exclude={"id"}) | {"version": 2, "current": True}
        session.add(QuestionVersion(**newer))
        second = pick(session, week=1)
    assert codes(first) == ["a-1", "a-2"]
    assert codes(second) == ["a-3", "a-4"]


@pytest.mark.parametrize(
    "changes",
    [
        {"verified": "memory"},
        {"in_force_until": date(2026, 11, 8)},
        {"in_force_from": date(2026, 11, 10)},
        {"current": False},
    ],
    ids=["rests on memory", "expired yesterday", "in force from tomorrow", "an old version"],
)
def test_what_may_not_be_sent_is_never_chosen(planned: Database, changes: dict[str, Any]) -> None:
    with planned.transaction() as session:
        stage.add_card(session, "a", "the-a", **changes)
        stage.add_questions(session, "a", 3, **changes)
        with pytest.raises(NothingToAsk):
            pick(session)
        stage.add_questions(session, "b", 2)
        chosen = pick(session)
    assert codes(chosen) == ["b-1", "b-2"]
    assert chosen.card is None


def test_the_last_day_in_force_still_counts(planned: Database) -> None:
    with planned.transaction() as session:
        stage.add_questions(session, "a", 2, in_force_until=date(2026, 11, 9))
        assert codes(pick(session)) == ["a-1", "a-2"]


def test_the_same_store_gives_the_same_choice(planned: Database) -> None:
    with planned.transaction() as session:
        for topic in ("a", "b"):
            stage.add_card(session, topic, f"the-{topic}")
            stage.add_questions(session, topic, 5, card=f"the-{topic}")
        plan = session.exec(select(Plan)).one()
        shape = Shape.loads(plan.shape)
        assert choose(session, plan.id or 0, shape, MONDAY) == choose(session, plan.id or 0, shape, MONDAY)


def test_what_the_office_loaded_and_never_asked_comes_first_and_once(planned: Database) -> None:
    with planned.transaction() as session:
        stage.add_questions(session, "a", 6)
        stage.add_questions(session, "b", 4)
        stage.add_questions(session, "b", 3, prefix="own", origin="office")
        picks = [codes(pick(session, week=week)) for week in range(4)]
    assert picks[0] == ["own-1", "own-2"]
    assert picks[1][0] == "own-3"
    assert picks[2] == ["a-1", "a-2"]
    assert not {"own-1", "own-2", "own-3"} & {*picks[2], *picks[3]}


def test_a_track_is_asked_of_its_own_plans_alone(planned: Database) -> None:
    with planned.transaction() as session:
        stage.add_questions(session, "a", 2)
        stage.add_questions(session, "a", 8, prefix="y", track="y-te")
        stage.add_card(session, "a", "the-y", track="y-te")
        general = [codes(pick(session, week=week)) for week in range(3)]
        plan = session.exec(select(Plan).where(Plan.code == PLAN)).one()
        medical = replace(Shape.loads(plan.shape), tracks=("y-te",))
        chosen = choose(session, plan.id or 0, medical, MONDAY + weeks(4))
    assert general == [["a-1", "a-2"]] * 3
    assert chosen.card is not None
    assert {question.track for question in chosen.questions} == {"y-te"}
