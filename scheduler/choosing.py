"""Choosing: which card and which questions a round asks. The same store always gives the same choice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, col, func, select

from content.entries import SCORED
from participation.refusals import Refusal
from scheduler.calendar import office_day
from scheduler.shapes import Shape
from store.tables import CardVersion, QuestionVersion, Round, RoundQuestion

REST = timedelta(weeks=12)
NEVER = datetime.min.replace(tzinfo=UTC)
REUSED = "round.note_reused"


class NothingToAsk(Refusal):
    """No question is in force and verified on the day."""

    key = "round.missed_nothing_to_ask"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A card, if one fits, and questions in order. `note` is a phrase key when something had to be repeated."""

    card: CardVersion | None
    questions: tuple[QuestionVersion, ...]
    note: str = ""


def choose(session: Session, plan_id: int, shape: Shape, now: datetime) -> Chosen:
    """Content for the next round of a plan: next topic in turn, unused for twelve weeks. Raises NothingToAsk."""
    questions = questions_in_force(session, office_day(now))
    if shape.topics:
        questions = [question for question in questions if question.topic in shape.topics]
    if not questions:
        raise NothingToAsk
    last_used = _last_used(session)
    questions.sort(key=lambda question: (last_used.get(question.code, NEVER), question.difficulty, question.code))
    rested = [question for question in questions if last_used.get(question.code, NEVER) <= now - REST]
    turns = _turns(session, plan_id, shape, questions)
    cards = _cards(session, office_day(now))
    for topic in turns:
        fresh = [question for question in rested if question.topic == topic]
        if len(fresh) >= shape.questions:
            return _together(fresh, [card for card in cards if card.topic == topic], shape.questions)
    return _repeated(questions, rested, cards, turns, last_used, shape.questions)


def questions_in_force(session: Session, day: date) -> list[QuestionVersion]:
    """Current questions that may be sent that day, by code: in force, and not resting on memory."""
    query = select(QuestionVersion).where(col(QuestionVersion.current)).order_by(col(QuestionVersion.code))
    return [question for question in session.exec(query) if _may_be_sent(question, day)]


def _cards(session: Session, day: date) -> list[CardVersion]:
    """Cards that may be sent that day, the one that rested longest first."""
    used = select(CardVersion.code, func.max(Round.opens_at)).join(Round).group_by(col(CardVersion.code))
    last_used: dict[str, datetime] = dict(session.exec(used).all())
    query = select(CardVersion).where(col(CardVersion.current)).order_by(col(CardVersion.code))
    cards = [card for card in session.exec(query) if _may_be_sent(card, day)]
    return sorted(cards, key=lambda card: last_used.get(card.code, NEVER))


def _may_be_sent(piece: CardVersion | QuestionVersion, day: date) -> bool:
    until_on = piece.in_force_until
    return piece.verified in SCORED and piece.in_force_from <= day and (until_on is None or day <= until_on)


def _last_used(session: Session) -> dict[str, datetime]:
    """When each question was last asked in a round of any plan: people may belong to several audiences."""
    query = (
        select(QuestionVersion.code, func.max(Round.opens_at))
        .join(RoundQuestion, col(RoundQuestion.question_version_id) == col(QuestionVersion.id))
        .join(Round, col(Round.id) == col(RoundQuestion.round_id))
        .group_by(col(QuestionVersion.code))
    )
    return dict(session.exec(query).all())


def _turns(session: Session, plan_id: int, shape: Shape, questions: Iterable[QuestionVersion]) -> list[str]:
    """Topics, the one this plan has not asked about for longest first, then in the plan's own order."""
    query = (
        select(QuestionVersion.topic, func.max(Round.number))
        .join(RoundQuestion, col(RoundQuestion.question_version_id) == col(QuestionVersion.id))
        .join(Round, col(Round.id) == col(RoundQuestion.round_id))
        .where(Round.plan_id == plan_id)
        .group_by(col(QuestionVersion.topic))
    )
    last_round: dict[str, int] = dict(session.exec(query).all())
    topics = list(shape.topics) or sorted({question.topic for question in questions})
    return sorted(topics, key=lambda topic: last_round.get(topic, 0))


def _together(fresh: Sequence[QuestionVersion], cards: Sequence[CardVersion], count: int) -> Chosen:
    """A card and questions of one topic; questions that belong to the card come first."""
    own = {card.code: sum(question.card_code == card.code for question in fresh) for card in cards}
    # Both orders given are by rest: among equals the card and the questions that rested longest stay first.
    card = min(cards, key=lambda card: -min(own[card.code], count), default=None)
    about = card.code if card else None
    ranked = sorted(fresh, key=lambda question: question.card_code != about)
    return Chosen(card, tuple(ranked[:count]))


def _repeated(
    questions: Sequence[QuestionVersion],
    rested: Sequence[QuestionVersion],
    cards: Sequence[CardVersion],
    turns: Sequence[str],
    last_used: dict[str, datetime],
    count: int,
) -> Chosen:
    """No topic has enough that rested: first what rested from any topic, then what was asked longest ago."""
    ranked = sorted(questions, key=lambda question: (last_used.get(question.code, NEVER), turns.index(question.topic)))
    picked = tuple(ranked[:count])
    on_topic = [card for card in cards if card.topic == picked[0].topic]
    about = [card for card in on_topic if card.code == picked[0].card_code]
    card = next(iter([*about, *on_topic]), None)
    return Chosen(
        card, picked, "" if all(question in rested for question in picked) and len(picked) == count else REUSED
    )
