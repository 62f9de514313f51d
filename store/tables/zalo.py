"""What an Official Account of Zalo needs remembered: the one pair of tokens that opens it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from store.columns import moment, optional_moment


class ZaloTokens(SQLModel, table=True):
    """The newest pair of tokens of one Zalo app, sealed. `generation` counts the pairs, so that a stale one is known.

    `asked_at` and `asked_by`: somebody has set out to exchange the single-use refresh token and has not written down
    what came of it. `lost_at`: the pair can be exchanged no more and a new consent is needed; `reason` says why.
    """

    __tablename__ = "zalo_tokens"
    app_id: str = Field(primary_key=True)
    oa_id: str
    sealed: str
    generation: int
    access_ends_at: datetime = moment()
    refresh_ends_at: datetime = moment()
    asked_at: datetime | None = optional_moment()
    asked_by: str = ""
    lost_at: datetime | None = optional_moment()
    reason: str = ""
