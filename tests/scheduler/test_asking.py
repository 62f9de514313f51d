"""Asking: everybody once, where they want it and as the caps allow, as the rules in Python would have it one by one."""

import json
import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from content.phrases import Phrases
from participation.privacy import erase
from scheduler.asking import ask
from scheduler.calendar import Calendar
from scheduler.caps import CAPPED, COUNTED, HELD_WEEK, Tally, office_caps
from scheduler.doors import quota
from scheduler.doors.admission import STOPPED
from scheduler.doors.terms import Terms
from scheduler.portions import Portion
from scheduler.quiet import reachable
from scheduler.rounds import begin_now, open_now
from store import outbox
from store.database import Database
from store.outbox import Outgoing
from store.tables import Account, Consent, Delivery, Door, Member, Pause, Person, Round, Setting
from tests.scheduler import stage
from tests.scheduler.doors.people import open_doors
from tests.scheduler.stage import MONDAY, PLAN, at

OPENING = at("2026-11-10", "09:00")


@pytest.fixture(params=[1, 2, 500], ids=lambda size: f"{size} asked together")
def _size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.portions.ASKED", request.param)


@pytest.mark.usefixtures("_size")
def test_everybody_is_asked_once_where_they_want_it_and_as_the_caps_allow(
    any_database: Database, phrases: Phrases
) -> None:
    with any_database.transaction() as session:
        plain, chooser, busy, paused, withdrawn, left, blocked, nobody, last = stage.add_office(session, 9, linked=9)
        own = {row.person_id: row for row in session.exec(select(Account))}
        session.add(Account(channel="telegram", address="7", person_id=chooser, state="active", chosen_at=MONDAY))
        session.add(Account(channel="telegram", address="8", person_id=plain, state="unlinked"))
        for number in range(3):
            key, due_at = f"remind:{number}", MONDAY + timedelta(hours=number)
            outbox.put(session, [Outgoing(key, own[busy].id or 0, "web", "remind", "{}", due_at, person_id=busy)])
        session.add(Pause(person_id=paused, from_at=MONDAY))
        session.add(Consent(person_id=withdrawn, purpose="p", version="1", given_at=MONDAY, withdrawn_at=MONDAY))
        own[blocked].state, own[nobody].state = "blocked", "unlinked"
        session.get_one(Person, left).status = "left"
        session.flush()
        opened = open_now(session, phrases, Calendar(), PLAN, OPENING)
        rows = session.exec(select(Delivery).where(Delivery.kind == "open").order_by(col(Delivery.person_id))).all()
        assert [(row.person_id, row.channel, row.state, row.reason) for row in rows] == [
            (plain, "web", "waiting", ""),
            (chooser, "telegram", "waiting", ""),
            (busy, "web", "held", HELD_WEEK),
            (last, "web", "waiting", ""),
        ]
        assert (opened.members, opened.sent, opened.held) == (8, 3, 1)
        assert len({outbox.said(session, row) for row in rows}) == 1
        assert len({row.token for row in rows}) == 4
        connected = session.exec(select(Member.person_id).where(col(Member.connected))).all()
        assert sorted(connected) == [plain, chooser, busy, paused, withdrawn, blocked, last]
        assert session.exec(select(Member.person_id).where(col(Member.withdrawn))).all() == [withdrawn]


def test_what_an_opening_said_is_kept_once_and_goes_with_the_person(any_database: Database, phrases: Phrases) -> None:
    with any_database.transaction() as session:
        an, _ = stage.add_office(session, 2)
        open_now(session, phrases, Calendar(), PLAN, OPENING)
        erase(session, an, OPENING)
    erased, other = stage.deliveries(any_database, "open")
    assert other.body == ""
    assert "Câu 1/2." in json.loads(stage.said(any_database, other))["text"]
    assert json.loads(stage.said(any_database, erased)) == {"erased": True}


