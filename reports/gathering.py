"""Gathering: all a report says about one unit over a span, as one value that every file is written from.

A round that is still open is told and marked. It is in no sum, unless the report is about nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from content.cells import clean
from participation.counting import Counts, pooled
from participation.figures import RoundFigures, corrections
from participation.periods import PeriodFigures, figures_over
from participation.shares import Share
from reports.annex import Row, pooled_rows
from reports.breakdown import Cell, annex
from reports.spans import Span, rounds_of
from reports.standing import Standing, standing
from store.tables import Plan, Round, Unit

WEAKEST = 5  # topics told of


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round of the span. `is_summed` when it is part of the sums; `plan` tells rounds of several plans apart."""

    found: Standing
    state: str
    is_summed: bool
    plan: str

    @property
    def figures(self) -> RoundFigures:
        """Those of the unit, or of what it came out of pooled: see `was`."""
        return self.found.figures

    @property
    def was(self) -> tuple[str, ...]:
        """What the unit came out of, when the round is from before that."""
        return self.found.was

    @property
    def change(self) -> str:
        """How it came out of them, as in `Stood`."""
        return self.found.stood.change

    @property
    def corrected(self) -> Share | None:
        """Participation after corrections, where it differs from the published one."""
        counts = self.figures.corrected
        share = counts.participation if counts else None
        return share if share and share != self.figures.participation else None


@dataclass(frozen=True, slots=True)
class Amendment:
    """Why a round's published figures were corrected, and when; whom it was about is not told."""

    number: int
    entered_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """A report. `total` adds up the summed rounds: over several rounds it counts attempts, in `over` people count once.

    `weakest` are topics by name, the lowest share first. Final when every round told of is.
    """

    span: Span
    unit_name: str
    rounds: tuple[RoundLine, ...]
    total: Counts
    over: PeriodFigures
    rows: tuple[Row, ...]
    weakest: tuple[tuple[str, Share], ...]
    amendments: tuple[Amendment, ...]
    as_of: datetime
    is_final: bool
    grace_minutes: int

    @property
    def participation(self) -> Share:
        """Tham gia over the summed rounds."""
        return self.total.participation

    @property
    def completion(self) -> Share:
        """Hoàn thành over the summed rounds."""
        return self.total.completion

    @property
    def connected(self) -> Share:
        """Kết nối over the summed rounds."""
        return self.total.connection

    @property
    def accepted(self) -> Share:
        """Gửi thành công over the summed rounds."""
        return self.total.acceptance

    @property
    def summed(self) -> int:
        """How many rounds the sums are of."""
        return sum(line.is_summed for line in self.rounds)


def gather(session: Session, unit_id: int, span: Span, topics: Mapping[str, str], now: datetime) -> Gathered | None:
    """Everything to be told of a unit and what is below it; None when no round of the span knows it or what it was."""
    found = rounds_of(session, span, unit_id)
    if not found:
        return None
    lines = _lines(session, found, unit_id, now)
    summed = [line.figures.round_id for line in lines if line.is_summed]
    over = figures_over(session, unit_id, summed)
    is_final = all(line.figures.is_final for line in lines)
    return Gathered(
        span=span,
        unit_name=session.get_one(Unit, unit_id).name,
        rounds=lines,
        total=pooled(line.figures.counts for line in lines if line.is_summed),
        over=over,
        rows=_rows(session, [line for line in lines if line.is_summed]),
        weakest=_weakest(over, topics),
        amendments=_amendments(session, lines),
        as_of=max(line.figures.as_of for line in lines) if is_final else now,
        is_final=is_final,
        grace_minutes=max(round_.grace_minutes for round_ in found),
    )


def _lines(session: Session, found: Sequence[Round], unit_id: int, now: datetime) -> tuple[RoundLine, ...]:
    only_open = all(round_.state == "open" for round_ in found)
    plans = {plan.id: plan.name for plan in session.exec(select(Plan))}
    several = len({round_.plan_id for round_ in found}) > 1
    return tuple(
        RoundLine(stood, round_.state, only_open or round_.state != "open", plans[round_.plan_id] if several else "")
        for round_ in found
        if (stood := standing(session, round_, unit_id, now)) is not None
    )


def _rows(session: Session, lines: Sequence[RoundLine]) -> tuple[Row, ...]:
    """The annex. Rounds in which the unit had nothing below it are told as those of its own staff, if others had."""
    annexes = [annex(session, line.figures.round_id, line.figures.unit_id) for line in lines]
    if not any(annexes):
        return ()
    return pooled_rows([cells or _alone(line.figures) for cells, line in zip(annexes, lines, strict=True)])


def _alone(figures: RoundFigures) -> tuple[Cell, ...]:
    cell = Cell(figures.unit_id, figures.unit_name, figures.counts, is_own=True)
    return (cell,) if figures.counts.base else ()


def _weakest(over: PeriodFigures, topics: Mapping[str, str]) -> tuple[tuple[str, Share], ...]:
    ranked = sorted(over.topics.items(), key=lambda topic: (topic[1].tenths or 0, topic[0]))
    return tuple((topics.get(code, code), share) for code, share in ranked[:WEAKEST])


def _amendments(session: Session, lines: Sequence[RoundLine]) -> tuple[Amendment, ...]:
    """The corrections that changed these figures, each reason of a moment once."""
    found: dict[Amendment, None] = {}
    for line in lines:
        stood = line.found.stood.parts
        made = [one for unit in stood for one, _ in corrections(session, line.figures.round_id, unit)]
        for one in sorted(made, key=lambda one: one.id or 0):
            found[Amendment(line.figures.number, one.entered_at, clean(one.reason))] = None
    return tuple(found)
