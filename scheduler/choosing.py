"""Choosing: which card and which questions a round asks. The same content and history always give the same choice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, col, func, select

from content.entries import SCORED
from content.sources import OFFICE
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
class Bank:
    """The content a plan may draw from, by code; what is in force is judged on the day of each draw."""

    cards: Sequence[CardVersion]
    questions: Sequence[QuestionVersion]


@dataclass(frozen=True, slots=True)
class History:
    """When each question and card was last used, by any plan, and in which round of this plan each topic was asked.

    People may belong to several audiences, so a question rests for everybody.
    """

    questions: Mapping[str, datetime]
    cards: Mapping[str, datetime]
    topics: Mapping[str, int]

    def after(self, chosen: "Chosen", number: int, at: datetime) -> "History":
        """The history once that round was opened."""
        return History(
            {**self.questions, **{question.code: at for question in chosen.questions}},
            {**self.cards, chosen.card.code: at} if chosen.card else self.cards,
            {**self.topics, **{question.topic: number for question in chosen.questions}},
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """A card, if one fits, and questions in order. `note` is a phrase key when something had to be repeated."""

    card: CardVersion | None
    questions: tuple[QuestionVersion, ...]
    note: str = ""


def choose(session: Session, plan_id: int, shape: Shape, now: datetime) -> Chosen:
    """Content for the next round of a plan: next topic in turn, unused for twelve weeks. Raises NothingToAsk."""
    return draw(bank(session, shape), history(session, plan_id), shape, now)


def bank(session: Session, shape: Shape) -> Bank:
    """What a plan may draw from: its own tracks and what is for everybody, on its topics, by code."""
    cards = select(CardVersion).where(col(CardVersion.current)).order_by(col(CardVersion.code))
    return Bank(
        [card for card in session.exec(cards) if _is_for(card, shape)],
        [question for question in _current_questions(session) if _is_for(question, shape)],
    )


def questions_in_force(session: Session, day: date) -> list[QuestionVersion]:
    """Current questions that may be sent that day, by code: in force, and not resting on memory."""
    return [question for question in _current_questions(session) if _may_be_sent(question, day)]


def history(session: Session, plan_id: int) -> History:
    """What was asked up to now."""
    asked = select(QuestionVersion.code, func.max(Round.opens_at)).select_from(RoundQuestion)
    shown = select(CardVersion.code, func.max(Round.opens_at)).join(Round).group_by(col(CardVersion.code))
    turns = select(QuestionVersion.topic, func.max(Round.number)).select_from(RoundQuestion)
    of_version = col(RoundQuestion.question_version_id) == col(QuestionVersion.id)
    of_round = col(Round.id) == col(RoundQuestion.round_id)
    asked = asked.join(QuestionVersion, of_version).join(Round, of_round).group_by(col(QuestionVersion.code))
    turns = turns.join(QuestionVersion, of_version).join(Round, of_round).where(Round.plan_id == plan_id)
    return History(
        questions=dict(session.exec(asked).all()),
        cards=dict(session.exec(shown).all()),
        topics=dict(session.exec(turns.group_by(col(QuestionVersion.topic))).all()),
    )


def draw(bank: Bank, past: History, shape: Shape, now: datetime) -> Chosen:
    """The choice itself. What the office loaded and never asked comes first, then the topic in turn."""
    day = office_day(now)
    questions = [question for question in bank.questions if _may_be_sent(question, day)]
    if not questions:
        raise NothingToAsk
    used = past.questions

    def by_rest(question: QuestionVersion) -> tuple[bool, datetime, int, str]:
        return not _is_new(question, past), used.get(question.code, NEVER), question.difficulty, question.code

    questions.sort(key=by_rest)
    cards = [card for card in bank.cards if _may_be_sent(card, day)]
    cards.sort(key=lambda card: past.cards.get(card.code, NEVER))  # the one that rested longest first
    rested = [question for question in questions if used.get(question.code, NEVER) <= now - REST]
    turns = _turns(past, shape, questions)
    for topic in turns:
        fresh = [question for question in rested if question.topic == topic]
        if len(fresh) >= shape.questions:
            on_topic = [card for card in cards if card.topic == topic]
            return _together(fresh, on_topic, shape.questions, past)
    return _repeated(questions, rested, cards, turns, used, shape.questions)


def _current_questions(session: Session) -> list[QuestionVersion]:
    query = select(QuestionVersion).where(col(QuestionVersion.current)).order_by(col(QuestionVersion.code))
    return list(session.exec(query))


def _is_for(piece: CardVersion | QuestionVersion, shape: Shape) -> bool:
    on_track = not piece.track or piece.track in shape.tracks
    return on_track and (isinstance(piece, CardVersion) or not shape.topics or piece.topic in shape.topics)


def _may_be_sent(piece: CardVersion | QuestionVersion, day: date) -> bool:
    until_on = piece.in_force_until
    return piece.verified in SCORED and piece.in_force_from <= day and (until_on is None or day <= until_on)


def _is_new(question: QuestionVersion, past: History) -> bool:
    """Loaded by the office and not asked yet: whoever loads a question wants it asked."""
    return question.origin == OFFICE and question.code not in past.questions


def _turns(past: History, shape: Shape, questions: Iterable[QuestionVersion]) -> list[str]:
    """Topics with something new of the office's, then the one not asked about for longest, in the plan's own order."""
    topics = list(shape.topics) or sorted({question.topic for question in questions})
    new = {question.topic for question in questions if _is_new(question, past)}
    return sorted(topics, key=lambda topic: (topic not in new, past.topics.get(topic, 0)))


def _together(fresh: Sequence[QuestionVersion], cards: Sequence[CardVersion], count: int, past: History) -> Chosen:
    """A card and questions of one topic; new questions come first, then those that belong to the card."""

    def fitting(card: CardVersion) -> tuple[int, int]:
        own = [question for question in fresh if question.card_code == card.code]
        new = sum(_is_new(question, past) for question in own)
        return -min(new, count), -min(len(own), count)

    # Both orders given are by rest: among equals the card and the questions that rested longest stay first.
    card = min(cards, key=fitting, default=None)
    about = card.code if card else None
    ranked = sorted(fresh, key=lambda question: (not _is_new(question, past), question.card_code != about))
    return Chosen(card, tuple(ranked[:count]))


def _repeated(
    questions: Sequence[QuestionVersion],
    rested: Sequence[QuestionVersion],
    cards: Sequence[CardVersion],
    turns: Sequence[str],
    used: Mapping[str, datetime],
    count: int,
) -> Chosen:
    """No topic has enough that rested: first what rested from any topic, then what was asked longest ago."""
    ranked = sorted(questions, key=lambda question: (used.get(question.code, NEVER), turns.index(question.topic)))
    picked = tuple(ranked[:count])
    on_topic = [card for card in cards if card.topic == picked[0].topic]
    about = [card for card in on_topic if card.code == picked[0].card_code]
    card = next(iter([*about, *on_topic]), None)
    rested_enough = all(question in rested for question in picked) and len(picked) == count
    return Chosen(card, picked, "" if rested_enough else REUSED)
