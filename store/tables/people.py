"""People in chat: their accounts, invitations, consent and pauses."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import NEVER_REUSED, moment, optional_moment


class Account(SQLModel, table=True):
    """One address on one channel (tài khoản chat).

    `state`: `stranger` (wrote, not linked), `active` (linked), `blocked` (linked, platform refuses), `unlinked`.
    `asked` holds what the assistant waits for beyond numbered choices, as JSON (e.g. a code being confirmed).
    `prompt_id` is the last delivery with choices that went out here: a typed number refers to it.
    `chosen_at` is when the person last chose it to be written to first. `closed_at` is set while its interaction window
    is known to be closed; whatever is heard opens it.
    """

    __table_args__ = (UniqueConstraint("channel", "address"), NEVER_REUSED)
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    state: str = "stranger"
    asked: str = ""
    prompt_id: int | None = Field(default=None)
    wrong_codes: int = 0
    locked_until_at: datetime | None = optional_moment()
    linked_at: datetime | None = optional_moment()
    last_heard_at: datetime | None = optional_moment()
    next_send_at: datetime | None = optional_moment()
    chosen_at: datetime | None = optional_moment()
    closed_at: datetime | None = optional_moment()


class Invitation(SQLModel, table=True):
    """A personal, single-use, expiring code. Only a keyed hash of the code is kept."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    code_hash: str = Field(unique=True)
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = optional_moment()
    used_by_account_id: int | None = Field(default=None, foreign_key="account.id")
    revoked_at: datetime | None = optional_moment()


class Consent(SQLModel, table=True):
    """Agreement of one person to one purpose, with the version of the text that was shown."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id")
    purpose: str
    version: str
    given_at: datetime = moment()
    withdrawn_at: datetime | None = optional_moment()


class Pause(SQLModel, table=True):
    """A person asked for no scheduled messages, from a moment until a day (or until told otherwise)."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    from_at: datetime = moment()
    until_on: date | None = None
    ended_at: datetime | None = optional_moment()
