"""Figures (số liệu): the counts and percentages of a round, provisional or final. The formulas stand in `counting`.

S is the snapshot at opening, E the exempt who gave no answer, D = |S| − |E|. Transfers count at the opening unit;
parents pool the counts of their units. Final means frozen at closing + 1 working day; what changes after closing
is a correction that stands beside the published figure.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime

from sqlalchemy import and_, exists, update
from sqlmodel import Session, col, select

from participation.counting import Counts, Place, is_linked, live_counts, pooled, subtree
from participation.shares import Share
from store import ledger
from store.tables import Answer, Correction, Member, Round, RoundUnit


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """The figures of one unit with everything below it in one round, as of a moment."""

    round_id: int
    number: int
    opens_at: datetime
    closes_at: datetime
    unit_id: int
    unit_name: str
    counts: Counts
    is_final: bool
    as_of: datetime
    corrected: Counts | None = field(default=None)

    @property
    def connected(self) -> Share:
        """Kết nối: people in D with a linked account ÷ D."""
        return self.counts.connection

    @property
    def accepted(self) -> Share:
        """Gửi thành công: accepted by the platform ÷ attempted. Not a read receipt."""
        return self.counts.acceptance

    @property
    def participation(self) -> Share:
        """Tham gia: people with at least one valid answer ÷ D."""
        return self.counts.participation

    @property
    def completion(self) -> Share:
        """Hoàn thành: people who answered every question ÷ D."""
        return self.counts.completion

    @property
    def score(self) -> Share:
        """Điểm trung bình: right answers of those who finished ÷ the questions put to them."""
        return self.counts.score


def round_figures(session: Session, round_id: int, unit_id: int, now: datetime) -> RoundFigures | None:
    """Figures of a unit's subtree as it stood at opening; None when the round does not know the unit."""
    unit = session.get(RoundUnit, (round_id, unit_id))
    if unit is None:
        return None
    round_ = session.get_one(Round, round_id)
    below = subtree(_places(session, round_id), unit_id)
    counts = pooled(counts_by_unit(session, round_, below).values())
    change = _corrections(session, round_id, below)
    return RoundFigures(
        round_id=round_id,
        number=round_.number,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        unit_id=unit_id,
        unit_name=unit.name,
        counts=counts,
        is_final=round_.state == "frozen",
        as_of=round_.frozen_at or now,
        corrected=counts + change if change else None,
    )


def counts_by_unit(session: Session, round_: Round, unit_ids: Collection[int] | None = None) -> dict[int, Counts]:
    """Each unit's own counts (without its children), of these units only: the frozen ones once the round is final."""
    if round_.state != "frozen":
        return live_counts(session, round_.id or 0, unit_ids)
    query = select(RoundUnit.unit_id, RoundUnit.frozen).where(RoundUnit.round_id == round_.id)
    if unit_ids is not None:
        query = query.where(col(RoundUnit.unit_id).in_(unit_ids))
    return {unit_id: Counts(**json.loads(frozen)) for unit_id, frozen in session.exec(query)}


def freeze(session: Session, round_id: int, now: datetime) -> None:
    """Make a round's figures final: each unit's counts are written down and no longer move. Twice does no harm."""
    round_ = session.get_one(Round, round_id, with_for_update=True)
    if round_.state == "frozen":
        return
    live = live_counts(session, round_id)
    for unit in _units(session, round_id):
        unit.frozen = json.dumps(asdict(live.get(unit.unit_id, Counts())))
        session.add(unit)
    round_.state, round_.frozen_at = "frozen", now
    session.add(round_)
    ledger.record(session, "frozen", now, round_id=round_id)
    _forget_scores_of_the_erased(session, round_id)


