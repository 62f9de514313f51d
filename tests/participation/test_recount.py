"""Every percentage equals an independent recomputation from the log, whatever history led to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from participation import counters, exemptions, figures, joining, privacy, reach
from participation.accounts import linked_accounts
from participation.census import census
from participation.counting import Counts, pooled
from participation.figures import counts_by_unit, round_figures
from participation.recount import recount
from participation.refusals import Refusal
from store.database import Database
from store.tables import Delivery, Member, Person, Round
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, link, open_round

PEOPLE, UNITS = 6, 3
DEEDS = ("link", "unlink", "block", "unblock", "answer", "exempt", "leave", "transfer", "erase", "send", "close")
OFTEN = ("answer", "answer", "send", "link")
SMALL = st.integers(0, 6)
HISTORY = st.lists(st.tuples(st.sampled_from((*DEEDS, *OFTEN, "freeze")), SMALL, SMALL), max_size=30)
BEFORE = st.lists(st.tuples(st.sampled_from(("link", "exempt", "block")), SMALL, SMALL), max_size=8)
Deed = tuple[str, int, int]


class Office:
    """Three units in a row, two people each; deeds happen one minute apart."""

    def __init__(self, session: Session) -> None:
        self.session, self.now = session, OPENS - timedelta(days=1)
        self.units: list[int] = []
        for number in range(UNITS):
            self.units.append(add_unit(session, f"U{number}", self.units[-1] if number else None))
        self.people = [person for unit in self.units for person in add_people(session, unit, PEOPLE // UNITS)]
        self.questions = add_questions(session, 2)
        self.round: Round

    def opens(self) -> None:
        """The round begins; the newcomer joins the roster after it."""
        self.now = OPENS
        self.round = open_round(self.session, self.questions)
        self.people += add_people(self.session, self.units[0], 1)

    def does(self, deed: Deed) -> None:
        """One deed by or to one person; what the rules refuse changes nothing."""
        name, who, what = deed
        self.now += timedelta(minutes=1)
        act: Callable[[int, int], Any] = getattr(self, f"_{name}")
        act(self.people[who % len(self.people)], what)
        self.session.flush()

    def _link(self, person: int, _what: int) -> None:
        if self.session.get_one(Person, person).status == "working":
            link(self.session, person, self.now)

    def _unlink(self, person: int, _what: int) -> None:
        for account in linked_accounts(self.session, person)[:1]:
            joining.unlink(self.session, account.id or 0, self.now)

    def _block(self, person: int, _what: int) -> None:
        for account in linked_accounts(self.session, person)[:1]:
            reach.block(self.session, account.id or 0, self.now, "blocked")

    def _unblock(self, person: int, _what: int) -> None:
        for account in linked_accounts(self.session, person):
            reach.unblock(self.session, account.id or 0, self.now)

    def _answer(self, person: int, what: int) -> None:
        try:
            minutes = (self.now - OPENS).total_seconds() / 60
            answer(self.session, self.round, person, self.questions[what % 2], 1 + what // 2, minutes=minutes)
        except Refusal:
            return

    def _exempt(self, person: int, what: int) -> None:
        first, last = date(2026, 11, 10 + (what == 1)), date(2026, 11, 12 - (what == 2))
        exemptions.enter(self.session, person, first, last, "phép", "test", self.now)

    def _leave(self, person: int, _what: int) -> None:
        self.session.get_one(Person, person).status = "left"
        for account in linked_accounts(self.session, person):
            joining.unlink(self.session, account.id or 0, self.now)
        exemptions.leave_service(self.session, person, self.now)

    def _transfer(self, person: int, what: int) -> None:
        self.session.get_one(Person, person).unit_id = self.units[what % UNITS]

    def _erase(self, person: int, _what: int) -> None:
        privacy.erase(self.session, person, self.now)

    def _send(self, person: int, what: int) -> None:
        """The opening is tried, and mostly accepted, as the drain writes it down."""
        key, round_id = f"open:1:{person}", self.round.id or 0
        accounts = [one for one in linked_accounts(self.session, person) if one.state == "active"]
        known = self.session.exec(select(Delivery).where(Delivery.key == key)).first()
        if known or not accounts or self.session.get(Member, (round_id, person)) is None:
            return
        sent = Delivery(
            key=key,
            token=key,
            account_id=accounts[0].id or 0,
            person_id=person,
            channel="web",
            kind="open",
            lane=1,
            round_id=round_id,
            body="{}",
            due_at=OPENS,
            state="sent" if what else "refused",
            tries=1,
            claimed_at=self.now,
            settled_at=self.now,
        )
        self.session.add(sent)
        reach.attempted(self.session, [(round_id, person)], self.now)
        if what:
            reach.accepted(self.session, [(round_id, person)], self.now)

    def _close(self, _person: int, _what: int) -> None:
        if self.round.state == "open":
            self.round.state, self.now = "closed", max(self.now, CLOSES + timedelta(minutes=20))
            self.session.add(self.round)

    def _freeze(self, person: int, what: int) -> None:
        self._close(person, what)
        figures.freeze(self.session, self.round.id or 0, self.now)

    def agrees(self) -> None:
        """Kept and recounted counts are the same for every unit, and parents pool their children."""
        round_id = self.round.id or 0
        kept = counts_by_unit(self.session, self.round)
        again = recount(self.session, round_id)
        assert again.differs(kept) == [], (kept, again.counts)
        if self.round.state != "frozen":
            assert kept == {unit: Counts() for unit in self.units} | census(self.session, round_id)
        for place, unit in enumerate(self.units):
            told = round_figures(self.session, round_id, unit, self.now)
            assert told is not None
            assert told.counts == pooled(kept.get(below, Counts()) for below in self.units[place:])
            assert 0 <= told.counts.finished <= told.counts.participants <= told.counts.base <= told.counts.snapshot
            assert told.counts.accepted <= told.counts.attempted
            assert told.counts.absent_unconnected + told.counts.withdrawn <= 2 * told.counts.absent


@contextmanager
def undone(database: Database) -> Iterator[Session]:
    """A transaction that is thrown away: the next history finds the store empty again."""
    with Session(database.engine, expire_on_commit=False) as session:
        try:
            yield session
        finally:
            session.rollback()


def lives(database: Database, before: list[Deed], history: list[Deed]) -> None:
    """Let a history happen, holding the figures against the log at several moments."""
    with undone(database) as session:
        office = Office(session)
        for deed in before:
            office.does(deed)
        office.opens()
        office.agrees()
        for place, deed in enumerate(history):
            office.does(deed)
            if place % 5 == 4:
                office.agrees()
        office.agrees()


@pytest.fixture(scope="module")
def module_database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One store for all histories of this file; nothing is ever committed to it."""
    path = tmp_path_factory.mktemp("recount") / "nep.db"
    path.write_bytes(sqlite_template.read_bytes())
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.close()


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(before=BEFORE, history=HISTORY)
def test_figures_equal_the_recount_whatever_happened(
    module_database: Database, before: list[Deed], history: list[Deed]
) -> None:
    lives(module_database, before, history)


