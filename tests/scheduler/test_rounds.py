"""Opening and closing a round: who gets what, exactly once, and what is written down with it."""

import json
from datetime import timedelta

import pytest
from sqlmodel import col, select

from content.message import Message
from content.phrases import Phrases
from scheduler.calendar import Calendar
from scheduler.choosing import NothingToAsk
from scheduler.rounds import NoSuchPlan, RoundStillOpen, close_round, open_now
from scheduler.tick import tick
from store.database import Database
from store.tables import Account, LedgerEntry, Member, Pause, Person, Round, RoundQuestion, RoundUnit
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, PLAN, at, told

OPENING = at("2026-11-10", "09:00")


def test_forty_two_people_of_whom_three_exempt_and_thirty_seven_connected_get_thirty_seven_messages(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, people=42, linked=37)
        # Three who are away for the whole window, one of them with an account: 37 of the other 39 are connected.
        stage.grant_leave(session, people[39:41], "2026-11-01", "2026-11-30")
        stage.grant_leave(session, people[36:37], "2026-11-10", "2026-11-12")
        session.add(Account(channel="web", address="web-late", person_id=people[37], state="active"))
    with any_database.transaction() as session:
        tick(session, phrases, Calendar(), MONDAY)
    with any_database.transaction() as session:
        report = tick(session, phrases, Calendar(), OPENING)
    assert report.done == 1
    sent = stage.deliveries(any_database, "open")
    assert len(sent) == 37
    assert {row.state for row in sent} == {"waiting"}
    assert len({row.person_id for row in sent}) == 37
    message = Message.loads(stage.said(any_database, sent[0])).plain()
    assert "Quy định trong tuần" in message
    assert "Câu 1/2." in message
    assert "Hạn: 17:00 thứ Năm 12/11." in message
    with any_database.transaction() as session:
        members = session.exec(select(Member)).all()
    assert (len(members), sum(member.exempt == "leave" for member in members)) == (42, 3)


def test_a_round_brings_its_whole_week_with_it(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        stage.add_office(session)
        opened = open_now(session, phrases, Calendar(), PLAN, OPENING)
    assert opened.number == 1
    assert stage.occurrences(database, "remind") == [("Wed 2026-11-11 14:00", "waiting")]
    assert stage.occurrences(database, "review") == [("Thu 2026-11-12 09:00", "waiting")]
    assert stage.occurrences(database, "close") == [("Thu 2026-11-12 17:00", "waiting")]
    assert stage.occurrences(database, "digest") == [("Fri 2026-11-13 15:30", "waiting")]
    assert stage.occurrences(database, "freeze") == [("Fri 2026-11-13 17:00", "waiting")]
    assert told(opened.closes_at) == "Thu 2026-11-12 17:00"


def test_a_late_opening_moves_the_deadline_too(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        stage.add_office(session)
        opened = open_now(session, phrases, Calendar(), PLAN, at("2026-11-14", "21:30"))
    assert {told(row.due_at) for row in stage.deliveries(database)} == {"Mon 2026-11-16 08:00"}
    assert told(opened.closes_at) == "Wed 2026-11-18 17:00"


def test_the_snapshot_holds_the_audience_and_nobody_else(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, people=1)
        root = stage.add_unit(session, "S")
        room = stage.add_unit(session, "S1", root)
        desk = stage.add_unit(session, "S11", room)
        inside = [*stage.add_people(session, room, 2, 0), *stage.add_people(session, desk, 1, 0)]
        left = stage.add_people(session, root, 1, 0)[0]
        session.get_one(Person, left).status = "left"
        plan = stage.add_plan(session)
        plan.audience_unit_id = root
        opened = open_now(session, phrases, Calendar(), PLAN, OPENING)
    with any_database.transaction() as session:
        members = dict(session.exec(select(Member.person_id, Member.unit_id)).all())
        units = session.exec(select(RoundUnit).order_by(col(RoundUnit.unit_id))).all()
        entry = session.exec(select(LedgerEntry).where(LedgerEntry.kind == "round_opened")).one()
    assert members == {inside[0]: room, inside[1]: room, inside[2]: desk}
    assert [(unit.unit_id, unit.parent_id, unit.name) for unit in units] == [
        (root, None, "Phòng S"),
        (room, root, "Phòng S1"),
        (desk, room, "Phòng S11"),
    ]
    body = json.loads(entry.body)
    assert body["members"] == {str(room): inside[:2], str(desk): inside[2:]}
    assert len(body["questions"]) == 2
    assert opened.members == 3


def test_nobody_paused_blocked_or_gone_is_written_to_but_all_who_work_are_counted(
    database: Database, phrases: Phrases
) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, people=4)
        session.add(Pause(person_id=people[0], from_at=MONDAY))
        blocked = session.exec(select(Account).where(Account.person_id == people[1])).one()
        blocked.state = "blocked"
        session.get_one(Person, people[2]).status = "left"
        opened = open_now(session, phrases, Calendar(), PLAN, OPENING)
    assert (opened.members, opened.sent) == (3, 1)
    assert [row.person_id for row in stage.deliveries(database)] == [people[3]]


def test_a_second_round_is_refused_while_the_first_still_runs(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        stage.add_office(session)
        open_now(session, phrases, Calendar(), PLAN, OPENING)
    with pytest.raises(RoundStillOpen), any_database.transaction() as session:
        open_now(session, phrases, Calendar(), PLAN, at("2026-11-12", "17:10"))
    with any_database.transaction() as session:
        assert open_now(session, phrases, Calendar(), PLAN, at("2026-11-13", "08:00")).number == 2


def test_an_unknown_plan_and_an_empty_library_are_refused_with_nothing_written(
    database: Database, phrases: Phrases
) -> None:
    with database.transaction() as session:
        stage.add_people(session, stage.add_unit(session), 1)
        stage.add_plan(session)
    with pytest.raises(NoSuchPlan), database.transaction() as session:
        open_now(session, phrases, Calendar(), "khong-co", OPENING)
    with pytest.raises(NothingToAsk), database.transaction() as session:
        open_now(session, phrases, Calendar(), PLAN, OPENING)
    assert stage.count(database, Round) == stage.count(database, RoundQuestion) == 0


def test_closing_drops_what_still_waits_and_waits_for_its_moment(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        stage.add_office(session)
        opened = open_now(session, phrases, Calendar(), PLAN, OPENING)
        assert close_round(session, opened.round_id, opened.closes_at - timedelta(seconds=1)) == 0
    with any_database.transaction() as session:
        assert close_round(session, opened.round_id, opened.closes_at) == 3
        assert close_round(session, opened.round_id, opened.closes_at) == 0
    assert {(row.state, row.reason) for row in stage.deliveries(any_database)} == {("dropped", "round.dropped_closed")}
    assert [round_.state for round_ in stage.rounds(any_database)] == ["closed"]
