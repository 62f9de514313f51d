"""Validity: what lapses within a month is told with its day and its successor, and each source once."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from content.message import Message
from content.phrases import Phrases
from content.reviewing import approve, of_upload, store_drafts
from content.validity import lapsing, unscored
from scheduler.notices import tell_lapses, tell_sender
from scheduler.wanted import still_wanted
from store.database import Database
from store.tables import Account, Delivery, Grant, Pause
from tests.content.loaded import CARD, OWN_RULES, add_admins, add_upload, file_of, question

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = datetime(2026, 11, 10, 9, 0, tzinfo=HANOI)
TODAY = date(2026, 11, 10)
NEW_RULES = replace(OWN_RULES, code="QC-MOI", number="01/QC-SNV", in_force_from=date(2026, 12, 1))


def ends(session: Session, day: date, successor: str = "") -> None:
    """The office's own rules end that day; a question and a card rest on them."""
    rules = replace(OWN_RULES, in_force_until=day, replaced_by=successor)
    known = [NEW_RULES] if successor else []
    entries: list[Any] = [rules, *known, question(source="QC-SO"), replace(CARD, source="QC-SO")]
    upload = add_upload(session, 1)
    store_drafts(session, file_of(*entries), 1, upload, MORNING)
    approve(session, of_upload(session, upload), 2, MORNING)


@pytest.fixture
def office(database: Database) -> Database:
    with database.transaction() as session:
        add_admins(session, "Hoa", "Lan")
    return database


@pytest.mark.parametrize(
    ("day", "listed"),
    [
        (TODAY - timedelta(days=1), True),
        (TODAY, True),
        (TODAY + timedelta(days=30), True),
        (TODAY + timedelta(days=31), False),
    ],
)
def test_what_ends_within_thirty_days_is_listed(office: Database, day: date, listed: bool) -> None:
    with office.transaction() as session:
        ends(session, day)
        found = lapsing(session, TODAY)
        assert bool(found) == listed
        if listed:
            assert (found[0].cards, found[0].questions) == (("CT-1",), ("CQ-1",))
            assert found[0].is_over(TODAY) == (day < TODAY)


def test_a_successor_is_named(office: Database) -> None:
    with office.transaction() as session:
        ends(session, date(2026, 11, 30), "QC-MOI")
        (lapse,) = lapsing(session, TODAY)
        assert (lapse.citation, lapse.successor) == ("Quy chế 15/QC-SNV", "Quy chế 01/QC-SNV")


def test_what_nothing_rests_on_any_more_is_not_listed(office: Database) -> None:
    with office.transaction() as session:
        ends(session, date(2026, 11, 30))
        upload = add_upload(session, 1)
        store_drafts(session, file_of(question(), CARD), 1, upload, MORNING)
        approve(session, of_upload(session, upload), 2, MORNING)
        assert lapsing(session, TODAY) == []


def test_what_is_from_memory_is_named(office: Database) -> None:
    with office.transaction() as session:
        upload = add_upload(session, 1)
        store_drafts(session, file_of(question(verified="memory"), CARD), 1, upload, MORNING)
        assert unscored(session) == ([], [])
        approve(session, of_upload(session, upload), 2, MORNING)
        assert unscored(session) == ([], ["CQ-1"])


def test_each_admin_is_told_once_of_each_source(office: Database, phrases: Phrases) -> None:
    with office.transaction() as session:
        ends(session, TODAY + timedelta(days=31))
        assert tell_lapses(session, phrases, MORNING) == 0
        evening = MORNING + timedelta(days=1, hours=9)
        assert tell_lapses(session, phrases, evening) == 2
        assert tell_lapses(session, phrases, evening + timedelta(days=1)) == 0
        rows = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
        assert {row.due_at for row in rows} == {datetime(2026, 11, 12, 8, 0, tzinfo=HANOI)}
        assert (
            "Quy chế 15/QC-SNV: hết hiệu lực sau ngày 11/12/2026; 2 mục liên quan." in Message.loads(rows[0].body).text
        )
        assert len(Message.loads(rows[0].body).plain()) <= 600


def test_a_changed_last_day_is_news_again(office: Database, phrases: Phrases) -> None:
    with office.transaction() as session:
        ends(session, date(2026, 11, 30))
        assert tell_lapses(session, phrases, MORNING) == 2
        ends(session, date(2026, 11, 20))
        assert tell_lapses(session, phrases, MORNING + timedelta(days=1)) == 2


def test_with_nobody_to_tell_it_stays_news(office: Database, phrases: Phrases) -> None:
    with office.transaction() as session:
        ends(session, date(2026, 11, 30))
        for account in session.exec(select(Account)):
            account.state = "blocked"
        session.flush()
        assert tell_lapses(session, phrases, MORNING) == 0
        session.exec(select(Account).where(Account.person_id == 2)).one().state = "active"
        session.flush()
        assert tell_lapses(session, phrases, MORNING + timedelta(days=1)) == 1


def test_a_sender_hears_once_of_a_file(office: Database, phrases: Phrases) -> None:
    with office.transaction() as session:
        ends(session, date(2026, 11, 30))
        assert tell_sender(session, phrases, 1, MORNING) == 1
        assert tell_sender(session, phrases, 1, MORNING) == 0
        assert tell_sender(session, phrases, 99, MORNING) == 0


def test_a_notice_is_for_who_keeps_content_and_wants_messages(office: Database, phrases: Phrases) -> None:
    with office.transaction() as session:
        ends(session, date(2026, 11, 30))
        tell_lapses(session, phrases, MORNING)
        first, second = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
        assert still_wanted(session, first, MORNING)
        session.exec(select(Grant).where(Grant.person_id == 1)).one().until_on = date(2026, 11, 9)
        session.add(Pause(person_id=2, from_at=MORNING))
        session.flush()
        assert not still_wanted(session, first, MORNING)
        assert not still_wanted(session, second, MORNING)
