"""Doors: each way out to people, on what terms it is open, how it is doing, and how much went through it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from store.columns import moment, optional_moment


class Door(SQLModel, table=True):
    """One channel (kênh) as the process that serves it last opened it, and how it has been since.

    `monthly_quota` 0 means no limit. `open_seconds` 0 means no interaction window; else nothing may be sent to whoever
    has not written for so long, and what is sent within `free_seconds` costs nothing. `falls_back`: when this door
    cannot take a message, another one of the same person may. `failing_since_at` is empty while messages go
    out, `deaf_since_at` while news comes in; either longer than `patience_seconds`, and scheduled messages halt
    (`halted_at`) but for a probe now and then, which no deaf door gets. `trouble` and `deafness` say why.
    """

    channel: str = Field(primary_key=True)
    bot: str
    monthly_quota: int = 0
    counts_received: bool = True
    open_seconds: int = 0
    free_seconds: int = 0
    falls_back: bool = True
    patience_seconds: int
    well_at: datetime | None = optional_moment()
    failing_since_at: datetime | None = optional_moment()
    trouble: str = ""
    deaf_since_at: datetime | None = optional_moment()
    deafness: str = Field(default="", sa_column_kwargs={"server_default": ""})
    halted_at: datetime | None = optional_moment()
    probed_at: datetime | None = optional_moment()
    looked_at: datetime | None = optional_moment()
    expires_at: datetime | None = optional_moment()


class Traffic(SQLModel, table=True):
    """How much went through a door in a month of the office (``2026-11``); `way` is `sent` or `received`.

    Each way has a row of its own: who sends and who receives never wait for each other.
    """

    channel: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    way: str = Field(primary_key=True)
    count: int
    last_at: datetime = moment()
    warned_at: datetime | None = optional_moment()
