"""Answering: the first valid reply of a person to a question is kept once, for ever, and counted at once.

Replies are taken a batch at a time: what stands of their people and rounds is read once, what changes is written once.
One reply alone is a batch of one.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from participation import counters, recalling, units
from participation.counting import Counts, counts_of, pooled
from participation.recalling import Met
from participation.refusals import AlreadyAnswered, NoSuchQuestion, Refusal, RoundClosed
from store import ledger
from store.among import among
from store.ledger import Entry
from store.many import execute_many
from store.tables import Answer, Member, Occurrence, Person, Plan, QuestionVersion, Round, RoundQuestion
from store.upsert import batches, insert_all

# Built once: putting a statement together costs more than running it.
_QUESTIONS = (
    select(QuestionVersion)
    .join(RoundQuestion, col(RoundQuestion.question_version_id) == col(QuestionVersion.id))
    .where(RoundQuestion.round_id == bindparam("round"))
    .order_by(col(RoundQuestion.position))
)
_QUESTIONS_AS_THEY_STAND = _QUESTIONS.with_for_update(**recalling.AS_IT_STANDS, of=QuestionVersion).execution_options(
    populate_existing=True
)
_GIVEN = select(Answer.person_id, Answer.question_version_id, Answer.is_right).where(
    Answer.round_id == bindparam("round"), among(col(Answer.person_id), "people")
)
_TALLIED = ("answers", "rights", "answered_at", "finished_at")
_MEMBERS: Any = Member.__table__  # type: ignore[attr-defined]
_STANDINGS = (
    select(
        *(_MEMBERS.c[name] for name in ("person_id", "unit_id", "exempt", "connected", "withdrawn")),
        *(_MEMBERS.c[name] for name in _TALLIED),
        *(_MEMBERS.c[name] for name in ("attempted_at", "accepted_at")),
    )
    .where(_MEMBERS.c.round_id == bindparam("round"), among(_MEMBERS.c.person_id, "people"))
    .order_by(_MEMBERS.c.person_id)  # on PostgreSQL two batches then never wait for each other crosswise
    .with_for_update()
)
_MOVE = (
    update(_MEMBERS)
    .where(_MEMBERS.c.round_id == bindparam("round"), _MEMBERS.c.person_id == bindparam("person"))
    .values({name: bindparam(f"new_{name}") for name in _TALLIED})
)


class Reply(NamedTuple):
    """What a person chose: an option by number (from 1), for a question of a round; received by us at `heard_at`."""

    person_id: int
    round_id: int
    question_version_id: int
    option: int
    account_id: int | None
    heard_at: datetime


class Asked(NamedTuple):
    """A question of a round that waits for a person's answer; `position` counts from 1 to `total`."""

    round: Round
    question: QuestionVersion
    position: int
    total: int


class Verdict(NamedTuple):
    """What an answer came to. `next` is the question that follows, or None when the round is finished."""

    is_right: bool
    question: QuestionVersion
    round: Round
    rights: int
    total: int
    next: Asked | None

    @property
    def alike(self) -> tuple[object, ...]:
        """Equal for verdicts that say the same of the same round, whoever they belong to."""
        position = self.next.position if self.next else 0
        return self.round.id, self.question.id, self.is_right, self.rights, self.total, position


def answer(
    session: Session,
    person_id: int,
    round_id: int,
    question_version_id: int,
    option: int,
    account_id: int | None,
    heard_at: datetime,
) -> Verdict:
    """Keep one answer; see `Reply`. Raises the refusals that `answer_all` returns."""
    (outcome,) = answer_all(session, [Reply(person_id, round_id, question_version_id, option, account_id, heard_at)])
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def answer_all(session: Session, replies: Sequence[Reply]) -> list[Verdict | Refusal]:
    """Keep what was answered, in this order, and say what came of each reply.

    A refusal is `RoundClosed` after closing and grace, `AlreadyAnswered` when one stands, `NoSuchQuestion` otherwise.
    Whose answers are taken is locked until the transaction ends, so what stands is known; the unique key on (person,
    round, question version) stands guard behind that: a repeat can never count twice.
    """
    session.flush()
    desk = _Desk(session, replies)
    outcomes = [desk.take(reply) for reply in replies]
    desk.write()
    return outcomes


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
    given = session.execute(_GIVEN, {"round": round_.id, "people": [person_id]})
    questions = session.execute(_QUESTIONS, {"round": round_.id}).scalars().all()
    in_order = {question.id or 0: question for question in questions}
    return _following(round_, in_order, {question_id for _, question_id, _ in given})


