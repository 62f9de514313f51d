"""`outbox` and `inbox` on a real database: what they show, what goes out or is tried again, and what is refused."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from content.message import Message
from content.phrases import Phrases
from scheduler import pace
from store.database import Database
from store.tables import Account, Delivery, InboxRow
from tests.app.front_desk import FrontDesk
from tests.conftest import Clock

WORDS = "Anh/Chị chọn cách nào?"


@pytest.fixture
def desk(database: Database, phrases: Phrases, clock: Clock) -> FrontDesk:
    """A desk over an outbox and an inbox with nothing in them."""
    return FrontDesk(database, phrases, clock)


def message(session: Session, state: str, desk: FrontDesk, body: str = "") -> int:
    """A message to somebody on Telegram that got as far as this state; returns its id."""
    account = Account(channel="telegram", address=f"a-{state}-{body}")
    session.add(account)
    session.flush()
    row = Delivery(
        key=f"k-{state}-{body}",
        token=f"t-{state}-{body}",
        account_id=account.id or 0,
        channel="telegram",
        kind="open",
        lane=1,
        body=body or Message(WORDS).dumps(),
        due_at=desk.clock(),
        state=state,
        claimed_at=desk.clock() if state == "unknown" else None,
        settled_at=desk.clock() if state == "unknown" else None,
        reason="connection lost" if state == "unknown" else "",
    )
    session.add(row)
    session.flush()
    return row.id or 0


def update(session: Session, state: str, desk: FrontDesk, number: int = 1) -> int:
    """An update that got as far as this state; returns its id."""
    tries, reason = (3, "ValueError") if state == "parked" else (0, "")
    row = InboxRow(
        channel="web",
        external_id=f"{state}-{number}",
        body=WORDS,
        received_at=desk.clock(),
        state=state,
        tries=tries,
        reason=reason,
    )
    session.add(row)
    session.flush()
    return row.id or 0


def test_an_empty_outbox_says_so(desk: FrontDesk) -> None:
    assert desk.does("outbox") == "outbox: empty\n"


def test_the_outbox_shows_states_gates_and_unknown_outcomes_without_a_word_of_any_message(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        for state in ("waiting", "sent"):
            message(session, state, desk)
        unknown = message(session, "unknown", desk)
        for bot, seconds in (("telegram:1", 600), ("telegram:2", -1)):
            row = pace.lock(session, bot, 25.0, desk.clock())
            pace.close(session, row, 25.0, desk.clock(), seconds, "FLOOD")
    said = desk.does("outbox")
    assert said.splitlines() == [
        "outbox: 1 sent, 1 unknown, 1 waiting",
        "gate of telegram:1 closed until 2026-11-10 09:10: FLOOD",
        f"unknown {unknown}  telegram  open  tried 2026-11-10 09:00  connection lost",
    ]
    assert desk.audited() == []


def test_a_hundred_unknown_outcomes_are_listed_and_the_rest_counted(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        for number in range(103):
            message(session, "unknown", desk, str(number))
    lines = desk.does("outbox").splitlines()
    assert len(lines) == 102
    assert lines[-1] == "… and 3 more of unknown outcome"


def test_an_unknown_outcome_goes_out_again_on_the_operators_word(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        unknown = message(session, "unknown", desk)
    assert "an answer to either copy counts once" in desk.does("outbox", "resend", unknown)
    with desk.database.transaction() as session:
        row = session.get_one(Delivery, unknown)
    assert (row.state, row.due_at, row.settled_at) == ("waiting", desk.clock(), None)
    assert desk.audited() == [("cli", "resend", f"delivery {unknown}")]
    assert desk.refuses("outbox", "resend", unknown) == (
        f"message {unknown} is waiting: only unknown outcomes are sent again"
    )


@pytest.mark.parametrize("body", ["{}", '{"erased": true}'])
def test_a_message_whose_words_are_gone_is_not_sent_again(desk: FrontDesk, body: str) -> None:
    with desk.database.transaction() as session:
        unknown = message(session, "unknown", desk, body)
    assert "was erased: it cannot be sent again" in desk.refuses("outbox", "resend", unknown)


def test_a_message_that_does_not_exist_is_not_sent_again(desk: FrontDesk) -> None:
    assert desk.refuses("outbox", "resend", 7) == "there is no message 7: see ./nep outbox"


def test_the_inbox_shows_what_waits_and_why_something_was_parked(desk: FrontDesk) -> None:
    assert desk.does("inbox") == "inbox: 0 waiting, 0 parked\n"
    with desk.database.transaction() as session:
        for state in ("waiting", "done"):
            update(session, state, desk)
        parked = update(session, "parked", desk)
    assert desk.does("inbox").splitlines() == [
        "inbox: 1 waiting, 1 parked",
        f"parked {parked}  web  received 2026-11-10 09:00  ValueError",
    ]


def test_parked_updates_are_tried_again_as_received(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        first, second = (update(session, "parked", desk, number) for number in (1, 2))
    received_at = desk.clock()
    desk.clock.forward(hours=3)
    desk.does("inbox", "retry", first, second)
    with desk.database.transaction() as session:
        for inbox_id in (first, second):
            row = session.get_one(InboxRow, inbox_id)
            assert (row.state, row.tries, row.received_at) == ("waiting", 0, received_at)
    assert desk.audited() == [("cli", "inbox_retry", f"update {inbox_id}") for inbox_id in (first, second)]


def test_only_parked_updates_are_tried_again_and_all_of_them_or_none(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        parked, waiting = update(session, "parked", desk), update(session, "waiting", desk)
    why = desk.refuses("inbox", "retry", parked, waiting)
    assert why == f"update {waiting} is waiting: only parked ones are tried again"
    assert desk.refuses("inbox", "retry", 99) == "there is no update 99: see ./nep inbox"


def test_many_parked_updates_are_cut_short(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        for number in range(101):
            update(session, "parked", desk, number)
    desk.clock.to(desk.clock() + timedelta(days=1))
    assert desk.does("inbox").splitlines()[-1] == "… and 1 more parked"


def test_after_a_restore_what_waited_is_listed_and_nothing_goes_out(desk: FrontDesk) -> None:
    with desk.database.transaction() as session:
        waiting, sent = message(session, "waiting", desk), message(session, "sent", desk)
    assert desk.does("restored").startswith("1 messages are of unknown outcome now")
    with desk.database.transaction() as session:
        assert session.get_one(Delivery, waiting).state == "unknown"
        assert session.get_one(Delivery, sent).state == "sent"
    assert f"unknown {waiting}  telegram  open" in desk.does("outbox")
    assert [act for _, act, _ in desk.audited()] == ["restored"]
    assert desk.does("restored").startswith("0 messages")