def correct_exemption(
    session: Session, round_id: int, person_id: int, reason: str, entered_by: str, now: datetime
) -> Correction | None:
    """After closing, an approved absence is a correction: the published figure stays, both are shown.

    None when the person is not in the round's denominator without an answer, or is corrected already.
    """
    member = session.get(Member, (round_id, person_id))
    known = select(Correction).where(Correction.round_id == round_id, Correction.person_id == person_id)
    if member is None or member.exempt or member.answers or session.exec(known).first():
        return None
    round_ = session.get_one(Round, round_id)
    is_connected = bool(session.scalar(select(is_linked(person_id))))
    change = Counts(
        exempt=1,
        connected=-int(is_connected),
        attempted=-int(member.attempted_at is not None),
        accepted=-int(member.accepted_at is not None),
        absent_unconnected=-int(not is_connected),
    )
    (correction,) = _corrected(session, round_, {member.unit_id: change}, reason, entered_by, now)
    correction.person_id = person_id
    session.add(correction)
    ledger.audit(session, entered_by, "correct_exemption", f"round {round_id}", now, reason=reason)
    session.flush()
    return correction


def correct_rights(
    session: Session, round_: Round, rights: Mapping[int, int], reason: str, entered_by: str, now: datetime
) -> int:
    """So many answers of each person became right after freezing: one correction for each unit whose score changes.

    A score is that of the people who finished. Returns how many units were corrected.
    """
    finished = select(Member.person_id, Member.unit_id).where(
        Member.round_id == round_.id, col(Member.finished_at).is_not(None)
    )
    by_unit: dict[int, int] = {}
    for person, unit in session.exec(finished):
        if person in rights:
            by_unit[unit] = by_unit.get(unit, 0) + rights[person]
    changes = {unit: Counts(rights=raised) for unit, raised in sorted(by_unit.items())}
    session.add_all(_corrected(session, round_, changes, reason, entered_by, now))
    session.flush()
    return len(by_unit)


def _corrected(
    session: Session, round_: Round, changes: Mapping[int, Counts], reason: str, entered_by: str, now: datetime
) -> list[Correction]:
    """One correction for each unit whose counts change, on top of all earlier ones; not yet written."""
    round_id, published = round_.id or 0, counts_by_unit(session, round_)
    corrections = []
    for unit_id, change in changes.items():
        before = published.get(unit_id, Counts()) + (_corrections(session, round_id, {unit_id}) or Counts())
        corrections.append(
            Correction(
                round_id=round_id,
                unit_id=unit_id,
                reason=reason,
                entered_by=entered_by,
                entered_at=now,
                before=json.dumps(asdict(before)),
                after=json.dumps(asdict(before + change)),
            )
        )
    return corrections


def _places(session: Session, round_id: int) -> Sequence[Place]:
    """Which unit stood below which; as plain rows, for a big office has a thousand of them."""
    query = select(RoundUnit.unit_id, RoundUnit.parent_id).where(RoundUnit.round_id == round_id)
    return session.execute(query).all()


def _units(session: Session, round_id: int) -> list[RoundUnit]:
    return list(session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id)))


def _corrections(session: Session, round_id: int, unit_ids: set[int]) -> Counts | None:
    """What the corrections of a round add to its counts in these units, or None when there are none."""
    made_here = select(Correction).where(Correction.round_id == round_id, col(Correction.unit_id).in_(unit_ids))
    changes = [
        Counts(**json.loads(made.after)) + _negative(Counts(**json.loads(made.before)))
        for made in session.exec(made_here).all()
    ]
    return pooled(changes) if changes else None


def _negative(counts: Counts) -> Counts:
    return Counts(*(-getattr(counts, part.name) for part in fields(counts)))


def _forget_scores_of_the_erased(session: Session, round_id: int) -> None:
    """People whose answers were erased lose their score here too, now that the unit's counts are written down."""
    kept = exists().where(and_(col(Answer.round_id) == round_id, col(Answer.person_id) == col(Member.person_id)))
    session.execute(
        update(Member).where(col(Member.round_id) == round_id, col(Member.answers) > 0, ~kept).values(rights=0)
    )