def questions_of(session: Session, round_id: int) -> list[int]:
    """Question version ids of a round, in order."""
    return [question.id or 0 for question in session.execute(_QUESTIONS, {"round": round_id}).scalars()]


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


@dataclass(slots=True)
class _Standing:
    """How a member of a round stands while replies are taken; the fields are those of `Member`."""

    person_id: int
    unit_id: int
    exempt: str
    connected: bool
    withdrawn: bool
    answers: int
    rights: int
    answered_at: datetime | None
    finished_at: datetime | None
    attempted_at: datetime | None
    accepted_at: datetime | None

    def tally(self, is_right: bool, total: int, heard_at: datetime) -> None:
        """Keep the counters beside the answer, in its transaction: figures never have to scan answers."""
        self.answers += 1
        self.rights += int(is_right)
        if self.answered_at is None:
            self.answered_at = heard_at
        if self.answers == total:
            self.finished_at = heard_at


@dataclass(slots=True)
class _Sheet:
    """A round on the desk: its questions in order, its members and outsiders at hand, and what they answered."""

    round: Round
    questions: dict[int, QuestionVersion]
    standings: dict[int, _Standing] = field(default_factory=dict)
    outsiders: dict[int, Person] = field(default_factory=dict)
    given: defaultdict[int, dict[int, bool]] = field(default_factory=lambda: defaultdict(dict))
    options: dict[int, int] = field(init=False)  # how many, by question
    right_options: dict[int, list[int]] = field(init=False)
    taken_until: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.taken_until = closing_moment(self.round)
        self.options = {number: len(json.loads(one.options)) for number, one in self.questions.items()}
        self.right_options = {number: json.loads(one.right_options) for number, one in self.questions.items()}


