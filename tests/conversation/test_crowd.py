"""A crowd: answered together, people are told and counted exactly as they are when answered one after the other."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import Session, SQLModel, col, select

from bot.conversation.crowd import Utterance, gather
from bot.conversation.talk import House
from bot.heard import CHOICE, TEXT, Heard
from bot.reception import handle_batch
from content.composing import question_message
from content.phrases import Phrases
from participation.census import census
from participation.counters import of_units
from store import inbox, outbox
from store.database import Database, sqlite_url
from store.inbox import Arrival, Waiting
from store.outbox import Outgoing
from store.tables import (
    Account,
    Answer,
    Delivery,
    InboxRow,
    LedgerEntry,
    Member,
    QuestionVersion,
    Recall,
    Round,
    RoundUnit,
)
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, link, open_round

SEATS, QUESTIONS = 7, 3
NEWCOMER, BLOCKED = 5, 6  # accounts, counted from 0; the first two are one person's
TYPED = ("1", "2", "câu B", "ba", "9", "0", "Hai", "menu", "tạm dừng", "xin chào", "tìm kiếm trang phục", "/start")
ALREADY = "Câu này đã ghi nhận"
ORDERLESS = (Answer, LedgerEntry)  # tables whose ids follow the order of writing


@dataclass(frozen=True)
class Office:
    """Where a batch is handled: a file to copy, the tokens of buttons by account, and what an account is called."""

    file: Path
    tokens: Sequence[Sequence[str]]
    addresses: Sequence[str]


def hear(body: str, heard_at: datetime) -> Heard | None:
    """What stands in the body of an update of these tests."""
    said = json.loads(body)
    before = said.pop("minutes_before_shown", None)
    said_at = None if before is None else OPENS - timedelta(minutes=before)
    return Heard("telegram", heard_at=heard_at, said_at=said_at, **said)


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, phrases: Phrases) -> Office:
    """An open round of three questions, one that closed before, and seven accounts that were asked them all."""
    file = tmp_path_factory.mktemp("crowd") / "office.db"
    copy(sqlite_template, file)
    database = Database(sqlite_url(file))
    with database.transaction() as session:
        unit = add_unit(session, "A")
        people = add_people(session, unit, 5)
        questions = add_questions(session, QUESTIONS)
        before = open_round(session, questions[:1], OPENS - timedelta(days=7), CLOSES - timedelta(days=7))
        round_ = open_round(session, questions)
        people += add_people(session, unit, 1)  # joined the office after the opening
        accounts = [link(session, people[0], OPENS, "telegram")]
        accounts += [link(session, person, OPENS, "telegram") for person in people]
        tokens = [_shown(session, phrases, [before, round_], account) for account in accounts]
        session.get_one(Account, accounts[BLOCKED]).state = "blocked"
        addresses = [session.get_one(Account, account).address for account in accounts]
    database.close()
    return Office(file, tokens, addresses)


def _shown(session: Session, phrases: Phrases, rounds: Sequence[Round], account_id: int) -> list[str]:
    """Every question of the rounds was sent to this account, question 1 of the newest round last."""
    asked = [(rounds[0], 1), *((rounds[1], place) for place in range(QUESTIONS, 0, -1))]
    for number, (round_, place) in enumerate(asked):
        question = session.get_one(QuestionVersion, place)
        body = question_message(phrases, round_, question, place, QUESTIONS).dumps()
        key = f"shown:{account_id}:{number}"
        outbox.put(session, [Outgoing(key, account_id, "telegram", "open", body, OPENS)])
    sent = session.exec(select(Delivery).where(Delivery.account_id == account_id).order_by(col(Delivery.id))).all()
    for row in sent:
        row.state, row.claimed_at = "sent", OPENS
    session.get_one(Account, account_id).prompt_id = sent[-1].id
    return [row.token for row in sent]


def said(office: Office) -> st.SearchStrategy[list[tuple[str, timedelta]]]:
    """Bodies of updates in order, and how long after the opening each is received."""
    seat = st.integers(0, SEATS - 1)
    typed = st.builds(
        lambda seat, text: {"address": office.addresses[seat], "kind": TEXT, "text": text},
        seat,
        st.sampled_from(TYPED),
    )
    pressed = st.builds(
        lambda seat, whose, which, number: {
            "address": office.addresses[seat],
            "kind": CHOICE,
            "token": office.tokens[whose if whose >= 0 else seat][which],
            "number": number,
        },
        seat,
        st.sampled_from((-1, -1, -1, -1, 0, 3)),  # somebody else's button, now and then
        st.integers(0, QUESTIONS),
        st.integers(0, 4),
    )
    stranger = st.just({"address": "ai-do", "kind": TEXT, "text": "2"})
    hours = st.sampled_from((1, 2, 30, 56, 57))  # the last one is after closing
    return st.lists(st.tuples(st.one_of(typed, pressed, pressed, stranger).map(json.dumps), hours), max_size=14).map(
        lambda updates: [(body, timedelta(hours=after)) for body, after in sorted(updates, key=lambda one: one[1])]
    )


def handled(
    office: Office, folder: Path, house: House, updates: Sequence[tuple[str, timedelta]], at_once: int
) -> Database:
    """A copy of the office in which these updates were handled, so many at a time."""
    file = folder / f"{at_once}.db"
    copy(office.file, file)
    database = Database(sqlite_url(file))
    with database.transaction() as session:
        for number, (body, after) in enumerate(updates):
            inbox.keep(session, [Arrival("telegram", str(number), body)], OPENS + after)
    while True:
        with database.transaction() as session:
            if not handle_batch(session, house, {"telegram": hear}, at_once)[0]:
                return database


def rows(session: Session, table: type[SQLModel]) -> Counter[str]:
    """What a table holds, whatever the order in which it was written."""
    left_out = {"id", "token"} if table in ORDERLESS else {"token"}
    found = (row.model_dump(exclude=left_out) for row in session.exec(select(table)))
    return Counter(json.dumps(row, default=str, sort_keys=True) for row in found)


def replies(session: Session) -> dict[str, str]:
    """What was answered to each update. To an answer that stood already: no more than that it did."""
    found = {
        row.key: json.loads(row.body)["text"] for row in session.exec(select(Delivery).where(Delivery.kind == "reply"))
    }
    return {key: ALREADY if text.startswith(ALREADY) else text for key, text in found.items()}


def test_together_is_the_same_as_one_after_the_other(office: Office, tmp_path: Path, phrases: Phrases) -> None:
    house = House(phrases, "Sở Mẫu", b"secret", "1", {})

    @settings(max_examples=60, deadline=None)
    @given(updates=said(office))
    def check(updates: list[tuple[str, timedelta]]) -> None:
        together, alone = (handled(office, tmp_path, house, updates, at_once) for at_once in (100, 1))
        with together.transaction() as here, alone.transaction() as there:
            assert replies(here) == replies(there)
            for table in (Answer, Member, RoundUnit, Recall, LedgerEntry, Account, InboxRow):
                assert rows(here, table) == rows(there, table), table.__tablename__
            for round_id in (1, 2):
                assert of_units(here, round_id) == census(here, round_id)
        together.close()
        alone.close()

    check()


def test_who_says_anything_else_is_no_part_of_the_crowd(office: Office) -> None:
    """Not with any of their words, nor on another account: their order must stay what it was."""
    database = Database(sqlite_url(office.file))
    said = [(2, "1"), (0, "2"), (1, "menu"), (3, "b"), (4, "chào"), (4, "1"), (BLOCKED, "1")]
    utterances = [
        Utterance(
            Waiting(number, "telegram", str(number), "", OPENS),
            Heard("telegram", office.addresses[seat], TEXT, OPENS, text),
        )
        for number, (seat, text) in enumerate(said)
    ]
    with database.reading() as session:
        crowd = gather(session, utterances)
    database.close()
    assert [(answer.utterance.row.id, answer.reply.option) for answer in crowd] == [(0, 1), (3, 2)]


@pytest.mark.parametrize(("minutes", "counts"), [(4, True), (6, False)])
def test_a_number_said_long_before_the_question_went_out_is_no_answer_to_it(
    office: Office, tmp_path: Path, phrases: Phrases, minutes: int, counts: bool
) -> None:
    """It was posted to us again late, and meant for what was shown before. Clocks may differ by a little."""
    house = House(phrases, "Sở Mẫu", b"secret", "1", {})
    late = {"address": office.addresses[2], "kind": TEXT, "text": "2", "minutes_before_shown": minutes}
    plain = {"address": office.addresses[3], "kind": TEXT, "text": "2"}
    said = [(json.dumps(one), timedelta(hours=1)) for one in (late, plain)]
    database = handled(office, tmp_path, house, said, 100)
    with database.transaction() as session:
        assert len(session.exec(select(Answer)).all()) == 1 + counts
        told = [json.loads(body) for body in session.exec(select(Delivery.body).where(Delivery.kind == "reply"))]
    database.close()
    again = [one for one in told if one["text"].startswith(phrases("quiz.said_before"))]
    assert len(again) == (not counts)
    for one in again:  # and the question that is open is asked again
        assert "Câu 1/3" in one["text"]
        assert len(one["choices"]) == 3


def test_a_crowd_costs_no_more_statements_than_two_people(office: Office, tmp_path: Path, phrases: Phrases) -> None:
    house = House(phrases, "Sở Mẫu", b"secret", "1", {})
    counts = []
    for seats in ((2, 3), (0, 2, 3, 4)):
        statements: list[str] = []
        updates = [
            (json.dumps({"address": office.addresses[seat], "kind": TEXT, "text": "2"}), timedelta(hours=1))
            for seat in seats
        ]
        with counting(statements):
            handled(office, tmp_path, house, updates, 100).close()
        counts.append(sum("INSERT INTO inbox" not in statement for statement in statements))
    assert counts[0] == counts[1] < 40


@contextmanager
def counting(statements: list[str]) -> Iterator[None]:
    """Every statement any engine runs meanwhile."""

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield
    event.remove(Engine, "before_cursor_execute", note)
