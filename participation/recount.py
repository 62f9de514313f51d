"""Recounting: every count of a round once more, from the log and the rows of what was sent, by another road.

`figures` reads the counters kept beside each answer; this walks the log from its beginning in plain Python. The two
share nothing but the definitions, so that an inspector may hold one against the other.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from participation.counting import Counts
from store.tables import Answer, Delivery, LedgerEntry, Round, RoundUnit


@dataclass(frozen=True, slots=True)
class Recount:
    """Counts by unit, and the units whose score can no longer be recounted because somebody's answers were erased."""

    counts: dict[int, Counts]
    unscored: frozenset[int]

    def differs(self, published: dict[int, Counts]) -> list[int]:
        """Units whose published counts are not the recounted ones; an erased score is not held against them."""
        units = self.counts.keys() | published.keys()
        return sorted(unit for unit in units if self._at(published, unit) != self._at(self.counts, unit))

    def _at(self, counts: dict[int, Counts], unit: int) -> Counts:
        found = counts.get(unit, Counts())
        return found._replace(rights=0) if unit in self.unscored else found


@dataclass
class Story:
    """What the log tells of one round up to its freezing, or up to now."""

    units: dict[int, int] = field(default_factory=dict)  # person of the snapshot → unit
    questions: int = 0
    exempt: set[int] = field(default_factory=set)
    answers: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    outside: dict[int, int] = field(default_factory=dict)  # person → unit
    linked: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # person → accounts
    gone: set[int] = field(default_factory=set)  # people who took their consent back


def recount(session: Session, round_id: int) -> Recount:
    """Count a round again: as it stood at freezing when frozen, as it stands now otherwise."""
    round_ = session.get_one(Round, round_id)
    story = _story(session, round_)
    attempted, accepted = _sent(session, round_)
    rights = _rights(session, round_)
    counts = {unit: Counts() for unit in session.exec(select(RoundUnit.unit_id).where(RoundUnit.round_id == round_id))}
    unscored = set()
    for person, unit in story.units.items():
        one = _one(person, story, rights.get(person, 0))
        counts[unit] += (
            one._replace(attempted=int(person in attempted), accepted=int(person in accepted)) if one.base else one
        )
        if one.participants and person not in rights:
            unscored.add(unit)
    for unit in story.outside.values():
        counts[unit] = counts.get(unit, Counts()) + Counts(outside=1)
    return Recount(counts, frozenset(unscored))


def _one(person: int, story: Story, rights: int) -> Counts:
    answered = len(story.answers.get(person, ()))
    if person in story.exempt and not answered:
        return Counts(snapshot=1, exempt=1)
    is_connected = bool(story.linked.get(person))
    has_finished = answered == story.questions
    return Counts(
        snapshot=1,
        connected=int(is_connected),
        participants=int(answered > 0),
        finished=int(has_finished),
        absent_unconnected=int(not answered and not is_connected),
        withdrawn=int(not answered and person in story.gone),
        rights=rights if has_finished else 0,
        questions=answered if has_finished else 0,
    )


def _story(session: Session, round_: Round) -> Story:
    story = Story()
    for entry in session.exec(select(LedgerEntry).order_by(col(LedgerEntry.id))):
        if entry.kind == "frozen" and entry.round_id == round_.id:
            break
        _tell(story, entry, round_.id or 0)
    return story


def _tell(story: Story, entry: LedgerEntry, round_id: int) -> None:
    body, person = json.loads(entry.body), entry.person_id or 0
    if entry.kind == "linked":
        story.linked[person].add(body["account_id"])
        story.gone.discard(person)
    elif entry.kind == "unlinked":
        story.linked[person].discard(body["account_id"])
    elif entry.kind == "erased":
        story.answers.pop(person, None)
        story.outside.pop(person, None)
        if person in story.linked:  # who never joined has no consent to take back
            story.gone.add(person)
    elif entry.round_id == round_id:
        _tell_of_round(story, entry.kind, person, entry.unit_id or 0, body)


def _tell_of_round(story: Story, kind: str, person: int, unit: int, body: dict[str, Any]) -> None:
    if kind == "round_opened":
        story.questions = len(body["questions"])
        story.units = {member: int(unit) for unit, members in body["members"].items() for member in members}
    elif kind == "exempted":
        story.exempt.add(person)
    elif kind == "answered" and body["counted"]:
        story.answers[person].add(body["question"])
    elif kind == "answered":
        story.outside.setdefault(person, unit)


def _sent(session: Session, round_: Round) -> tuple[set[int], set[int]]:
    """Whom the opening was tried for and who got it, from the rows of what was sent, up to freezing."""
    attempted, accepted = set[int](), set[int]()
    for row in session.exec(select(Delivery).where(Delivery.round_id == round_.id, Delivery.kind == "open")):
        person = int(row.key.rsplit(":", 1)[1])  # the key outlives what an erasure takes out of the row
        if row.tries and _by(row.claimed_at, round_.frozen_at):
            attempted.add(person)
        if row.state == "sent" and _by(row.settled_at, round_.frozen_at):
            accepted.add(person)
    return attempted, accepted


def _by(at: datetime | None, frozen_at: datetime | None) -> bool:
    return at is None or frozen_at is None or at <= frozen_at


def _rights(session: Session, round_: Round) -> dict[int, int]:
    """Right answers of each person whose answers are still kept; what a corrected key raised after freezing was not."""
    kept = select(Answer.person_id, Answer.is_right, Answer.raised_at).where(
        Answer.round_id == round_.id, col(Answer.counted)
    )
    rights: dict[int, int] = defaultdict(int)
    for person, is_right, raised_at in session.exec(kept):
        rights[person] += is_right and _by(raised_at, round_.frozen_at)
    return dict(rights)
