"""A head who solves for what is not shown finds no group of fewer than five: not by levels, rounds or corrections."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlmodel import Session, col, select

from participation import rescoring
from participation.counting import Counts
from participation.figures import correct_exemption, counts_by_unit, freeze, round_figures
from participation.periods import figures_over, moments
from participation.scores import corrected_score
from participation.shares import Share
from participation.small_groups import SMALLEST_SHOWN
from reports.annex import pooled_rows
from reports.breakdown import annex, breakdown, may_be_shown
from store.database import Database
from store.tables import Answer, Person, Round, RoundUnit, Unit
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, open_round
from tests.participation.rounds import answer as answered
from tests.reconciliation.attacker import Attacker, Unknown

NOW = CLOSES + timedelta(days=20)
YEAR = moments(date(2026, 1, 1), date(2026, 12, 31))
SIZES = (0, 0, 1, 2, 3, 4, 5, 6, 7, 12)
ROUNDS = 3
TOPIC = "giao-tiep"


class Scene:
    """Three rounds of an office with many small units; between them one person moves, and a unit changes its parent."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.chance = session, random.Random(seed)
        self.units = [add_unit(session, "S")]
        for number in range(self.chance.randint(6, 13)):
            self.units.append(add_unit(session, f"P{number}", self.chance.choice(self.units[-6:])))
        for unit in self.units:
            add_people(session, unit, self.chance.choice(SIZES))
        self.questions = add_questions(session, 2)
        self.rounds = [self._round(number) for number in range(ROUNDS)]
        self.names = {unit.name: unit.unit_id for unit in self._tree(self.rounds[0])}
        self.parents = {
            round_id: {unit.unit_id: unit.parent_id for unit in self._tree(round_id)} for round_id in self.rounds
        }

    def everybody(self) -> list[int]:
        return [person or 0 for person in self.session.exec(select(Person.id).order_by(col(Person.id)))]

    def spans(self) -> list[list[int]]:
        """What reports may be about: each round, two in a row, all of them."""
        return [[one] for one in self.rounds] + [list(two) for two in pairwise(self.rounds)] + [self.rounds]

    def below(self, round_id: int, unit: int) -> list[Unknown]:
        """A unit with everything below it as it stood."""
        return [(round_id, one) for one in self.parents[round_id] if unit in self.way(round_id, one)]

    def way(self, round_id: int, unit: int) -> list[int]:
        """From a unit up to the top."""
        found, at = list[int](), unit
        while at in self.parents[round_id]:
            found.append(at)
            at = self.parents[round_id][at] or 0
        return found

    def shown_units(self, round_id: int, head: int) -> list[int]:
        """The unit headed and every unit below that may be shown apart, as pages of their own."""
        below = [unit for _, unit in self.below(round_id, head)]
        return [unit for unit in below if may_be_shown(self.session, round_id, head, unit)]

    def targets(self) -> Iterator[list[Unknown]]:
        """Cells worth deriving: a unit's own staff, and a unit with everything below it, in each round."""
        for round_id in self.rounds:
            for unit in self.parents[round_id]:
                yield [(round_id, unit)]
                yield self.below(round_id, unit)

    def _round(self, number: int) -> int:
        moved = timedelta(days=7 * number)
        round_ = open_round(self.session, self.questions, OPENS + moved, CLOSES + moved)
        for person in self.everybody():
            if self.chance.random() < 0.7:
                for question in self.questions[: self.chance.choice((1, 2, 2))]:
                    hours = number * 168 + 1
                    answered(self.session, round_, person, question, self.chance.choice((1, 2)), hours=hours)
        round_.state = "closed"
        freeze(self.session, round_.id or 0, CLOSES + moved + timedelta(days=1))
        mover = self.session.get_one(Person, self.chance.choice(self.everybody()))
        mover.unit_id = self.chance.choice(self.units)
        self._moves_a_unit()
        self.session.flush()
        return round_.id or 0

    def _moves_a_unit(self) -> None:
        unit = self.session.get_one(Unit, self.units[-1])
        unit.parent_id = self.chance.choice(self.units[:3])

    def _tree(self, round_id: int) -> Sequence[RoundUnit]:
        return self.session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id)).all()


@pytest.fixture(params=range(8))
def scene(database: Database, request: pytest.FixtureRequest) -> Iterator[Scene]:
    with database.transaction() as session:
        yield Scene(session, request.param)


def test_no_small_unit_s_participation_follows_from_statements_pages_annexes_and_reports(scene: Scene) -> None:
    for head in scene.units:
        attacker = Attacker(_people(scene, Counts(snapshot=1)))
        for round_id in scene.rounds:
            for unit in scene.shown_units(round_id, head):
                attacker.learns(scene.below(round_id, unit))
                attacker_reads_page(attacker, scene, round_id, unit)
            for cell in annex(scene.session, round_id, head):
                if not cell.is_hidden:
                    own = [(round_id, cell.unit_id)]
                    attacker.learns(own if cell.is_own else scene.below(round_id, cell.unit_id))
        for span in scene.spans():
            attacker_reads_report(attacker, scene, head, span)
        assert_nothing_small(attacker, scene, head)


