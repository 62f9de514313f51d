"""Whatever is answered, frozen, erased and corrected in whatever order: no score falls, and the recount agrees."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from participation.figures import round_figures
from participation.key_changes import SameKey
from participation.rescoring import correct_key
from store.database import Database
from store.tables import Answer
from tests.participation.test_recount import DEEDS, SMALL, Deed, Office, module_database, undone  # noqa: F401

KEYS = ((1,), (2,), (3,), (1, 2), (1, 3), (2, 3))


class CorrectingOffice(Office):
    """An office whose admin changes his mind about the keys."""

    def _rekey(self, _person: int, what: int) -> None:
        before, figure = self._rightness(), self._people()
        self.now += timedelta(minutes=1)
        try:
            correct_key(self.session, f"cau-{1 + what % 2}", KEYS[what % len(KEYS)], "Sai đáp án", "cli", self.now)
        except SameKey:
            return
        after = self._rightness()
        assert all(after[one] for one, was_right in before.items() if was_right)
        assert self._people() == figure

    def _rightness(self) -> dict[int | None, bool]:
        return {row.id: row.is_right for row in self.session.exec(select(Answer))}

    def _people(self) -> list[tuple[int, ...]]:
        """Everything but the score, published and corrected."""
        told = [round_figures(self.session, self.round.id or 0, unit, self.now) for unit in self.units]
        return [
            (counts.snapshot, counts.exempt, counts.participants, counts.finished, counts.outside, counts.questions)
            for one in told
            if one is not None
            for counts in (one.counts, one.corrected or one.counts)
        ]


MANY = st.lists(
    st.tuples(st.sampled_from((*DEEDS, "answer", "answer", "answer", "rekey", "rekey", "freeze")), SMALL, SMALL),
    max_size=40,
)


def lives(database: Database, history: list[Deed]) -> None:
    with undone(database) as session:
        office = CorrectingOffice(session)
        office.opens()
        for place, deed in enumerate(history):
            office.does(deed)
            if deed[0] == "rekey" or place % 5 == 4:
                office.agrees()
        office.agrees()


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(history=MANY)
def test_no_score_falls_and_the_recount_agrees_whatever_is_corrected_when(
    module_database: Database,  # noqa: F811
    history: list[Deed],
) -> None:
    lives(module_database, history)


@pytest.mark.parametrize(
    "history",
    [
        [("answer", 0, 0), ("answer", 0, 1), ("rekey", 0, 0), ("freeze", 0, 0), ("rekey", 0, 2), ("rekey", 0, 4)],
        [("answer", 1, 0), ("freeze", 0, 0), ("rekey", 0, 0), ("erase", 1, 0), ("rekey", 0, 4)],
        [("answer", 6, 4), ("answer", 2, 4), ("answer", 2, 1), ("close", 0, 0), ("rekey", 0, 2), ("freeze", 0, 0)],
    ],
)
def test_some_corrected_histories_agree_on_both_databases(any_database: Database, history: list[Deed]) -> None:
    lives(any_database, history)
