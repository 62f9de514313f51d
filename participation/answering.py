"""Answering: the first valid reply of a person to a question is kept once, for ever, and counted at once."""

import json
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from participation import counters, recalling, units
from participation.counting import Counts, counts_of
from participation.refusals import AlreadyAnswered, NoSuchQuestion, RoundClosed
from store import ledger
from store.tables import Answer, Member, Occurrence, Person, Plan, QuestionVersion, Round, RoundQuestion
from store.upsert import insert_new

# Built once: putting a statement together costs more than running it.
_QUESTIONS = (
    select(RoundQuestion.question_version_id)
    .where(RoundQuestion.round_id == bindparam("round"))
    .order_by(col(RoundQuestion.position))
)
_GIVEN = select(Answer.question_version_id, Answer.is_right).where(
    Answer.person_id == bindparam("person"), Answer.round_id == bindparam("round")
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a round that waits for a person's answer; `position` counts from 1 to `total`."""

    round: Round
    question: QuestionVersion
    position: int
    total: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer came to. `next` is the question that follows, or None when the round is finished."""

    is_right: bool
    question: QuestionVersion
    round: Round
    rights: int
    total: int
    next: Asked | None


def answer(
    session: Session,
    person_id: int,
    round_id: int,
    question_version_id: int,
    option: int,
    account_id: int | None,
    heard_at: datetime,
) -> Verdict:
    """Keep the answer given by option number (from 1), received by us at `heard_at`.

    Raises `RoundClosed` after closing and grace, `AlreadyAnswered` when one stands, `NoSuchQuestion` otherwise.
    The unique key on (person, round, question version) decides, so a repeat can never count twice.
    """
    round_ = session.get(Round, round_id)
    question = session.get(QuestionVersion, question_version_id, with_for_update=recalling.AS_IT_STANDS)
    if round_ is None or question is None or not 1 <= option <= len(json.loads(question.options)):
        raise NoSuchQuestion
    if round_.state != "open":  # it may be about to freeze: then either it has this answer, or we see that it is frozen
        session.refresh(round_, with_for_update={"read": True})
    person = session.get_one(Person, person_id)
    member = session.get(Member, (round_id, person_id), with_for_update=True)
    if member is None and not _may_play(session, round_, person):
        raise NoSuchQuestion
    if heard_at > closing_moment(round_):
        ledger.record(session, "answer_late", heard_at, round_id=round_id, person_id=person_id)
        raise RoundClosed(number=round_.number, closes_at=round_.closes_at)
    return _keep(session, round_, question, person, member, option, account_id, heard_at)


def closing_moment(round_: Round) -> datetime:
    """The last moment an answer counts: closing plus the published grace for the network."""
    return round_.closes_at + timedelta(minutes=round_.grace_minutes)


def open_question(session: Session, person_id: int, now: datetime) -> Asked | None:
    """The first unanswered question of the oldest round this person can still take part in, or None."""
    person = session.get_one(Person, person_id)
    running = select(Round).where(Round.opens_at <= now, col(Round.state) != "frozen").order_by(col(Round.opens_at))
    for round_ in session.exec(running).all():
        if now > closing_moment(round_):
            continue
        if session.get(Member, (round_.id, person_id)) is None and not _may_play(session, round_, person):
            continue
        asked = next_question(session, round_, person_id)
        if asked is not None:
            return asked
    return None


def next_question(session: Session, round_: Round, person_id: int) -> Asked | None:
    """The first question of a round that a person has not answered."""
    questions = questions_of(session, round_.id or 0)
    return _following(session, round_, questions, _given(session, person_id, round_.id or 0))


def questions_of(session: Session, round_id: int) -> list[int]:
    """Question version ids of a round, in order."""
    return list(session.execute(_QUESTIONS, {"round": round_id}).scalars())


def remaining(session: Session, person_id: int, now: datetime) -> int:
    """How many questions still wait for this person in the round that is open."""
    asked = open_question(session, person_id, now)
    return asked.total - asked.position + 1 if asked else 0


def next_opening(session: Session, plan_id: int | None = None) -> datetime | None:
    """When the next round of a plan, or of any plan, is due to open."""
    query = (
        select(Occurrence.fires_at)
        .where(Occurrence.kind == "open", Occurrence.state == "waiting")
        .order_by(col(Occurrence.fires_at))
    )
    if plan_id is not None:
        query = query.where(Occurrence.plan_id == plan_id)
    return session.exec(query).first()


def decline_reminders(session: Session, person_id: int, round_id: int) -> None:
    """This person wants no more reminders of this round."""
    session.execute(
        update(Member)
        .where(col(Member.round_id) == round_id, col(Member.person_id) == person_id)
        .values(declined_reminders=True)
    )


def _keep(
    session: Session,
    round_: Round,
    question: QuestionVersion,
    person: Person,
    member: Member | None,
    option: int,
    account_id: int | None,
    heard_at: datetime,
) -> Verdict:
    round_id, person_id = round_.id or 0, person.id or 0
    questions = questions_of(session, round_id)
    if question.id not in questions:
        raise NoSuchQuestion
    is_right = option in json.loads(question.right_options)
    unit_id = member.unit_id if member else person.unit_id
    row = {
        "person_id": person_id,
        "round_id": round_id,
        "question_version_id": question.id,
        "option": option,
        "is_right": is_right,
        "counted": member is not None,
        "unit_id": unit_id,
        "account_id": account_id,
        "heard_at": heard_at,
    }
    if not insert_new(session, Answer, [row]):
        raise AlreadyAnswered
    if member is not None:
        before = counts_of(member)
        _tally(member, is_right, len(questions), heard_at)
        session.add(member)
        counters.moved(session, member, before)
    # The log says that an answer was given, not which: a person's answers can be erased, the log is never changed.
    ledger.record(
        session,
        "answered",
        heard_at,
        round_id=round_id,
        person_id=person_id,
        unit_id=unit_id,
        question=question.id,
        counted=member is not None,
    )
    recalling.after_answer(session, person_id, question.code, is_right, heard_at)
    given = _given(session, person_id, round_id)
    if member is None and len(given) == 1:
        counters.add(session, round_id, unit_id, Counts(outside=1))
    following = _following(session, round_, questions, given)
    return Verdict(is_right, question, round_, sum(given.values()), len(questions), following)


def _tally(member: Member, is_right: bool, total: int, heard_at: datetime) -> None:
    """Keep the member's counters beside the answer, in its transaction: figures never have to scan answers."""
    member.answers += 1
    member.rights += int(is_right)
    if member.answered_at is None:
        member.answered_at = heard_at
    if member.answers == total:
        member.finished_at = heard_at


def _given(session: Session, person_id: int, round_id: int) -> dict[int, bool]:
    """The questions of a round a person has answered, and whether rightly."""
    rows = session.execute(_GIVEN, {"person": person_id, "round": round_id})
    return {question_id: is_right for question_id, is_right in rows}


def _following(session: Session, round_: Round, questions: list[int], given: Container[int]) -> Asked | None:
    """The first of the questions that is not among the given."""
    for position, question_id in enumerate(questions, 1):
        if question_id not in given:
            return Asked(round_, session.get_one(QuestionVersion, question_id), position, len(questions))
    return None


def _may_play(session: Session, round_: Round, person: Person) -> bool:
    """A newcomer may play along, outside every figure, when the plan speaks to his unit."""
    plan = session.get_one(Plan, round_.plan_id)
    if person.status != "working":
        return False
    if plan.audience_unit_id is None:
        return True
    return person.unit_id in units.subtree_ids(session, plan.audience_unit_id, units.office_day(round_.opens_at))
