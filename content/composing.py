"""Composing: a card and a question as one message, in the same shape wherever they are sent from."""

import json

from content.message import Choice, Message
from content.phrases import Phrases
from store.tables import CardVersion, QuestionVersion, RecallAsk, Round


def opening_message(
    phrases: Phrases, round_: Round, card: CardVersion | None, question: QuestionVersion, total: int
) -> Message:
    """The message that opens a round: the card and question 1 together."""
    first = question_message(phrases, round_, question, 1, total)
    if card is None:
        return first
    text = phrases("quiz.opening", title=card.title, card=card.text, source=card.citation, question=first.text)
    return Message(text, first.choices, first.closing)


def card_text(phrases: Phrases, card: CardVersion) -> str:
    """A card to be read: title, text, source and how long that binds."""
    return phrases("lookup.card", title=card.title, text=card.text, source=card.citation, until_on=card.in_force_until)


def question_message(
    phrases: Phrases, round_: Round, question: QuestionVersion, position: int, total: int, before: str = ""
) -> Message:
    """One question of a round; `before` is the feedback on the previous one, sent in the same message."""
    asked = phrases("quiz.question", position=position, total=total, stem=question.stem)
    choices = _choices(question, f"answer:{round_.id}:{question.id}")
    closing = phrases("quiz.closing", count=len(choices), closes_at=round_.closes_at)
    return Message(_after(before, asked), choices, closing)


def recall_message(
    phrases: Phrases, ask: RecallAsk, question: QuestionVersion, total: int, before: str = ""
) -> Message:
    """One review question; it belongs to no round."""
    asked = phrases("quiz.recall", position=ask.position, total=total, stem=question.stem)
    choices = _choices(question, f"recall:{ask.id}")
    return Message(_after(before, asked), choices, phrases("quiz.closing_open", count=len(choices)))


def _choices(question: QuestionVersion, action: str) -> tuple[Choice, ...]:
    options: list[str] = json.loads(question.options)
    return tuple(Choice(option, f"{action}:{number}") for number, option in enumerate(options, 1))


def _after(before: str, text: str) -> str:
    return f"{before}\n\n{text}" if before else text
