"""Re-scoring: a wrong key is put right after people have answered. Answers only ever become right, none wrong.

The key is not what people saw, so it is corrected on every version that shows the same options. Frozen figures stay
as published; a correction stands beside them. Who took part and who finished does not change at all.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from participation import counters, figures, recalling
from participation.counting import Counts
from participation.key_changes import Change, Key, LongReason, NoReason, change_of, put_right
from store import ledger
from store.tables import Answer, KeyCorrection, Member, QuestionVersion, RecallAsk, Round
from store.upsert import AT_ONCE

MOMENT = timedelta(microseconds=1)
LONGEST_REASON = 300  # characters


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a correction would do, before anything is written. `answers` were given in rounds so far."""

    code: str
    stem: str
    options: tuple[str, ...]
    before: Key
    after: Key
    answers: int
    raised: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Rescored:
    """What a correction did. `raised` answers in `rounds` became right; `people` are all whose answer or review did."""

    correction_id: int
    code: str
    stem: str
    options: tuple[str, ...]
    before: Key
    after: Key
    raised: int
    rounds: int
    people: tuple[int, ...]


def prospect(session: Session, code: str, right: Collection[int]) -> Prospect:
    """What correcting the key would do; writes nothing. Raises like `correct_key`, save for the reason."""
    change = change_of(session, code, right)
    raised = _to_raise(session, change)
    answers = select(func.count()).where(col(Answer.question_version_id).in_(change.version_ids))
    return Prospect(
        code=change.standing.code,
        stem=change.standing.stem,
        options=change.options,
        before=change.before,
        after=change.after,
        answers=session.exec(answers).one(),
        raised=len(raised),
        rounds=len({answer.round_id for answer in raised}),
    )


def correct_key(
    session: Session, code: str, right: Collection[int], reason: str, actor: str, now: datetime
) -> Rescored:
    """Put the key of a question right and count again what was answered. `right` holds options from 1.

    Raises `NoReason`, `LongReason`, `UnknownCode`, `NoSuchOption`, `AllRight` or `SameKey`; then nothing is written.
    The versions are locked first and the rounds after them: nobody is judged by the old key meanwhile (`answering`
    holds the version it judges by), and no round freezes with half of it.
    """
    check_reason(reason)
    change = change_of(session, code, right, locked=True)
    raised = _to_raise(session, change)
    correction = _written(session, change, len(raised), reason.strip(), actor, now)
    for round_ in _locked_rounds(session, {answer.round_id for answer in raised}):
        _raise(session, round_, [one for one in raised if one.round_id == round_.id], correction)
    turned = _latest([*((one.person_id, one.heard_at) for one in raised), *_raise_recalls(session, change)])
    put_right(session, change)
    recalling.turned_right(session, change.standing.code, _last_words(session, change, turned))
    return Rescored(
        correction_id=correction.id or 0,
        code=change.standing.code,
        stem=change.standing.stem,
        options=change.options,
        before=change.before,
        after=change.after,
        raised=len(raised),
        rounds=len({answer.round_id for answer in raised}),
        people=tuple(sorted(turned)),
    )


def check_reason(reason: str) -> None:
    """Raises `NoReason` or `LongReason` unless the reason can stand beside a correction."""
    if not reason.strip():
        raise NoReason
    if len(reason.strip()) > LONGEST_REASON:
        raise LongReason(longest=LONGEST_REASON)


def _to_raise(session: Session, change: Change) -> Sequence[Answer]:
    """The answers of rounds that count as wrong and name an option of the new key."""
    query = select(Answer).where(
        col(Answer.question_version_id).in_(change.version_ids),
        col(Answer.is_right).is_(False),
        col(Answer.option).in_(change.after),
    )
    return session.exec(query.order_by(col(Answer.id))).all()


def _written(session: Session, change: Change, raised: int, reason: str, actor: str, now: datetime) -> KeyCorrection:
    """The correction as a row, and as an act of its author."""
    code, before, after = change.standing.code, json.dumps(change.before), json.dumps(change.after)
    correction = KeyCorrection(
        question_code=code,
        before=before,
        after=after,
        reason=reason,
        entered_by=actor,
        entered_at=now,
        raised=raised,
    )
    session.add(correction)
    session.flush()
    body = {"correction": correction.id, "before": before, "after": after, "reason": reason, "raised": raised}
    ledger.audit(session, actor, "correct_key", f"question {code}", now, **body)
    return correction


def _locked_rounds(session: Session, round_ids: Collection[int]) -> Sequence[Round]:
    query = select(Round).where(col(Round.id).in_(round_ids)).order_by(col(Round.id)).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).all()


def _raise(session: Session, round_: Round, raised: Sequence[Answer], correction: KeyCorrection) -> None:
    """The answers of one round, the counters beside them, and a correction when the figures are final."""
    now = correction.entered_at
    # Later than the freezing, whatever the clocks of two processes say: the lock on the round decided the order.
    at = max(now, round_.frozen_at + MOMENT) if round_.frozen_at else now
    for answer in raised:
        answer.is_right, answer.raised_at = True, at
        session.add(answer)
    rights = Counter(answer.person_id for answer in raised if answer.counted)
    for count in sorted(set(rights.values())):
        for people in _chunks(person for person, mine in rights.items() if mine == count):
            members = update(Member).where(col(Member.round_id) == round_.id, col(Member.person_id).in_(people))
            session.execute(members.values(rights=col(Member.rights) + count))
    by_unit = figures.raised_scores(session, round_.id or 0, rights)
    if round_.state == "frozen":
        figures.correct_rights(session, round_, by_unit, correction.reason, correction.entered_by, now)
    else:
        for unit_id, raised_here in by_unit.items():
            counters.add(session, round_.id or 0, unit_id, Counts(rights=raised_here))


def _raise_recalls(session: Session, change: Change) -> list[tuple[int, datetime]]:
    """Review answers likewise; returns whose and when they were given."""
    query = select(RecallAsk.id, RecallAsk.person_id, RecallAsk.answered_at).where(
        col(RecallAsk.question_version_id).in_(change.version_ids),
        col(RecallAsk.is_right).is_(False),
        col(RecallAsk.option).in_(change.after),
    )
    found = session.exec(query).all()
    for ids in _chunks(ask_id or 0 for ask_id, _, _ in found):
        session.execute(update(RecallAsk).where(col(RecallAsk.id).in_(ids)).values(is_right=True))
    return [(person, at) for _, person, at in found if at is not None]


def _last_words(session: Session, change: Change, turned: Mapping[int, datetime]) -> dict[int, datetime]:
    """Of the people whose answer turned right those who have not answered the question since, and when they did."""
    is_it = QuestionVersion.code == change.standing.code
    answers = select(Answer.person_id, Answer.heard_at).join(QuestionVersion).where(is_it)
    reviews = select(RecallAsk.person_id, RecallAsk.answered_at).join(QuestionVersion).where(is_it)
    given = [(person, at) for person, at in [*session.exec(answers), *session.exec(reviews)] if at is not None]
    last = _latest(given)
    return {person: at for person, at in turned.items() if last[person] == at}


def _latest(given: Iterable[tuple[int, datetime]]) -> dict[int, datetime]:
    latest: dict[int, datetime] = {}
    for person, at in given:
        latest[person] = max(at, latest.get(person, at))
    return latest


def _chunks(ids: Iterable[int]) -> list[list[int]]:
    whole = list(ids)
    return [whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE)]
