"""Caps: three scheduled messages a week and one a day, over all campaigns; what is over waits, visibly."""

import threading
from datetime import UTC, datetime

from sqlmodel import Session, select

from content.message import Message
from content.phrases import Phrases
from scheduler.calendar import Calendar
from scheduler.caps import HELD_DAY, HELD_WEEK, Released, Written, put_capped, release_held
from scheduler.rounds import open_now
from scheduler.tick import tick
from store.database import Database
from store.outbox import BROADCAST, INTERACTIVE, Outgoing, put
from store.tables import Account, Member, Plan
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, PLAN, at, told


def message(session: Session, person_id: int, key: str, due_at: datetime, kind: str = "remind") -> Outgoing:
    account = session.exec(select(Account).where(Account.person_id == person_id)).one()
    return Outgoing(
        key=key,
        account_id=account.id or 0,
        channel=account.channel,
        kind=kind,
        body=Message("Nội dung").dumps(),
        due_at=due_at,
        person_id=person_id,
        lane=INTERACTIVE if kind == "reply" else BROADCAST,
    )


def given(session: Session, person_id: int, *moments: datetime, kind: str = "remind") -> None:
    """These messages were sent to a person before."""
    put(session, [message(session, person_id, f"{kind}:{person_id}:{due_at}", due_at, kind) for due_at in moments])
    stage.send(session, max(moments))


def second_campaign(session: Session) -> str:
    """Another plan with the same shape."""
    first = session.exec(select(Plan).where(Plan.code == PLAN)).one()
    session.add(Plan(campaign_id=first.campaign_id, code="khac", name="Đợt khác", shape=first.shape))
    session.flush()
    return "khac"


def test_a_person_with_three_messages_this_week_gets_no_fourth_and_the_admin_sees_why(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 2)
        given(session, people[0], at("2026-11-09", "08:00"), at("2026-11-10", "09:00"), at("2026-11-11", "14:00"))
        opened = open_now(session, phrases, Calendar(), second_campaign(session), at("2026-11-12", "10:00"))
    assert (opened.sent, opened.held) == (1, 1)
    (held,) = stage.deliveries(any_database, state="held")
    assert (held.person_id, held.reason) == (people[0], HELD_WEEK)
    assert phrases(held.reason) == "Bị hoãn vì vượt hạn mức tin trong tuần"
    with any_database.transaction() as session:
        tick(session, phrases, Calendar(), at("2026-11-13", "17:00"))
    (freed,) = [row for row in stage.deliveries(any_database, "open") if row.person_id == people[0]]
    assert (freed.state, told(freed.due_at), freed.reason) == ("waiting", "Mon 2026-11-16 08:00", "")


def test_two_campaigns_on_one_day_send_one_message_and_the_later_one_waits_a_day(
    any_database: Database, phrases: Phrases
) -> None:
    moment = at("2026-11-10", "09:00")
    with any_database.transaction() as session:
        stage.add_office(session, 2)
        second = second_campaign(session)
        assert open_now(session, phrases, Calendar(), PLAN, moment).sent == 2
        assert open_now(session, phrases, Calendar(), second, moment).held == 2
    with any_database.transaction() as session:
        assert release_held(session, Calendar(), at("2026-11-10", "15:00")) == Released()
    assert {row.reason for row in stage.deliveries(any_database, state="held")} == {HELD_DAY}
    with any_database.transaction() as session:
        assert release_held(session, Calendar(), at("2026-11-10", "16:45")) == Released(released=2)
    assert [told(row.due_at) for row in stage.deliveries(any_database)][2:] == ["Wed 2026-11-11 08:00"] * 2


def test_two_campaigns_opened_at_one_moment_never_both_find_room(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, 5)
        plans = [PLAN, second_campaign(session)]
    ready = threading.Barrier(2)

    def opener(plan_code: str) -> None:
        ready.wait()
        with any_database.transaction() as session:
            open_now(session, phrases, Calendar(), plan_code, at("2026-11-10", "09:00"))

    threads = [threading.Thread(target=opener, args=(plan_code,)) for plan_code in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [row.state for row in stage.deliveries(any_database, "open")]
    assert (states.count("waiting"), states.count("held")) == (5, 5)


def test_digests_and_replies_count_for_nothing_but_an_unknown_outcome_does(database: Database) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 2)
        for kind in ("digest", "reply"):
            given(session, people[0], *(at(f"2026-11-{day:02}", "08:00") for day in (9, 10, 11)), kind=kind)
        given(session, people[1], at("2026-11-11", "08:00"))
    for row in stage.deliveries(database, "remind"):
        row.state = "unknown"
        with database.transaction() as session:
            session.merge(row)
    with database.transaction() as session:
        due_at = at("2026-11-11", "14:00")
        messages = [message(session, person_id, f"new:{person_id}", due_at) for person_id in people]
        assert put_capped(session, messages) == Written(sent=1, held=1)


def test_writing_the_same_messages_again_neither_holds_nor_counts_them(any_database: Database) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 2)
        messages = [message(session, person_id, f"new:{person_id}", MONDAY) for person_id in people]
        assert put_capped(session, messages) == Written(sent=2)
        assert put_capped(session, messages) == Written()
    assert {row.state for row in stage.deliveries(any_database)} == {"waiting"}


def test_the_week_begins_on_monday_at_the_office_not_in_greenwich(database: Database) -> None:
    with database.transaction() as session:
        people = stage.add_office(session, 1)
        # Sunday 17:30 in Greenwich is Monday 00:30 at the office.
        sunday_night = at("2026-11-09", "00:30").astimezone(UTC)
        given(session, people[0], at("2026-11-08", "23:30"), at("2026-11-05", "09:00"), at("2026-11-06", "09:00"))
        assert put_capped(session, [message(session, people[0], "a", sunday_night)]) == Written(sent=1)
        assert put_capped(session, [message(session, people[0], "b", MONDAY)]) == Written(held=1)


def test_a_held_message_is_dropped_when_it_is_no_longer_wanted_or_too_late(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        people = stage.add_office(session, 2)
        given(session, people[0], at("2026-11-11", "08:00"))
        given(session, people[1], at("2026-11-09", "08:00"), at("2026-11-10", "09:00"), at("2026-11-11", "14:00"))
        opened = open_now(session, phrases, Calendar(), PLAN, at("2026-11-11", "15:00"))
        session.get_one(Member, (opened.round_id, people[0])).answers = 1
    assert opened.held == 2
    with any_database.transaction() as session:
        assert release_held(session, Calendar(), at("2026-11-11", "15:01")) == Released()
        assert release_held(session, Calendar(), at("2026-11-12", "08:00")) == Released(dropped=1)
        assert release_held(session, Calendar(), opened.closes_at) == Released(dropped=1)
    assert [(row.state, row.reason) for row in stage.deliveries(any_database, "open")] == [
        ("dropped", "round.dropped_unwanted"),
        ("dropped", "round.dropped_late"),
    ]
