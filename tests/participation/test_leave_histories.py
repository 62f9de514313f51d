"""Whatever people report, heads decide and people take back, every figure equals the recount, and E only approvals."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from participation import leave, leave_decisions
from participation.figures import counts_by_unit
from participation.refusals import Refusal
from store.database import Database
from store.tables import Correction, Exemption, Member
from tests.participation.test_recount import Deed, Office, module_database, undone

__all__ = ["module_database"]

SPANS = ((9, 13), (10, 12), (9, 11), (12, 12), (10, 11), (11, 13), (12, 20))  # days of November; the round: 10 to 12
SMALL = st.integers(0, 6)
DEEDS = ("report", "report", "approve", "approve", "refuse", "withdraw", "back", "enter", "answer", "link", "erase")
HISTORY = st.lists(st.tuples(st.sampled_from((*DEEDS, "leave", "close", "freeze")), SMALL, SMALL), max_size=25)
BEFORE = st.lists(st.tuples(st.sampled_from(DEEDS[:8]), SMALL, SMALL), max_size=10)


class LeaveOffice(Office):
    """The office of the recount, where leave is reported and decided as well."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.frozen: dict[str, object] = {}

    def does(self, deed: Deed) -> None:
        with suppress(Refusal):
            super().does(deed)
        self.session.flush()
        self.session.expire_all()
        self.holds()

    def _report(self, person: int, what: int) -> None:
        leave.report(self.session, person, *_days(what), "leave", self.now)

    def _approve(self, _person: int, what: int) -> None:
        if asked := leave_decisions.all_waiting(self.session):
            leave_decisions.approve(self.session, asked[what % len(asked)].id or 0, "head", "late", self.now)

    def _refuse(self, _person: int, what: int) -> None:
        if asked := leave_decisions.all_waiting(self.session):
            leave_decisions.refuse(self.session, asked[what % len(asked)].id or 0, "head", self.now)

    def _withdraw(self, person: int, what: int) -> None:
        mine = leave.standing(self.session, person, self.now.date())
        if mine:
            leave.withdraw(self.session, person, mine[what % len(mine)].id or 0, self.now)

    def _back(self, person: int, _what: int) -> None:
        leave.back_at_work(self.session, person, self.now)

    def _enter(self, person: int, what: int) -> None:
        leave_decisions.enter(self.session, person, *_days(what), "training", "head", "late", self.now)

    def holds(self) -> None:
        """Nobody is exempt or corrected who never had an approval; frozen counts stand still."""
        approved = {one.person_id for one in self.session.exec(select(Exemption)).all() if one.approved_at is not None}
        exempt = self.session.exec(select(Member.person_id).where(Member.exempt == "leave")).all()
        corrected = self.session.exec(select(Correction.person_id)).all()
        assert {*exempt, *corrected} <= approved
        assert len(corrected) == len(set(corrected))
        if hasattr(self, "round") and self.round.state == "frozen":
            now = dict(counts_by_unit(self.session, self.round))
            assert self.frozen.setdefault("counts", now) == now


def _days(what: int) -> tuple[date, date]:
    first, last = SPANS[what % len(SPANS)]
    return date(2026, 11, first), date(2026, 11, last)


def lives(database: Database, before: list[Deed], history: list[Deed]) -> None:
    with undone(database) as session:
        office = LeaveOffice(session)
        for deed in before:
            office.does(deed)
        office.opens()
        office.agrees()
        for place, deed in enumerate(history):
            office.does(deed)
            if place % 5 == 4:
                office.now += timedelta(hours=7)
                office.agrees()
        office.agrees()


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(before=BEFORE, history=HISTORY)
def test_figures_equal_the_recount_whatever_leave_came_and_went(
    module_database: Database, before: list[Deed], history: list[Deed]
) -> None:
    lives(module_database, before, history)


@pytest.mark.parametrize(
    "history",
    [
        [("report", 0, 0), ("approve", 0, 0), ("back", 0, 0), ("freeze", 0, 0), ("report", 1, 1), ("approve", 0, 0)],
        [("report", 0, 2), ("enter", 0, 3), ("approve", 0, 0), ("close", 0, 0), ("withdraw", 0, 0), ("enter", 1, 0)],
        [("answer", 2, 0), ("report", 2, 0), ("approve", 0, 0), ("erase", 2, 0), ("freeze", 0, 0), ("refuse", 0, 0)],
    ],
)
def test_some_histories_agree_on_both_databases(any_database: Database, history: list[Deed]) -> None:
    lives(any_database, [("report", 3, 0), ("approve", 0, 0)], history)
