"""A head who solves for what is not shown finds no group of fewer than five: not by levels, rounds, mergers, reviews or
corrections.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlmodel import Session, col, select

from participation import rescoring
from participation.counting import Counts
from participation.figures import correct_exemption, counts_by_unit, freeze, round_figures
from participation.periods import PeriodFigures, figures_over
from participation.scores import corrected_score
from participation.shares import Share
from participation.small_groups import SMALLEST_SHOWN
from participation.units import office_day
from reports.breakdown import annex, breakdown
from reports.gathering import gather
from reports.spans import Span
from reports.standing import may_read
from store.database import Database
from store.tables import Answer, Member, Occurrence, Person, RecallAsk, Round, RoundUnit, Unit, UnitLineage
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, open_round, reviewed
from tests.participation.rounds import answer as answered
from tests.reconciliation.attacker import Attacker, Unknown

NOW = CLOSES + timedelta(days=20)
SIZES = (0, 0, 1, 2, 3, 4, 5, 6, 7, 12)
ROUNDS = 3
TOPIC, NOTHING = "giao-tiep", Share(0, 0)


class Scene:
    """Three rounds of an office with many small units; between them one person moves, a unit changes its parent, and
    units become one, are split or get another name.
    """

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.chance = session, random.Random(seed)
        self.units = [add_unit(session, "S")]
        for number in range(self.chance.randint(6, 13)):
            self.units.append(add_unit(session, f"P{number}", self.chance.choice(self.units[-6:])))
        self.standing = list(self.units)
        for unit in self.units:
            add_people(session, unit, self.chance.choice(SIZES))
        self.questions = add_questions(session, 2)
        self.before: dict[int, list[int]] = {}  # unit → what it came out of
        self.rounds = [self._round(number) for number in range(ROUNDS)]
        self.parents = {
            round_id: {unit.unit_id: unit.parent_id for unit in self._tree(round_id)} for round_id in self.rounds
        }
        self.names = {unit.name: unit.unit_id for one in self.rounds for unit in self._tree(one)}

    def everybody(self) -> list[int]:
        return [person or 0 for person in self.session.exec(select(Person.id).order_by(col(Person.id)))]

    def spans(self) -> list[list[int]]:
        """What reports may be about: each round, two in a row, all of them."""
        return [[one] for one in self.rounds] + [list(two) for two in pairwise(self.rounds)] + [self.rounds]

    def below(self, round_id: int, unit: int) -> list[Unknown]:
        """A unit with everything below it as it stood, or what it came out of."""
        stood = self._stood(round_id, unit)
        return [(round_id, one) for one in self.parents[round_id] if stood & {*self.way(round_id, one)}]

    def way(self, round_id: int, unit: int) -> list[int]:
        """From a unit up to the top."""
        found, at = list[int](), unit
        while at in self.parents[round_id]:
            found.append(at)
            at = self.parents[round_id][at] or 0
        return found

    def shown_units(self, round_id: int, head: int) -> list[int]:
        """The unit headed and every unit below that may be shown apart, as pages of their own."""
        return [unit for unit in self.units if may_read(self.session, round_id, unit, {head})]

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
            if self.chance.random() < 0.4:
                reviewed(self.session, round_, person, self.questions[0], is_right=self.chance.random() < 0.7)
        round_.state = "closed"
        freeze(self.session, round_.id or 0, CLOSES + moved + timedelta(days=1))
        mover = self.session.get_one(Person, self.chance.choice(self.everybody()))
        mover.unit_id = self.chance.choice(self.standing)
        self._moves_a_unit()
        if number < ROUNDS - 1:
            self._rearranges(*self.chance.choice(((1, 1), (2, 1), (3, 1), (1, 2))))
        self.session.flush()
        return round_.id or 0

    def _moves_a_unit(self) -> None:
        """One with nothing below it, lest a circle be made."""
        parents = set(self.session.exec(select(Unit.parent_id)).all())
        leaf = [unit for unit in self.standing if unit not in parents][-1]
        others = [unit for unit in self.standing[:3] if unit != leaf]
        self.session.get_one(Unit, leaf).parent_id = self.chance.choice(others)

    def _rearranges(self, ended: int, founded: int) -> None:
        """So many neighbours become so many new units, with all their people and what lies below them."""
        first = self.session.get_one(Unit, self.chance.choice(self.standing[1:]))
        near = select(Unit.id).where(Unit.parent_id == first.parent_id, col(Unit.valid_until_on).is_(None))
        old = [unit or 0 for unit in self.session.exec(near.order_by(col(Unit.id)))][:ended]
        made = [add_unit(self.session, f"N{len(self.units) + one}", first.parent_id) for one in range(founded)]
        heirs = {unit: self.chance.choice(made) for unit in old}
        for unit in old:
            self.session.get_one(Unit, unit).valid_until_on = OPENS.date()
            self.session.add_all(UnitLineage(unit_id=new, predecessor_id=unit) for new in made)
            for child in self.session.exec(select(Unit).where(Unit.parent_id == unit)).all():
                child.parent_id = heirs[unit]
            for person in self.session.exec(select(Person).where(Person.unit_id == unit)).all():
                person.unit_id = self.chance.choice(made)
        self.before |= dict.fromkeys(made, old)
        self.units += made
        self.standing = [unit for unit in self.standing if unit not in old] + made

    def _stood(self, round_id: int, unit: int) -> set[int]:
        if unit in self.parents[round_id]:
            return {unit}
        return set[int]().union(*(self._stood(round_id, one) for one in self.before.get(unit, [])))

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
    assert_reports_tell_of_nothing_small(scene, answers, lambda found: found.topics.get(TOPIC, NOTHING))


def test_no_small_group_s_retention_follows_from_reports_of_any_span_and_unit(scene: Scene) -> None:
    asked = (
        select(Member.round_id, Member.unit_id, Member.person_id)
        .join(Occurrence, col(Occurrence.round_id) == col(Member.round_id))
        .join(RecallAsk, col(RecallAsk.occurrence_id) == col(Occurrence.id))
        .where(RecallAsk.person_id == Member.person_id)
    )
    reviews = scene.session.exec(asked.distinct()).all()
    assert_reports_tell_of_nothing_small(scene, reviews, lambda found: found.retention or NOTHING)


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


def assert_reports_tell_of_nothing_small(
    scene: Scene, behind: Iterable[tuple[int, int, int]], figure: Callable[[PeriodFigures], Share]
) -> None:
    """What reports tell of results, known by the people behind it; and several rounds are the sum of each."""
    sizes: dict[Unknown, int] = {}
    for round_id, unit, _ in behind:
        sizes[round_id, unit] = sizes.get((round_id, unit), 0) + 1
    told = {
        (round_id, unit): figure(figures_over(scene.session, unit, [round_id]))
        for round_id in scene.rounds
        for unit in scene.units
    }
    assert any(share.base for share in told.values())
    for head in scene.units:
        attacker = Attacker(sizes)
        for round_id in scene.rounds:
            for unit in scene.shown_units(round_id, head):
                if told[round_id, unit].base:
                    attacker.learns(scene.below(round_id, unit))
        assert_nothing_small(attacker, scene, 0)
    for unit in scene.units:
        for span in scene.spans():
            alone = sum((told[round_id, unit] for round_id in span), NOTHING)
            assert figure(figures_over(scene.session, unit, span)) == alone


def attacker_reads_page(attacker: Attacker, scene: Scene, round_id: int, unit: int) -> None:
    found = breakdown(scene.session, round_id, unit, NOW)
    for cell in found.shown if found else ():  # a round from before the unit has no such page
        attacker.learns([(round_id, cell.unit_id)] if cell.is_own else scene.below(round_id, cell.unit_id))


def attacker_reads_report(attacker: Attacker, scene: Scene, head: int, span: Sequence[int]) -> None:
    """A row of a report adds up the rounds in which its unit stood at this place below the head's."""
    first, *_, last = (scene.session.get_one(Round, one) for one in (span[0], *span))
    days = Span("days", office_day(first.closes_at), office_day(last.closes_at))
    found = gather(scene.session, head, days, {}, NOW)
    known = [placed(scene, round_id, head) for round_id in span if scene.below(round_id, head)]
    assert bool(known) is (found is not None)
    path: list[int] = []
    for row in found.rows if found else ():
        path[row.depth - 1 :] = [0 if row.is_own else scene.names[row.name]]
        if not row.is_hidden:
            attacker.learns([cell for cells in known for cell in cells.get(tuple(path), [])])


def placed(scene: Scene, round_id: int, head: int) -> dict[tuple[int, ...], list[Unknown]]:
    """Where each cell of a round's annex stands below the head's unit, and whom it counts; own staff stand at 0."""
    path, found = list[int](), {}
    for cell in annex(scene.session, round_id, head):
        path[cell.depth - 1 :] = [0 if cell.is_own else cell.unit_id]
        found[tuple(path)] = [(round_id, cell.unit_id)] if cell.is_own else scene.below(round_id, cell.unit_id)
    return found or {(0,): scene.below(round_id, head)}


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