@dataclass
class _Desk:
    """What stands of the people and rounds at hand, read once; what the replies change, written once."""

    session: Session
    replies: Sequence[Reply]
    _sheets: dict[int, _Sheet] = field(default_factory=dict)
    _answers: list[dict[str, Any]] = field(default_factory=list)
    _entries: list[Entry] = field(default_factory=list)
    _said: dict[tuple[int, bool], Mapping[str, object]] = field(default_factory=dict)
    _met: list[Met] = field(default_factory=list)
    _moved: dict[tuple[int, int], tuple[Counts, _Standing]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        people: dict[int, set[int]] = defaultdict(set)
        for reply in self.replies:
            people[reply.round_id].add(reply.person_id)
        for round_id in sorted(people):
            round_ = self.session.get(Round, round_id)
            if round_ is not None:
                self._sheets[round_id] = self._sheet(round_, people[round_id])

    def take(self, reply: Reply) -> Verdict | Refusal:
        """What comes of one reply."""
        sheet = self._sheets.get(reply.round_id)
        question = sheet.questions.get(reply.question_version_id) if sheet else None
        if sheet is None or question is None or not 1 <= reply.option <= sheet.options[reply.question_version_id]:
            return NoSuchQuestion()
        standing = sheet.standings.get(reply.person_id)
        outsider = sheet.outsiders.get(reply.person_id)
        if standing is None and outsider is None:
            return NoSuchQuestion()
        if reply.heard_at > sheet.taken_until:
            self._log("answer_late", reply, None, {})
            return RoundClosed(number=sheet.round.number, closes_at=sheet.round.closes_at)
        given = sheet.given[reply.person_id]
        if reply.question_version_id in given:
            return AlreadyAnswered()
        is_right = reply.option in sheet.right_options[reply.question_version_id]
        given[reply.question_version_id] = is_right
        if standing:
            self._moved.setdefault((reply.round_id, reply.person_id), (counts_of(standing), standing))
            standing.tally(is_right, len(sheet.questions), reply.heard_at)
        unit_id = standing.unit_id if standing else outsider.unit_id if outsider else 0
        if standing is None and len(given) == 1:
            counters.add(self.session, reply.round_id, unit_id, Counts(outside=1))
        self._note(reply, question, is_right, unit_id, counted=standing is not None)
        following = _following(sheet.round, sheet.questions, given)
        return Verdict(is_right, question, sheet.round, sum(given.values()), len(sheet.questions), following)

    def write(self) -> None:
        """Write down what the replies changed."""
        insert_all(self.session, Answer, self._answers)
        moved = [
            {
                "round": round_id,
                "person": person_id,
                "new_answers": standing.answers,
                "new_rights": standing.rights,
                "new_answered_at": standing.answered_at,
                "new_finished_at": standing.finished_at,
            }
            for (round_id, person_id), (_, standing) in sorted(self._moved.items())
        ]
        if moved:
            execute_many(self.session, _MOVE, moved)
            for held in self.session:
                if isinstance(held, Member):  # what was read before is old now
                    self.session.expire(held, _TALLIED)
        befores: defaultdict[tuple[int, int], list[Counts]] = defaultdict(list)
        afters: defaultdict[tuple[int, int], list[Counts]] = defaultdict(list)
        for (round_id, _), (before, standing) in self._moved.items():
            befores[round_id, standing.unit_id].append(before)
            afters[round_id, standing.unit_id].append(counts_of(standing))
        for (round_id, unit_id), counts in afters.items():
            counters.add(self.session, round_id, unit_id, pooled(counts) + -pooled(befores[round_id, unit_id]))
        ledger.record_all(self.session, self._entries)
        recalling.after_answers(self.session, self._met)

    def _sheet(self, round_: Round, people: Collection[int]) -> _Sheet:
        if round_.state != "open":  # it may be about to freeze: then it has these answers, or we see that it is frozen
            self.session.refresh(round_, with_for_update={"read": True})
        questions = self.session.execute(_QUESTIONS_AS_THEY_STAND, {"round": round_.id}).scalars()
        sheet = _Sheet(round_, {question.id or 0: question for question in questions})
        for some in batches(people):
            here, given = self.session.connection().execute, {"round": round_.id, "people": some}
            sheet.standings |= {row[0]: _Standing(*row) for row in here(_STANDINGS, given).all()}
            for person_id in sorted(set(some) - sheet.standings.keys()):
                person = self.session.get(Person, person_id, with_for_update={"key_share": True})
                if person and _may_play(self.session, round_, person):
                    sheet.outsiders[person_id] = person
            for person_id, question_id, is_right in here(_GIVEN, given).all():  # with all of them locked
                sheet.given[person_id][question_id] = is_right
        return sheet

    def _note(self, reply: Reply, question: QuestionVersion, is_right: bool, unit_id: int, counted: bool) -> None:
        self._answers.append(
            {
                "person_id": reply.person_id,
                "round_id": reply.round_id,
                "question_version_id": question.id,
                "option": reply.option,
                "is_right": is_right,
                "counted": counted,
                "unit_id": unit_id,
                "account_id": reply.account_id,
                "heard_at": reply.heard_at,
            }
        )
        # The log says that an answer was given, not which: a person's answers can be erased, the log is never changed.
        key = (reply.question_version_id, counted)
        if key not in self._said:  # alike for a crowd, and so written once
            self._said[key] = {"question": reply.question_version_id, "counted": counted}
        self._log("answered", reply, unit_id, self._said[key])
        self._met.append(Met(reply.person_id, question.code, is_right, reply.heard_at))

    def _log(self, kind: str, reply: Reply, unit_id: int | None, body: Mapping[str, object]) -> None:
        self._entries.append(Entry(kind, reply.heard_at, body, reply.round_id, reply.person_id, unit_id))


def _following(round_: Round, questions: Mapping[int, QuestionVersion], given: Container[int]) -> Asked | None:
    """The first of the questions, in order and by id, that is not among the given."""
    for position, question_id in enumerate(questions, 1):
        if question_id not in given:
            return Asked(round_, questions[question_id], position, len(questions))
    return None


def _may_play(session: Session, round_: Round, person: Person) -> bool:
    """A newcomer may play along, outside every figure, when the plan speaks to his unit."""
    plan = session.get_one(Plan, round_.plan_id)
    if person.status != "working":
        return False
    if plan.audience_unit_id is None:
        return True
    return person.unit_id in units.subtree_ids(session, plan.audience_unit_id, units.office_day(round_.opens_at))
