"""Figures (số liệu): the counts and percentages of a round, provisional or final. Computed here and nowhere else.

S is the snapshot at opening, E the exempt who gave no answer, D = |S| − |E|. Transfers count at the opening unit;
parents pool the counts of their units. Final means frozen at closing + 1 working day; what changes after closing
is a correction that stands beside the published figure.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, update
from sqlmodel import Session, col, func, select

from participation.joining import LINKED
from participation.shares import Share
from store import ledger
from store.tables import Account, Answer, Consent, Correction, Member, Round, RoundUnit


@dataclass(frozen=True, slots=True)
class Counts:
    """People of one or more units in one round. `rights` and `questions` belong to those who finished."""

    snapshot: int = 0
    exempt: int = 0
    connected: int = 0
    attempted: int = 0
    accepted: int = 0
    participants: int = 0
    finished: int = 0
    absent_unconnected: int = 0
    withdrawn: int = 0
    outside: int = 0
    rights: int = 0
    questions: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    @property
    def base(self) -> int:
        """D: everyone of the snapshot but the exempt."""
        return self.snapshot - self.exempt

    @property
    def absent(self) -> int:
        """Those of D who have not taken part."""
        return self.base - self.participants


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
        return Share(self.counts.connected, self.counts.base)

    @property
    def accepted(self) -> Share:
        """Gửi thành công: accepted by the platform ÷ attempted. Not a read receipt."""
        return Share(self.counts.accepted, self.counts.attempted)

    @property
    def participation(self) -> Share:
        """Tham gia: people with at least one valid answer ÷ D."""
        return Share(self.counts.participants, self.counts.base)

    @property
    def completion(self) -> Share:
        """Hoàn thành: people who answered every question ÷ D."""
        return Share(self.counts.finished, self.counts.base)

    @property
    def score(self) -> Share:
        """Điểm trung bình: right answers of those who finished ÷ the questions put to them."""
        return Share(self.counts.rights, self.counts.questions)


def round_figures(session: Session, round_id: int, unit_id: int, now: datetime) -> RoundFigures | None:
    """Figures of a unit's subtree as it stood at opening; None when the round does not know the unit."""
    tree = {unit.unit_id: unit for unit in _units(session, round_id)}
    if unit_id not in tree:
        return None
    round_ = session.get_one(Round, round_id)
    below = subtree(tree.values(), unit_id)
    by_unit = counts_by_unit(session, round_)
    counts = pooled(by_unit.get(unit, Counts()) for unit in below)
    change = _corrections(session, round_id, below)
    return RoundFigures(
        round_id=round_id,
        number=round_.number,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        unit_id=unit_id,
        unit_name=tree[unit_id].name,
        counts=counts,
        is_final=round_.state == "frozen",
        as_of=round_.frozen_at or now,
        corrected=counts + change if change else None,
    )


def counts_by_unit(session: Session, round_: Round) -> dict[int, Counts]:
    """Each unit's own counts (without its children): the frozen ones once the round is final."""
    if round_.state == "frozen":
        return {unit.unit_id: Counts(**json.loads(unit.frozen)) for unit in _units(session, round_.id or 0)}
    return _live_counts(session, round_.id or 0)


def freeze(session: Session, round_id: int, now: datetime) -> None:
    """Make a round's figures final: each unit's counts are written down and no longer move. Twice does no harm."""
    round_ = session.get_one(Round, round_id, with_for_update=True)
    if round_.state == "frozen":
        return
    live = _live_counts(session, round_id)
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
    before = counts_by_unit(session, round_).get(member.unit_id, Counts()) + (
        _corrections(session, round_id, {member.unit_id}) or Counts()
    )
    is_connected = bool(session.scalar(select(is_linked(person_id))))
    after = before + Counts(
        exempt=1,
        connected=-int(is_connected),
        attempted=-int(member.attempted_at is not None),
        accepted=-int(member.accepted_at is not None),
        absent_unconnected=-int(not is_connected),
    )
    correction = Correction(
        round_id=round_id,
        unit_id=member.unit_id,
        person_id=person_id,
        reason=reason,
        entered_by=entered_by,
        entered_at=now,
        before=json.dumps(asdict(before)),
        after=json.dumps(asdict(after)),
    )
    session.add(correction)
    ledger.audit(session, entered_by, "correct_exemption", f"round {round_id}", now, reason=reason)
    session.flush()
    return correction


