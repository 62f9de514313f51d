"""The way in and the way out: inbox and outbox rows, the pace of sending, leases, the web transcript."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import NEVER_REUSED, moment, optional_moment


class InboxRow(SQLModel, table=True):
    """A raw update, committed before it is confirmed to the platform. `state`: `waiting`, `done`, `parked`."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbox_waiting", "state", "id"),
        NEVER_REUSED,
    )
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_id: str
    body: str
    received_at: datetime = moment()
    state: str = "waiting"
    tries: int = 0
    reason: str = ""


class Delivery(SQLModel, table=True):
    """One message for one account at one due moment (lượt gửi); the outbox.

    `state`: `waiting` → `sending` (intent committed) → `sent` | `refused` | `unknown` (never re-sent by itself),
    or `missed` (too late), `dropped` (no longer wanted), `held` (a cap or a door holds it back, see `reason`).
    `doubted`: once it may have arrived, so it never changes its account any more.
    `body` is empty in an opening: all of a round say what stands in `Round.opening`, see `store.outbox.said`.
    `key` makes planning the same message twice harmless. `token` names the delivery in buttons.
    """

    __table_args__ = (
        Index("ix_delivery_waiting", "state", "channel", "lane", "due_at", "id"),
        Index("ix_delivery_person", "person_id", "due_at"),
        NEVER_REUSED,
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    token: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    channel: str
    kind: str
    lane: int
    round_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    body: str
    due_at: datetime = moment()
    expires_at: datetime | None = optional_moment()
    state: str = "waiting"
    tries: int = 0
    holder: str = ""
    claimed_at: datetime | None = optional_moment()
    settled_at: datetime | None = optional_moment()
    platform_message_id: str = ""
    reason: str = ""
    doubted: bool = False


class Pace(SQLModel, table=True):
    """The rate budget of one bot: the next free moment, the per-second rate, and the gate a 429 has closed."""

    bot: str = Field(primary_key=True)
    rate: float
    next_at: datetime = moment()
    gate_until_at: datetime | None = optional_moment()


class Lease(SQLModel, table=True):
    """Who works alone on something, until when."""

    name: str = Field(primary_key=True)
    holder: str
    until_at: datetime = moment()


class TranscriptLine(SQLModel, table=True):
    """What the web chat page shows, in order. A delivery or an inbox row appears in it once."""

    __tablename__ = "transcript_line"
    __table_args__ = (Index("ix_transcript_line_account", "account_id", "id"), NEVER_REUSED)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id", unique=True)
    inbox_id: int | None = Field(default=None, unique=True)
    who: str
    body: str
    at: datetime = moment()


class Setting(SQLModel, table=True):
    """A remembered word of the house by name (e.g. how far the demo's clock has come)."""

    name: str = Field(primary_key=True)
    value: str