CHANNELS = ("telegram", "web", "zalo-oa")
MOMENTS = (None, *(OPENING - timedelta(days=days) for days in (1, 6, 20)))
DUE = [
    OPENING - timedelta(days=1, hours=hours) + timedelta(hours=8 * step) for hours in (0, 3) for step in range(-6, 9)
]
WRITTEN = (*CAPPED, *CAPPED, "reply", "digest")  # kinds of messages
STATES = (*COUNTED, "held", "missed", "dropped", "refused")


def furnish_wildly(session: Session, chance: random.Random) -> None:
    """People with several accounts and whatever else decides where a message goes, and doors in any condition."""
    people = stage.add_office(session, 8, linked=0)
    for number in range(chance.randint(8, 24)):
        account = Account(
            channel=chance.choice(CHANNELS),
            address=str(number),
            person_id=chance.choice(people[:-1]),
            state=chance.choice(("active", "active", "active", "blocked", "unlinked")),
            linked_at=MONDAY,
            last_heard_at=chance.choice(MOMENTS),
            chosen_at=chance.choice((None, *MOMENTS)),
            closed_at=chance.choice((None, None, None, MONDAY)),
        )
        session.add(account)
        session.flush()
        for turn in range(chance.randint(0, 3)):
            kind, due_at = chance.choice(WRITTEN), chance.choice(DUE)
            key = f"earlier:{number}:{turn}"
            outbox.put(
                session, [Outgoing(key, account.id or 0, "web", kind, "{}", due_at, person_id=account.person_id)]
            )
            (row,) = session.exec(select(Delivery).where(Delivery.key == key)).all()
            row.state = chance.choice(STATES)
    session.add(Pause(person_id=chance.choice(people), from_at=MONDAY))
    session.add(Pause(person_id=chance.choice(people), from_at=MONDAY, ended_at=OPENING))
    for person_id in people:
        back = chance.choice((None, None, None, MONDAY))
        session.add(Consent(person_id=person_id, purpose="p", version="1", given_at=MONDAY, withdrawn_at=back))
    stage.grant_leave(session, people[:1], "2026-11-01", "2026-11-30")
    open_doors(
        session,
        {
            "telegram": Terms(monthly_quota=10, falls_back=chance.random() < 0.5),
            "web": Terms(falls_back=chance.random() < 0.5),
            "zalo-oa": Terms(open_for=timedelta(days=7), falls_back=chance.random() < 0.5),
        },
    )
    if chance.random() < 0.3:
        quota.count(session, "telegram", quota.SENT, 10, OPENING)
    session.get_one(Door, "web").halted_at = chance.choice((None, None, MONDAY))
    if chance.random() < 0.1:
        session.add(Setting(name=STOPPED, value=MONDAY.isoformat()))
    session.flush()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_what_is_chosen_in_sql_is_what_the_rules_in_python_choose(
    any_database: Database, phrases: Phrases, seed: int, size: int
) -> None:
    with Session(any_database.engine) as session, pytest.MonkeyPatch.context() as few:  # never committed
        few.setattr("scheduler.portions.ASKED", size)
        furnish_wildly(session, random.Random(seed))
        opened, _ = begin_now(session, Calendar(), PLAN, OPENING)
        counted = select(Member.person_id).where(Member.round_id == opened.round_id, Member.exempt == "")
        people = session.exec(counted).all()
        tally = Tally(session, office_caps(session), OPENING, people)
        expected = {
            person_id: (account.id, account.channel, tally.refusal(person_id, "open"))
            for person_id, account in reachable(session, OPENING, people).items()
        }
        round_, portion = session.get_one(Round, opened.round_id), Portion(1)
        after, sent, held = 0, 0, 0
        while portion.reached:
            portion = ask(session, phrases, Calendar(), round_, OPENING, after)
            after, sent, held = portion.reached, sent + portion.written.sent, held + portion.written.held
        rows = session.exec(select(Delivery).where(Delivery.round_id == opened.round_id)).all()
        found = {row.person_id: (row.account_id, row.channel, row.reason) for row in rows}
        assert found == expected
        assert [row.state for row in rows] == ["held" if row.reason else "waiting" for row in rows]
        states = Counter(row.state for row in rows)
        assert (len(rows), states["waiting"], states["held"]) == (len(expected), sent, held)