def pooled(parts: Iterable[Counts]) -> Counts:
    """Counts of several units together: numerators and denominators are added, percentages never averaged."""
    return sum(parts, Counts())


def subtree(tree: Iterable[RoundUnit], unit_id: int) -> set[int]:
    """A unit and everything below it, as the tree stood when the round opened."""
    children: dict[int | None, list[int]] = {}
    for unit in tree:
        children.setdefault(unit.parent_id, []).append(unit.unit_id)
    found, ahead = set[int](), [unit_id]
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead.extend(children.get(here, ()))
    return found


def _live_counts(session: Session, round_id: int) -> dict[int, Counts]:
    linked = is_linked(Member.person_id)
    in_base = (col(Member.exempt) == "") | (col(Member.answers) > 0)
    absent = in_base & (col(Member.answers) == 0)
    finished = col(Member.finished_at).is_not(None)

    def people(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    query = (
        select(
            Member.unit_id,
            func.count(),
            people(~in_base),
            people(in_base & linked),
            people(in_base & col(Member.attempted_at).is_not(None)),
            people(in_base & col(Member.accepted_at).is_not(None)),
            people(col(Member.answers) > 0),
            people(finished),
            people(absent & ~linked),
            people(absent & is_withdrawn(Member.person_id)),
            func.coalesce(func.sum(case((finished, col(Member.rights)), else_=0)), 0),
            func.coalesce(func.sum(case((finished, col(Member.answers)), else_=0)), 0),
        )  # type: ignore[call-overload]
        .where(Member.round_id == round_id)
        .group_by(col(Member.unit_id))
    )
    outside = _outside(session, round_id)
    found = {}
    for unit_id, *numbers, rights, questions in session.exec(query).all():
        own = Counts(*(int(number) for number in numbers))
        score = Counts(outside=outside.pop(unit_id, 0), rights=int(rights), questions=int(questions))
        found[unit_id] = own + score
    return found | {unit_id: Counts(outside=people_there) for unit_id, people_there in outside.items()}


def _outside(session: Session, round_id: int) -> dict[int, int]:
    """People outside the snapshot who played along, each once: where they stood at their first answer."""
    firsts = (
        select(func.min(Answer.id))
        .where(Answer.round_id == round_id, col(Answer.counted).is_(False))
        .group_by(col(Answer.person_id))
    )
    query = select(Answer.unit_id, func.count()).where(col(Answer.id).in_(firsts)).group_by(col(Answer.unit_id))
    return dict(session.exec(query).all())


def is_linked(person_id: object) -> ColumnElement[bool]:
    """Whether a person has a linked account; one that blocked us is linked still, it only cannot be written to."""
    return exists().where(and_(col(Account.person_id) == person_id, col(Account.state).in_(LINKED)))


def is_withdrawn(person_id: object) -> ColumnElement[bool]:
    """Whether a person has taken consent back and not given it again."""
    given = exists().where(and_(col(Consent.person_id) == person_id, col(Consent.withdrawn_at).is_(None)))
    taken_back = exists().where(and_(col(Consent.person_id) == person_id, col(Consent.withdrawn_at).is_not(None)))
    return and_(taken_back, ~given)


def _units(session: Session, round_id: int) -> list[RoundUnit]:
    return list(session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id)))


def _corrections(session: Session, round_id: int, unit_ids: set[int]) -> Counts | None:
    """What the corrections of a round add to its counts in these units, or None when there are none."""
    found = session.exec(select(Correction).where(Correction.round_id == round_id)).all()
    changes = [
        Counts(**json.loads(made.after)) + _negative(Counts(**json.loads(made.before)))
        for made in found
        if made.unit_id in unit_ids
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
