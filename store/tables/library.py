"""Versions of cards and questions, as they were when somebody saw them. Answers point here."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import moment


class CardVersion(SQLModel, table=True):
    """One version of one card (thẻ). `citation` is the source in words, dates tell when it may be sent."""

    __tablename__ = "card_version"
    __table_args__ = (UniqueConstraint("code", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    code: str
    version: int
    checksum: str
    topic: str
    title: str
    text: str
    citation: str
    verified: str
    in_force_from: date
    in_force_until: date | None = None
    current: bool = Field(default=True, index=True)
    added_at: datetime = moment()


class QuestionVersion(SQLModel, table=True):
    """One version of one question (câu hỏi). `options` is a JSON list of texts, `right_options` of 1-based numbers."""

    __tablename__ = "question_version"
    __table_args__ = (UniqueConstraint("code", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    code: str
    version: int
    checksum: str
    topic: str
    card_code: str | None = None
    kind: str
    difficulty: int
    stem: str
    options: str
    right_options: str
    explanation: str
    citation: str
    verified: str
    in_force_from: date
    in_force_until: date | None = None
    current: bool = Field(default=True, index=True)
    added_at: datetime = moment()
