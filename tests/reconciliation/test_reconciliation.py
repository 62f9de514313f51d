"""Every figure published in a generated year equals an independent recomputation from the raw log, in SQL."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from content.phrases import Phrases
from participation.figures import RoundFigures, round_figures
from participation.periods import PeriodFigures, moments, period_figures
from reports.breakdown import breakdown
from store.database import Database
from store.tables import Round, RoundUnit, Unit
from tests.conftest import TOLD
from tests.reconciliation.recomputed import Recomputed
from tests.reconciliation.year import Year
from tests.scheduler.fakes import InlineDatabase

WHOLE = bool(os.environ.get("NEP_WHOLE_YEAR"))  # 1,000 people, 60 units, 48 rounds: some minutes
PEOPLE, UNITS, ROUNDS = (1000, 60, 48) if WHOLE else (250, 20, 12)
QUARTERS = [(date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 1, 1), date(2026, 12, 31))]


@pytest.fixture
def year(database: Database, phrases: Phrases) -> Year:
    return Year(InlineDatabase(database), phrases, PEOPLE, UNITS)


def test_every_published_figure_equals_the_recomputation_from_the_log(
    year: Year, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    year.until(ROUNDS // 2, "Wed")  # a round is open, half of its answers are in
    first = reconciled(year, tmp_path)
    year.until(ROUNDS, "Thu")  # the last round has closed and is not frozen
    compared = first + reconciled(year, tmp_path)
    with year.database.transaction() as session:
        over = [period_figures(session, unit, *QUARTERS[1]) for unit in living(session)]
    assert sum(bool(found.was and found.topics) for found in over) > 3
    assert any(found.was and found.retention for found in over)
    told = ", ".join(f"{kind} {number}" for kind, number in sorted(year.happened.items()))
    record_property(TOLD, f"{compared} figures of units reconciled; answers {len(year.said)}; {told}")
    for kind in ("moved", "left", "added", "lineage", "unit_moved", "erased", "unlinked", "leave correction"):
        assert year.happened.get(kind), f"nothing of the kind {kind} happened"
    assert year.happened["answers raised"] > 0


def living(session: Session) -> list[int]:
    """The units there are now."""
    return [unit or 0 for unit in session.exec(select(Unit.id).where(col(Unit.valid_until_on).is_(None)))]


def reconciled(year: Year, folder: Path) -> int:
    """Hold everything published now against the log; returns how many units of rounds and periods were."""
    with year.database.transaction() as session:
        again = Recomputed(session, year.said, folder)
        figures = again.figures()
        noughts = set(next(iter(figures.values())))
        for (round_id, unit_id), counts in figures.items():
            noughts -= {name for name, count in counts.items() if count}
            found = round_figures(session, round_id, unit_id, year.now)
            assert found is not None
            assert_same(found, counts)
        assert not noughts  # comparing nothing with nothing would prove nothing
        assert_cells_are_the_units(session, year, figures)
        return len(figures) + sum(periods_agree(session, again, *quarter) for quarter in QUARTERS)


def assert_same(found: RoundFigures, again: dict[str, int]) -> None:
    """Counts as published, and beside them what corrections made of participation and score."""
    where = (found.round_id, found.unit_id, found.is_final)
    published = found.counts._asdict()
    assert published == {name: again[name] for name in published}, where
    corrected = found.corrected or found.counts
    assert (corrected.base, corrected.participants) == (again["base_now"], again["participants"]), where
    if found.is_final:
        assert (corrected.rights, corrected.questions) == (again["rights_now"], again["questions"]), where


def assert_cells_are_the_units(session: Session, year: Year, figures: dict[tuple[int, int], dict[str, int]]) -> None:
    """What a head sees of the units right below is what these units see of themselves; with the own staff, the sum."""
    for round_ in session.exec(select(Round).order_by(col(Round.id).desc()).limit(3)).all():
        for unit in session.exec(select(RoundUnit.unit_id).where(RoundUnit.round_id == round_.id)).all():
            found = breakdown(session, round_.id or 0, unit, year.now)
            assert found is not None
            for cell in (cell for cell in found.cells if not cell.is_own):
                again = figures[round_.id or 0, cell.unit_id]
                assert cell.counts._asdict() == {name: again[name] for name in cell.counts._fields}
            if found.cells:
                assert sum(cell.counts.base for cell in found.cells) == found.figures.counts.base


def periods_agree(session: Session, again: Recomputed, from_on: date, until_on: date) -> int:
    """Độ bao phủ, tham gia đều, đơn vị tham gia, ghi nhớ and right answers by topic; returns for how many units."""
    units = again.periods(*moments(from_on, until_on))
    for unit_id, numbers in units.items():
        assert told(period_figures(session, unit_id, from_on, until_on)) == numbers, (unit_id, from_on)
    return len(units)


def told(found: PeriodFigures) -> tuple[object, ...]:
    """In the order of the SQL."""
    shares = (found.coverage, found.regular, found.units)
    numbers = [number for share in shares for number in (share.n, share.base)]
    kept = (found.retention.n, found.retention.base) if found.retention else (None, None)
    return (*numbers, *kept, [(topic, share.n, share.base) for topic, share in sorted(found.topics.items())])
