"""The token pair of a Zalo Official Account: who may exchange it, what came of it, how long it lasts.

A refresh token works once. Whoever wants to use it says so first, in a committed transaction (`ask`); only one can.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col

from store.tables import ZaloTokens
from store.upsert import insert_new

ALARM = timedelta(days=14)  # before the refresh token ends, when only a new consent helps


@dataclass(frozen=True, slots=True)
class Kept:
    """The pair as it is kept; see `ZaloTokens` for the fields."""

    oa_id: str
    sealed: str
    generation: int
    access_ends_at: datetime
    refresh_ends_at: datetime
    asked_at: datetime | None
    asked_by: str
    lost_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A new pair, sealed, and until when its two tokens are good."""

    sealed: str
    access_ends_at: datetime
    refresh_ends_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How an Official Account's permission stands, for health, `check` and the operator. No token in it.

    `is_lost`: it can be renewed no more, `reason` says why. `alarm`: it ends within `ALARM` unless renewed.
    """

    access_ends_at: datetime
    refresh_ends_at: datetime
    is_lost: bool
    alarm: bool
    reason: str


def read(session: Session, app_id: str) -> Kept | None:
    """The pair of an app; None before its first consent."""
    row = session.get(ZaloTokens, app_id)
    if row is None:
        return None
    return Kept(
        oa_id=row.oa_id,
        sealed=row.sealed,
        generation=row.generation,
        access_ends_at=row.access_ends_at,
        refresh_ends_at=row.refresh_ends_at,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        lost_at=row.lost_at,
        reason=row.reason,
    )


def standing(session: Session, app_id: str, now: datetime) -> Standing | None:
    """How the permission stands; None before the first consent."""
    kept = read(session, app_id)
    if kept is None:
        return None
    is_lost = kept.lost_at is not None or kept.refresh_ends_at <= now
    ends_soon = kept.refresh_ends_at - now <= ALARM
    return Standing(kept.access_ends_at, kept.refresh_ends_at, is_lost, is_lost or ends_soon, kept.reason)


def ask(session: Session, app_id: str, generation: int, asker: str, now: datetime) -> bool:
    """Set out to exchange the refresh token of this generation. False when another has, or when it is lost or gone."""
    free = (col(ZaloTokens.asked_at).is_(None), col(ZaloTokens.lost_at).is_(None))
    return _change(session, app_id, generation, *free, asked_at=now, asked_by=asker)


def take_over(session: Session, app_id: str, kept: Kept, asker: str, now: datetime) -> bool:
    """Go on for somebody who set out and was not heard of again; only one of several who try it can."""
    same = (col(ZaloTokens.asked_at) == kept.asked_at, col(ZaloTokens.asked_by) == kept.asked_by)
    return _change(session, app_id, kept.generation, *same, asked_at=now, asked_by=asker)


def answered(session: Session, app_id: str, generation: int, issued: Issued) -> bool:
    """The pair after this generation has come; it takes its place even where that was given up meanwhile.

    False when a newer one has already: only a consent can have brought it.
    """
    return _change(
        session,
        app_id,
        generation,
        sealed=issued.sealed,
        access_ends_at=issued.access_ends_at,
        refresh_ends_at=issued.refresh_ends_at,
        generation=generation + 1,
        asked_at=None,
        asked_by="",
        lost_at=None,
        reason="",
    )


def unused(session: Session, app_id: str, generation: int, asker: str) -> None:
    """It is proved that the refresh token was not used: anybody may try again."""
    _change(session, app_id, generation, col(ZaloTokens.asked_by) == asker, asked_at=None, asked_by="")


def lose(session: Session, app_id: str, generation: int, asker: str, reason: str, now: datetime) -> None:
    """The pair can be exchanged no more; what is left of the access token is still used."""
    mine = col(ZaloTokens.asked_by) == asker
    _change(session, app_id, generation, mine, asked_at=None, asked_by="", lost_at=now, reason=reason)


def consented(session: Session, app_id: str, oa_id: str, issued: Issued) -> None:
    """A pair by a new consent takes the place of whatever was there."""
    row = {
        "app_id": app_id,
        "oa_id": oa_id,
        "sealed": issued.sealed,
        "generation": 1,
        "access_ends_at": issued.access_ends_at,
        "refresh_ends_at": issued.refresh_ends_at,
        "asked_at": None,
        "asked_by": "",
        "lost_at": None,
        "reason": "",
    }
    if not insert_new(session, ZaloTokens, [row]):
        fresh = {name: value for name, value in row.items() if name not in ("app_id", "generation")}
        session.execute(
            update(ZaloTokens)
            .where(col(ZaloTokens.app_id) == app_id)
            .values(**fresh, generation=col(ZaloTokens.generation) + 1)
        )


def doubt(session: Session, now: datetime) -> int:
    """After a restore the refresh tokens may long be used: each is looked at first, as after a cut-off renewal."""
    unsure = update(ZaloTokens).where(col(ZaloTokens.lost_at).is_(None)).values(asked_at=now, asked_by="restored")
    return int(session.execute(unsure).rowcount)  # type: ignore[attr-defined]


def _change(session: Session, app_id: str, this: int, *conditions: ColumnElement[bool], **values: object) -> bool:
    same = (col(ZaloTokens.app_id) == app_id, col(ZaloTokens.generation) == this)
    changed = session.execute(update(ZaloTokens).where(*same, *conditions).values(**values))
    return bool(changed.rowcount)  # type: ignore[attr-defined]
