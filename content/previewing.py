"""Previewing: a card or question as the very messages people will get, before anybody gets them."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, or_, select

from content.composing import card_text, opening_message, question_message
from content.drafting import DRAFT
from content.message import Choice, Message
from content.phrases import Phrases
from content.reviewing import Draft
from store.tables import CardVersion, QuestionVersion, Round, SourceDraft

SOFT, HARD = 600, 1500  # characters: what a message should have, and what it never exceeds
OPENING, ALONE, FEEDBACK, CARD = "opening", "alone", "feedback", "card"
OPEN_FOR = timedelta(days=2)


def of_code(session: Session, code: str) -> list[CardVersion | QuestionVersion]:
    """What a code names, however its case was typed: current versions first, then drafts."""
    named: list[Any] = []
    for table in (CardVersion, QuestionVersion):
        query = select(table).where(
            func.lower(table.code) == code.strip().lower(), or_(col(table.current), col(table.state) == DRAFT)
        )
        named += session.exec(query.order_by(col(table.current).desc(), col(table.id)))
    return named


def messages(
    session: Session, phrases: Phrases, piece: CardVersion | QuestionVersion, now: datetime
) -> dict[str, Message]:
    """Every message it appears in, by form: a question opens a round with a card, stands alone, has its feedback."""
    if isinstance(piece, CardVersion):
        return {CARD: card_message(phrases, piece)}
    round_ = Round(id=0, plan_id=0, number=1, opens_at=now, closes_at=now + OPEN_FOR, freezes_at=now + OPEN_FOR)
    forms = {}
    if (card := _card(session, piece)) is not None:
        forms[OPENING] = opening_message(phrases, round_, card, piece, 2)
    forms[ALONE] = question_message(phrases, round_, piece, 2, 2)
    forms[FEEDBACK] = Message(feedback(phrases, piece))
    return forms


def card_message(phrases: Phrases, card: CardVersion) -> Message:
    """A card as somebody sees it who looks it up."""
    choices = (
        Choice(phrases("lookup.other_topics"), "topics:1"),
        Choice(phrases("menu.back"), "say:menu"),
    )
    return Message(card_text(phrases, card), choices, inline=True)


def feedback(phrases: Phrases, question: QuestionVersion) -> str:
    """What somebody reads who answered wrongly: the key, why, and on what legal basis."""
    rights: list[int] = json.loads(question.right_options)
    return phrases("quiz.wrong", rights=rights, explanation=question.explanation, source=question.citation)


def told(session: Session, phrases: Phrases, draft: Draft, now: datetime) -> str:
    """A draft as one text for its reviewer: what people will read, key and explanation included."""
    if isinstance(draft, SourceDraft):
        return phrases("review.source", source=draft)
    forms = messages(session, phrases, draft, now)
    if isinstance(draft, CardVersion):
        return forms[CARD].text
    return f"{forms[ALONE].plain()}\n\n{forms[FEEDBACK].text}"


def an_example(session: Session) -> str:
    """The code of a current question, to show how codes look; empty when there is none."""
    query = select(QuestionVersion.code).where(col(QuestionVersion.current)).order_by(col(QuestionVersion.code))
    return session.exec(query).first() or ""


def beyond(message: Message) -> tuple[str, ...]:
    """What is amiss with the length of a message on any channel, as phrase keys."""
    length = len(message.plain())
    if length > HARD:
        return ("preview.over_hard",)
    return ("preview.over_soft",) if length > SOFT else ()


def _card(session: Session, question: QuestionVersion) -> CardVersion | None:
    """The card the question goes with, else one of its topic, as a round would put them together."""
    query = select(CardVersion).where(or_(col(CardVersion.current), col(CardVersion.state) == DRAFT))
    own = query.where(CardVersion.code == question.card_code).order_by(col(CardVersion.version).desc())
    on_topic = select(CardVersion).where(col(CardVersion.current), CardVersion.topic == question.topic)
    return session.exec(own).first() or session.exec(on_topic.order_by(col(CardVersion.code))).first()
