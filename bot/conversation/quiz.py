"""The quiz: answering, resuming, and the next question in the same message as the feedback."""

import json

from sqlmodel import Session

from bot.conversation import leave
from bot.conversation.talk import Talk
from content.composing import opening_message, question_message, recall_message
from content.message import Message
from content.phrases import Phrases
from participation import answering, recalling
from participation.answering import Verdict
from participation.refusals import AlreadyAnswered, Refusal
from store.tables import CardVersion, QuestionVersion


def resume(talk: Talk) -> Message:
    """The question that is open for this person, or what comes next when none is."""
    waiting = _open(talk)
    return waiting or talk.say("quiz.nothing_open", opens_at=answering.next_opening(talk.session))


def answer(talk: Talk, round_id: int, question_id: int, option: int) -> Message:
    """An answer to a question of a round: feedback, then the next question or the result."""
    try:
        verdict = answering.answer(
            talk.session, talk.person_id, round_id, question_id, option, talk.account.id, talk.now
        )
    except Refusal as refusal:
        return refused(talk, refusal)
    return told(talk.session, talk.house.phrases, verdict)


def told(session: Session, phrases: Phrases, verdict: Verdict) -> Message:
    """What whoever gave an answer is told: the feedback with the next question, or with the result."""
    feedback = _feedback(phrases, verdict.question, verdict.is_right)
    if verdict.next is not None:
        asked = verdict.next
        return question_message(phrases, asked.round, asked.question, asked.position, asked.total, feedback)
    done = phrases(
        "quiz.finished",
        number=verdict.round.number,
        rights=verdict.rights,
        total=verdict.total,
        opens_at=answering.next_opening(session, verdict.round.plan_id),
    )
    return Message(f"{feedback}\n\n{done}")


def recall(talk: Talk, ask_id: int, option: int) -> Message:
    """An answer to a review question."""
    try:
        verdict = recalling.answer(talk.session, talk.person_id, ask_id, option, talk.now)
    except Refusal as refusal:
        return refused(talk, refusal)
    feedback = _feedback(talk.house.phrases, verdict.question, verdict.is_right)
    if verdict.next is None:
        return Message(f"{feedback}\n\n{talk.words('quiz.recall_finished')}")
    question = recalling.question_of(talk.session, verdict.next)
    return recall_message(talk.house.phrases, verdict.next, question, verdict.total, feedback)


def again(talk: Talk) -> Message:
    """What was typed was meant for something before the question that is open: nothing is kept, it is asked again."""
    why = talk.words("quiz.said_before")
    return _open(talk, before=why) or Message(why)


def open_action(talk: Talk, number: int) -> str | None:
    """What option `number` means for the question open to this person, whichever channel it was asked on."""
    waiting = _open(talk)
    return waiting.choices[number - 1].action if waiting and 1 <= number <= len(waiting.choices) else None


def open_labels(talk: Talk) -> list[str]:
    """The options of the question open to this person, whichever channel it was asked on; none when none is open."""
    waiting = _open(talk)
    return [choice.label for choice in waiting.choices] if waiting else []


def mute(talk: Talk, round_id: int) -> Message:
    """No more reminders of this round."""
    answering.decline_reminders(talk.session, talk.person_id, round_id)
    return talk.say("quiz.muted")


def away(talk: Talk, round_id: int) -> Message:
    """On leave or on a mission: no more reminders of this round, and the days are asked for."""
    answering.decline_reminders(talk.session, talk.person_id, round_id)
    return leave.ask_days(talk, muted=True)


def _open(talk: Talk, before: str = "") -> Message | None:
    phrases = talk.house.phrases
    asked = answering.open_question(talk.session, talk.person_id, talk.now)
    if asked is not None and asked.position == 1 and not before and asked.round.card_version_id is not None:
        card = talk.session.get(CardVersion, asked.round.card_version_id)
        return opening_message(phrases, asked.round, card, asked.question, asked.total)
    if asked is not None:
        return question_message(phrases, asked.round, asked.question, asked.position, asked.total, before)
    ask = recalling.open_ask(talk.session, talk.person_id, talk.now)
    if ask is None:
        return None
    total = recalling.count(talk.session, ask)
    return recall_message(phrases, ask, recalling.question_of(talk.session, ask), total, before)


def refused(talk: Talk, refusal: Refusal) -> Message:
    """Why it was not taken; a person whose answer stands already goes on with what is open."""
    why = talk.words(refusal.key, **refusal.values)
    if isinstance(refusal, AlreadyAnswered):
        return _open(talk, before=why) or Message(why)
    return Message(why)


def _feedback(phrases: Phrases, question: QuestionVersion, is_right: bool) -> str:
    key = "quiz.right" if is_right else "quiz.wrong"
    rights: list[int] = json.loads(question.right_options)
    return phrases(key, rights=rights, explanation=question.explanation, source=question.citation)