@pytest.mark.parametrize(
    "history",
    [
        [("link", 0, 0), ("send", 0, 1), ("answer", 0, 2), ("answer", 0, 1), ("freeze", 0, 0), ("erase", 0, 0)],
        [("exempt", 1, 0), ("answer", 1, 0), ("leave", 1, 0), ("leave", 2, 0), ("close", 0, 0), ("exempt", 3, 0)],
        [("link", 3, 0), ("block", 3, 0), ("send", 3, 1), ("transfer", 3, 0), ("answer", 3, 4), ("unlink", 3, 0)],
        [("link", 4, 0), ("erase", 4, 0), ("link", 4, 0), ("answer", 4, 2), ("erase", 4, 0), ("freeze", 0, 0)],
        [("answer", 6, 2), ("transfer", 6, 2), ("answer", 6, 3), ("leave", 6, 0), ("freeze", 0, 0)],
    ],
)
def test_some_histories_agree_on_both_databases(any_database: Database, history: list[Deed]) -> None:
    lives(any_database, [("link", 1, 0), ("exempt", 5, 0)], history)


def test_a_planted_miscount_is_found(database: Database) -> None:
    with undone(database) as session:
        office = Office(session)
        office.opens()
        office.does(("answer", 0, 2))
        counters.add(session, office.round.id or 0, office.units[0], Counts(participants=1))
        kept = counts_by_unit(session, office.round)
        assert recount(session, office.round.id or 0).differs(kept) == [office.units[0]]
