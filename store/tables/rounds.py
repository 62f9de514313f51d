"""Rounds: one occurrence of a plan with its frozen audience, units, exemptions and corrections."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import moment, optional_moment


class Round(SQLModel, table=True):
    """One occurrence (đợt). `state`: `open`, `closed` (figures provisional) or `frozen` (figures final).

    `opening` is the message that opens it, as JSON, for everybody alike; empty until somebody is asked.
    """

    __table_args__ = (UniqueConstraint("plan_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id")
    number: int
    card_version_id: int | None = Field(default=None, foreign_key="card_version.id")
    opens_at: datetime = moment()
    closes_at: datetime = moment()
    grace_minutes: int = 15
    freezes_at: datetime = moment()
    state: str = Field(default="open", index=True)
    frozen_at: datetime | None = optional_moment()
    opening: str = ""


class RoundQuestion(SQLModel, table=True):
    """The questions of a round, in order; `position` counts from 1."""

    __tablename__ = "round_question"
    round_id: int = Field(foreign_key="round.id", primary_key=True)
    position: int = Field(primary_key=True)
    question_version_id: int = Field(foreign_key="question_version.id")


class RoundUnit(SQLModel, table=True):
    """The unit tree as it was when the round opened, and each unit's own counts, its children's left out.

    The counts, in the order of `participation.counting.Counts`, move with the people they count, in the same
    transaction, until `is_final`.
    """

    __tablename__ = "round_unit"
    __table_args__ = (Index("ix_round_unit_parent", "round_id", "parent_id"),)
    round_id: int = Field(foreign_key="round.id", primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    parent_id: int | None = None
    name: str
    is_final: bool = False
    snapshot: int = 0
    exempt: int = 0
    connected: int = 0
    attempted: int = 0
    accepted: int = 0
    participants: int = 0
    finished: int = 0
    absent_unconnected: int = 0
    withdrawn: int = 0
    outside: int = 0
    rights: int = 0
    questions: int = 0


class Member(SQLModel, table=True):
    """One person of the audience snapshot S, at the unit of the opening moment.

    `exempt` is empty, `leave` or `left`. Counts and moments are kept in the same transaction as the answer itself.
    `connected` (some account is linked) and `withdrawn` (consent was taken back) follow the person until the round is
    final.
    """

    __tablename__ = "round_member"
    __table_args__ = (Index("ix_round_member_unit", "round_id", "unit_id"),)
    round_id: int = Field(foreign_key="round.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    exempt: str = ""
    connected: bool = False
    withdrawn: bool = False
    answers: int = 0
    rights: int = 0
    answered_at: datetime | None = optional_moment()
    finished_at: datetime | None = optional_moment()
    attempted_at: datetime | None = optional_moment()
    accepted_at: datetime | None = optional_moment()
    declined_reminders: bool = False


class Exemption(SQLModel, table=True):
    """Absence (miễn) over whole days, both ends included. Only an approved one takes anybody out of a round.

    One that a person reported has `asked_at` and waits until it is approved, refused, or revoked by the person.
    """

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    from_on: date
    until_on: date
    reason: str
    entered_by: str
    approved_at: datetime | None = optional_moment()
    revoked_at: datetime | None = optional_moment()
    asked_at: datetime | None = optional_moment()
    refused_at: datetime | None = optional_moment()
    decided_by: str = ""


class Correction(SQLModel, table=True):
    """A change after closing. The published figure stays; `before` and `after` are JSON counts of the unit."""

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    unit_id: int = Field(foreign_key="unit.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    reason: str
    entered_by: str
    entered_at: datetime = moment()
    before: str
    after: str
