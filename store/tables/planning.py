"""When: campaigns, plans, the moments they fall due, and the organisation's own working days."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import moment, optional_moment


class Campaign(SQLModel, table=True):
    """A named, dated frame that owns plans (cuộc vận động, phong trào)."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    starts_on: date
    ends_on: date | None = None


class Plan(SQLModel, table=True):
    """What goes to which audience on which recurrence (kế hoạch gửi). `shape` is JSON: slots, counts, topics."""

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    code: str = Field(unique=True)
    name: str
    audience_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    shape: str
    active: bool = True


class Occurrence(SQLModel, table=True):
    """One thing of one plan that is due at one moment. The unique key lets it happen once.

    `due_at` is the nominal moment, `fires_at` the same moved to working time.
    `state`: `waiting`, `begun` (some portions are written, up to the person or unit `reached`), `done`, `missed` (later
    than the plan allows) or `skipped` (merged with another, see `note`).
    """

    __table_args__ = (
        UniqueConstraint("plan_id", "kind", "due_at"),
        Index("ix_occurrence_waiting", "state", "fires_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id")
    kind: str
    due_at: datetime = moment()
    fires_at: datetime = moment()
    round_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    state: str = "waiting"
    reached: int = 0
    done_at: datetime | None = optional_moment()
    note: str = ""


class CalendarOverride(SQLModel, table=True):
    """The organisation's own word on one day; it wins over the built-in calendar."""

    __tablename__ = "calendar_override"
    day_on: date = Field(primary_key=True)
    working: bool
    basis: str
