"""The library in the store: sources, and versions of cards and questions as somebody saw them. Answers point here.

A version is a `draft`, `approved` or `declined` (`state`); `current` marks the one approved version that may be sent.
`origin` is `library` (it came with the product) or `office` (loaded or corrected here, which the product leaves alone).
"""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import moment, optional_moment


class SourceRow(SQLModel, table=True):
    """One legal text (căn cứ). A date is empty where it is not known; days in force count inclusively."""

    __tablename__ = "source"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    form: str
    number: str
    title: str
    issuer: str
    issued_on: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None
    replaced_by: str = ""
    verified: str
    origin: str = "library"


class SourceDraft(SQLModel, table=True):
    """A source the office entered or changed, until a second person approves it: only then it binds anything."""

    __tablename__ = "source_draft"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(index=True)
    form: str
    number: str
    title: str
    issuer: str
    issued_on: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None
    replaced_by: str = ""
    verified: str
    state: str = Field(default="draft", index=True)
    upload_id: int | None = Field(default=None, index=True)
    added_at: datetime = moment()
    entered_by_id: int | None = None
    decided_by_id: int | None = None
    decided_at: datetime | None = optional_moment()


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
    source_code: str = Field(default="", sa_column_kwargs={"server_default": ""})
    article: str = Field(default="", sa_column_kwargs={"server_default": ""})
    track: str = Field(default="", sa_column_kwargs={"server_default": ""})
    origin: str = Field(default="library", sa_column_kwargs={"server_default": "library"})
    state: str = Field(default="approved", index=True, sa_column_kwargs={"server_default": "approved"})
    upload_id: int | None = Field(default=None, index=True)
    entered_by_id: int | None = None
    decided_by_id: int | None = None
    decided_at: datetime | None = optional_moment()


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
    source_code: str = Field(default="", sa_column_kwargs={"server_default": ""})
    article: str = Field(default="", sa_column_kwargs={"server_default": ""})
    track: str = Field(default="", sa_column_kwargs={"server_default": ""})
    origin: str = Field(default="library", sa_column_kwargs={"server_default": "library"})
    state: str = Field(default="approved", index=True, sa_column_kwargs={"server_default": "approved"})
    upload_id: int | None = Field(default=None, index=True)
    entered_by_id: int | None = None
    decided_by_id: int | None = None
    decided_at: datetime | None = optional_moment()
