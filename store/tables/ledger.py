"""The append-only log: what happened, and who did what in office. Rows are inserted, never changed."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from store.columns import NEVER_REUSED, moment


class LedgerEntry(SQLModel, table=True):
    """One thing that happened; every percentage can be recomputed from these rows alone. `body` is JSON."""

    __tablename__ = "ledger"
    __table_args__ = NEVER_REUSED
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment()
    kind: str = Field(index=True)
    round_id: int | None = Field(default=None, index=True)
    person_id: int | None = None
    unit_id: int | None = None
    body: str = "{}"


class AuditEntry(SQLModel, table=True):
    """One act of an admin, head or operator, chained to the one before by hash."""

    __tablename__ = "audit"
    __table_args__ = NEVER_REUSED
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment()
    actor: str
    act: str
    subject: str
    body: str = "{}"
    previous_hash: str
    hash: str = Field(unique=True)
