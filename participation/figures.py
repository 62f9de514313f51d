"""Figures (số liệu): the counts and percentages of a round, provisional or final. The formulas stand in `counting`.

S is the snapshot at opening, E the exempt who gave no answer, D = |S| − |E|. Transfers count at the opening unit;
parents pool the counts of their units. Final means frozen at closing + 1 working day; what changes after closing
is a correction that stands beside the published figure.
"""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, exists, update
from sqlmodel import Session, col, select

from participation import counters
from participation.counting import Counts, Place, counts_of, pooled, subtree
from participation.shares import Share
from store import ledger
from store.tables import Answer, Correction, Member, Round, RoundUnit

log = logging.getLogger(__name__)


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
    counts = counters.below(session, round_id, unit_id)
    changes = [change for _, change in corrections(session, round_id, unit_id)]
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
        corrected=pooled([counts, *changes]) if changes else None,
    )


def counts_by_unit(session: Session, round_: Round, unit_ids: Collection[int] | None = None) -> dict[int, Counts]:
    """Each unit's own counts (without its children), of these units only: the frozen ones once the round is final."""
    return counters.of_units(session, round_.id or 0, unit_ids)


def freeze(session: Session, round_id: int, now: datetime) -> None:
    """Make a round's figures final: each unit's counts no longer move. Twice does no harm.

    Counts kept wrongly would be a fault of ours; they are put right before they are published, and told in the log.
    """
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if round_.state == "frozen":
        return
    for unit_id, (kept, counted) in counters.finish(session, round_id).items():
        log.error("round %s, unit %s: counts were kept as %s and are %s", round_id, unit_id, kept, counted)
    _settle_corrections(session, round_id)
    round_.state, round_.frozen_at = "frozen", now
    session.add(round_)
    ledger.record(session, "frozen", now, round_id=round_id)
    _forget_scores_of_the_erased(session, round_id)


def corrections(session: Session, round_id: int, unit_id: int) -> list[tuple[Correction, Counts]]:
    """The corrections of a unit and of what is below it, oldest first, with what each adds to the counts.

    Without those that an answer has overtaken: leave entered within the grace of a person who answered after all.
    """
    made = session.exec(select(Correction).where(Correction.round_id == round_id).order_by(col(Correction.id))).all()
    below = subtree(_places(session, round_id), unit_id) if made else set()
    found = [(one, _change(session, one)) for one in made if one.unit_id in below]
    return [(one, change) for one, change in found if change != Counts()]


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
    change = _exempted(member)
    (correction,) = _corrected(session, round_, {member.unit_id: change}, reason, entered_by, now)
    correction.person_id = person_id
    session.add(correction)
    ledger.audit(session, entered_by, "correct_exemption", f"round {round_id}", now, reason=reason)
    session.flush()
    return correction


def correct_rights(
    session: Session, round_: Round, raised: Mapping[int, int], reason: str, entered_by: str, now: datetime
) -> None:
    """So many answers became right in each unit after freezing: one correction for each unit whose score changes."""
    changes = {unit: Counts(rights=rights) for unit, rights in raised.items()}
    session.add_all(_corrected(session, round_, changes, reason, entered_by, now))
    session.flush()


def raised_scores(session: Session, round_id: int, rights: Mapping[int, int]) -> dict[int, int]:
    """So many answers of each person became right: by how much the score of each unit rises, that of who finished."""
    finished = select(Member.person_id, Member.unit_id).where(
        Member.round_id == round_id, col(Member.finished_at).is_not(None)
    )
    by_unit: dict[int, int] = {}
    for person, unit in session.exec(finished):
        if person in rights:
            by_unit[unit] = by_unit.get(unit, 0) + rights[person]
    return dict(sorted(by_unit.items()))


def _corrected(
    session: Session, round_: Round, changes: Mapping[int, Counts], reason: str, entered_by: str, now: datetime
) -> list[Correction]:
    """One correction for each unit whose counts change, on top of all earlier ones; not yet written."""
    round_id, published = round_.id or 0, counts_by_unit(session, round_)
    known = session.exec(select(Correction).where(Correction.round_id == round_id)).all()
    made = []
    for unit_id, change in changes.items():
        earlier = [_change(session, one) for one in known if one.unit_id == unit_id]
        before = pooled([published.get(unit_id, Counts()), *earlier])
        made.append(
            Correction(
                round_id=round_id,
                unit_id=unit_id,
                reason=reason,
                entered_by=entered_by,
                entered_at=now,
                before=_dumped(before),
                after=_dumped(before + change),
            )
        )
    return made


def _change(session: Session, made: Correction) -> Counts:
    """What a correction adds. While the round is not final, an absent person's follows the person."""
    if made.person_id is not None and session.get_one(Round, made.round_id).state != "frozen":
        return _exempted(session.get_one(Member, (made.round_id, made.person_id)))
    return Counts(**json.loads(made.after)) + -Counts(**json.loads(made.before))


def _exempted(member: Member) -> Counts:
    """What changes when a member turns out to have been exempt; nothing for one who took part or is exempt anyway."""
    return Counts() if member.answers else Counts(snapshot=1, exempt=1) + -counts_of(member)


def _settle_corrections(session: Session, round_id: int) -> None:
    """What corrections of persons add is written down for good with the counts they stand beside."""
    made = session.exec(
        select(Correction).where(Correction.round_id == round_id, col(Correction.person_id).is_not(None))
    )
    for one in made.all():
        one.after = _dumped(Counts(**json.loads(one.before)) + _change(session, one))
        session.add(one)


def _dumped(counts: Counts) -> str:
    return json.dumps(counts._asdict())


def _places(session: Session, round_id: int) -> Sequence[Place]:
    """Which unit stood below which; as plain rows, for a big office has a thousand of them."""
    query = select(RoundUnit.unit_id, RoundUnit.parent_id).where(RoundUnit.round_id == round_id)
    return session.execute(query).all()


def _forget_scores_of_the_erased(session: Session, round_id: int) -> None:
    """People whose answers were erased lose their score here too, now that the unit's counts are written down."""
    kept = exists().where(and_(col(Answer.round_id) == round_id, col(Answer.person_id) == col(Member.person_id)))
    session.execute(
        update(Member).where(col(Member.round_id) == round_id, col(Member.answers) > 0, ~kept).values(rights=0)
    )
