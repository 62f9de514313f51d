"""Asking: those asked by one statement and those looked at one by one are asked alike, and once."""

import json
from datetime import timedelta

import pytest
from sqlmodel import col, select

from content.phrases import Phrases
from participation.privacy import erase
from scheduler.calendar import Calendar
from scheduler.caps import HELD_WEEK
from scheduler.rounds import open_now
from store import outbox
from store.database import Database
from store.outbox import Outgoing
from store.tables import Account, Consent, Delivery, Member, Pause, Person
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY, PLAN, at

OPENING = at("2026-11-10", "09:00")


@pytest.fixture(params=[1, 2, 500], ids=lambda size: f"{size} looked at together")
def _size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.portions.PEOPLE", request.param)
    monkeypatch.setattr("scheduler.portions.ALIKE", request.param + 1)


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