def test_no_small_group_s_accuracy_by_topic_follows_from_reports_of_any_span_and_unit(scene: Scene) -> None:
    answers = scene.session.exec(select(Answer.round_id, Answer.unit_id, Answer.person_id).distinct()).all()
    sizes: dict[Unknown, int] = {}
    for round_id, unit, _ in answers:
        sizes[round_id, unit] = sizes.get((round_id, unit), 0) + 1
    told = {
        (round_id, unit): figures_over(scene.session, unit, [round_id], *YEAR).topics.get(TOPIC, Share(0, 0))
        for round_id in scene.rounds
        for unit in scene.units
    }
    for head in scene.units:
        attacker = Attacker(sizes)
        for round_id in scene.rounds:
            for unit in scene.shown_units(round_id, head):
                if told[round_id, unit].base:
                    attacker.learns(scene.below(round_id, unit))
        assert_nothing_small(attacker, scene, 0)
    for unit in scene.units:
        for span in scene.spans():  # a report of several rounds tells no more than those of each
            alone = sum((told[round_id, unit] for round_id in span), Share(0, 0))
            assert figures_over(scene.session, unit, span, *YEAR).topics.get(TOPIC, Share(0, 0)) == alone


def test_no_small_group_s_score_follows_from_corrected_keys(scene: Scene) -> None:
    code = "cau-1"
    rescoring.correct_key(scene.session, code, [1, 2], "căn cứ đã thay đổi", "quản trị", NOW)
    for head in scene.units:
        attacker = Attacker(_people(scene, Counts(finished=1)))
        for round_id in scene.rounds:
            for unit in scene.shown_units(round_id, head):
                found = round_figures(scene.session, round_id, unit, NOW)
                if found and corrected_score(scene.session, found):
                    attacker.learns(scene.below(round_id, unit))
        assert_nothing_small(attacker, scene, 0)


def test_a_correction_beside_the_published_figure_moves_no_cell_into_view(scene: Scene) -> None:
    """A late leave takes one person out of a denominator: hiding rests on the published counts and stays as it was."""
    round_id = scene.rounds[-1]
    before = {unit: scene.shown_units(round_id, unit) for unit in scene.units}
    for person in scene.everybody():
        correct_exemption(scene.session, round_id, person, "đơn nộp muộn", "tổ chức", NOW)
    assert {unit: scene.shown_units(round_id, unit) for unit in scene.units} == before


def attacker_reads_page(attacker: Attacker, scene: Scene, round_id: int, unit: int) -> None:
    found = breakdown(scene.session, round_id, unit, NOW)
    assert found is not None
    for cell in found.shown:
        attacker.learns([(round_id, cell.unit_id)] if cell.is_own else scene.below(round_id, cell.unit_id))


def attacker_reads_report(attacker: Attacker, scene: Scene, head: int, span: Sequence[int]) -> None:
    """A row of a report adds up the rounds in which its unit stood at this place below the head's."""
    path: list[int] = []
    for row in pooled_rows([annex(scene.session, round_id, head) for round_id in span]):
        path[row.depth - 1 :] = [scene.names[row.name]]
        if row.is_hidden:
            continue
        way = [*reversed(path[:-1] if row.is_own else path), head]
        unit = way[0]
        stood = [one for one in span if scene.way(one, unit)[: len(way)] == way]
        own = [(one, unit) for one in stood]
        attacker.learns(own if row.is_own else [cell for one in stood for cell in scene.below(one, unit)])


def assert_nothing_small(attacker: Attacker, scene: Scene, head: int) -> None:
    """No cell of one to four people is derived, but for the head's own unit as a whole, where it may be seen."""
    for cells in scene.targets():
        whole = bool(head) and set(cells) >= set(_seen(attacker, scene.below(cells[0][0], head)))
        if 0 < attacker.people(cells) < SMALLEST_SHOWN and not whole:
            assert not attacker.derives(cells), (head, cells)


def _seen(attacker: Attacker, cells: Iterable[Unknown]) -> list[Unknown]:
    return [cell for cell in cells if attacker.sizes.get(cell)]


def _people(scene: Scene, which: Counts) -> dict[Unknown, int]:
    """How many people stand behind each unit's own count: all of D, or those who finished."""
    sizes = {}
    for round_id in scene.rounds:
        for unit, counts in counts_by_unit(scene.session, scene.session.get_one(Round, round_id)).items():
            sizes[round_id, unit] = counts.finished if which.finished else counts.base
    return sizes
