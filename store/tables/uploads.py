"""Files: what the house keeps for a while to hand out, and what admins sent to be loaded."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from store.columns import NEVER_REUSED, moment, optional_moment


class KeptFile(SQLModel, table=True):
    """A file for one person, until it expires. `token` is unguessable and names it in links."""

    __tablename__ = "kept_file"
    __table_args__ = NEVER_REUSED
    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(unique=True)
    name: str
    media_type: str
    body: bytes = Field(sa_type=LargeBinary)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    made_at: datetime = moment()
    expires_at: datetime = moment()


class Upload(SQLModel, table=True):
    """A file an admin sent to be loaded.

    `state`: `waiting` (to be fetched and checked), `checked` (its report waits for a yes), `refused` (cannot be read),
    `stored` (its drafts were written) or `cancelled`. `file_ref` names the file at the channel it came by; `found` is
    the JSON of what was read, without faults, so that a yes stores exactly what the report said.
    """

    __table_args__ = NEVER_REUSED
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    channel: str
    name: str
    file_ref: str
    state: str = Field(default="waiting", index=True)
    tries: int = 0
    found: str = ""
    received_at: datetime = moment()
    settled_at: datetime | None = optional_moment()
