"""Answers to rounds, corrections of keys, and what each person is asked again later."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.columns import moment, optional_moment


class Answer(SQLModel, table=True):
    """The first valid reply of one person to one question of one round; the unique key keeps it the only one.

    `counted` is false for people outside the snapshot: their answer is kept, no percentage holds it.
    `unit_id` is the unit they were counted at, or stood at when outside the snapshot. `raised_at`: when a corrected
    key made it right.
    """

    __table_args__ = (
        UniqueConstraint("person_id", "round_id", "question_version_id"),
        # The few answers of people outside the snapshot: a round's figures need not look through all the others.
        Index("ix_answer_outside", "round_id", sqlite_where=text("counted IS 0"), postgresql_where=text("NOT counted")),
    )
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    question_version_id: int = Field(foreign_key="question_version.id")
    option: int
    is_right: bool
    counted: bool
    unit_id: int = Field(foreign_key="unit.id")
    account_id: int | None = Field(default=None, foreign_key="account.id")
    heard_at: datetime = moment()
    raised_at: datetime | None = optional_moment()


class KeyCorrection(SQLModel, table=True):
    """The key of a question was put right after people had answered. `before` and `after` are JSON lists of options.

    `raised` is how many answers became right; none ever becomes wrong.
    """

    __tablename__ = "key_correction"
    id: int | None = Field(default=None, primary_key=True)
    question_code: str = Field(index=True)
    before: str
    after: str
    reason: str
    entered_by: str
    entered_at: datetime = moment()
    raised: int = 0


class Recall(SQLModel, table=True):
    """When a person meets a question again: 12 days after a wrong answer, 24 after a right one, two right retire it."""

    __table_args__ = (Index("ix_recall_due", "due_at"),)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    question_code: str = Field(primary_key=True)
    rights_in_row: int = 0
    first_right_at: datetime | None = optional_moment()
    due_at: datetime | None = optional_moment()


class RecallAsk(SQLModel, table=True):
    """One review question put to one person on one occasion. Feeds retention only, never a round."""

    __tablename__ = "recall_ask"
    __table_args__ = (UniqueConstraint("person_id", "occurrence_id", "question_version_id"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    question_version_id: int = Field(foreign_key="question_version.id")
    position: int
    asked_at: datetime = moment()
    after_first_right: bool = False
    option: int | None = None
    is_right: bool | None = None
    answered_at: datetime | None = optional_moment()
