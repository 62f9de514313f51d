"""The transcript in the store, on both databases."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from store import transcript
from store.database import Database
from store.inbox import Arrival, keep
from store.outbox import Outgoing, put
from store.tables import Account, Delivery, InboxRow
from store.transcript import Spoken

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
BODY = json.dumps({"text": "Chọn", "choices": [["Đồng ý", "say:yes"], ["Để sau", "say:later"]], "closing": ""})


@pytest.fixture
def account_id(any_database: Database) -> int:
    """An's account with one message for her and one from her."""
    with any_database.transaction() as session:
        account = Account(channel="web", address="an")
        session.add(account)
        session.flush()
        put(session, [Outgoing("k1", account.id or 0, "web", "reply", BODY, NOW)])
        keep(session, [Arrival("web", "an:1", json.dumps({"address": "an", "text": "chào", "id": "1"}))], NOW)
        return account.id or 0


def ids(session: Session) -> tuple[int, int]:
    """The only delivery and the only inbox row."""
    return session.exec(select(Delivery.id)).one() or 0, session.exec(select(InboxRow.id)).one() or 0


def spoken(session: Session, account_id: int, inbox_id: int, text: str) -> Spoken:
    """What stands in a row of the inbox."""
    return Spoken(account_id, inbox_id, session.get_one(InboxRow, inbox_id).body, text, NOW)


def test_each_side_is_written_once_and_read_in_order(any_database: Database, account_id: int) -> None:
    for _ in range(2):
        with any_database.transaction() as session:
            delivery_id, inbox_id = ids(session)
            transcript.heard(session, [spoken(session, account_id, inbox_id, "chào")])
            line_id = transcript.said(session, account_id, delivery_id, "{}", NOW + timedelta(seconds=1))
    with any_database.transaction() as session:
        found = transcript.since(session, "web", "an", 0, 10)
        assert [line.who for line in found.lines] == ["person", "assistant"]
        assert json.loads(found.lines[0].body) == {"text": "chào", "client": "1"}
        assert found.lines[1].id == line_id
        assert found.lines[1].at == NOW + timedelta(seconds=1)
        assert transcript.since(session, "web", "an", line_id, 10) == transcript.Stretch()
        assert transcript.since(session, "web", "an", line_id + 1, 10).rewritten
        assert transcript.before(session, "web", "an", None, 1).more
        assert transcript.before(session, "web", "an", line_id, 5).lines == found.lines[:1]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        pytest.param(2, "2. Để sau", id="a choice of that message"),
        pytest.param(7, "7", id="a number it does not have"),
    ],
)
def test_a_pressed_button_is_written_with_its_label(
    any_database: Database, account_id: int, number: int, shown: str
) -> None:
    with any_database.transaction() as session:
        token = session.exec(select(Delivery.token)).one()
        body = json.dumps({"address": "an", "token": token, "number": number, "id": "2"})
        keep(session, [Arrival("web", "an:2", body)], NOW)
        inbox_id = session.exec(select(InboxRow.id).where(InboxRow.external_id == "an:2")).one() or 0
        transcript.heard(session, [spoken(session, account_id, inbox_id, "")])
        [line] = transcript.since(session, "web", "an", 0, 10).lines
    assert json.loads(line.body) == {"text": shown, "client": "2", "token": token, "number": number}


def test_an_address_nobody_has_heard_has_no_lines(any_database: Database) -> None:
    with any_database.transaction() as session:
        assert transcript.since(session, "web", "nobody", 0, 10) == transcript.Stretch()
        assert transcript.since(session, "web", "nobody", 5, 10).rewritten
        assert transcript.before(session, "web", "nobody", None, 10) == transcript.Stretch()


def test_what_is_forgotten_is_gone(any_database: Database, account_id: int) -> None:
    with any_database.transaction() as session:
        delivery_id, inbox_id = ids(session)
        transcript.heard(session, [spoken(session, account_id, inbox_id, "chào")])
        transcript.said(session, account_id, delivery_id, "{}", NOW)
    with any_database.transaction() as session:
        assert transcript.forget(session, [account_id + 1]) == 0
        assert transcript.forget(session, [account_id]) == 2
        assert transcript.since(session, "web", "an", 0, 10).lines == ()
