"""Watching: a door that fails for too long is taken out of service, and the operator told once; so of quotas."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from content.message import Choice, Message
from content.phrases import Phrases
from participation import units
from scheduler.calendar import office_day
from scheduler.doors import quota
from scheduler.doors.health import ill_since
from scheduler.doors.quota import Stage
from scheduler.notices import notify
from store.tables import Door, Traffic

logger = logging.getLogger(__name__)

ROLE = "operator"
IS_ILL = or_(col(Door.failing_since_at).is_not(None), col(Door.deaf_since_at).is_not(None))


def watch(session: Session, phrases: Phrases, now: datetime) -> int:
    """Halt what has failed for longer than the office's patience, tell what is new; how many doors were halted."""
    halted = [door for door in _failing(session) if _halt(session, door, now)]
    for door in halted:
        since = ill_since(door)
        logger.warning("door %s has failed since %s: scheduled messages halt", door.channel, since)
        text = phrases("door.told_outage", door=door, since=since)
        _tell(session, phrases, f"door:outage:{door.channel}:{since}", text, now)
    _warn_of_quotas(session, phrases, now)
    return len(halted)


def _failing(session: Session) -> list[Door]:
    query = select(Door).where(IS_ILL, col(Door.halted_at).is_(None))
    return list(session.exec(query.execution_options(populate_existing=True)))


def _halt(session: Session, door: Door, now: datetime) -> bool:
    """True when this call halted it: of two processes one does, and tells."""
    since = ill_since(door)
    if since is None or since + timedelta(seconds=door.patience_seconds) > now:
        return False
    still = (col(Door.channel) == door.channel, col(Door.halted_at).is_(None), IS_ILL)
    halted = session.execute(update(Door).where(*still).values(halted_at=now, probed_at=None))
    return bool(halted.rowcount)  # type: ignore[attr-defined]


def _warn_of_quotas(session: Session, phrases: Phrases, now: datetime) -> None:
    for channel, use in quota.uses(session, now).items():
        if use.stage is Stage.FREE or not _first_warning(session, channel, now):
            continue
        logger.warning("door %s has used %s of %s messages of this month", channel, use.used, use.limit)
        text = phrases("door.told_quota", door=channel, use=use, until=quota.month_ends_at(now))
        _tell(session, phrases, f"door:quota:{channel}:{quota.month(now)}", text, now)


def _first_warning(session: Session, channel: str, now: datetime) -> bool:
    """True once a month. Noted at both ways, for a door may only send or only receive; either of them remembers it."""
    this = (col(Traffic.channel) == channel, col(Traffic.month) == quota.month(now))
    unwarned = col(Traffic.warned_at).is_(None)
    if session.exec(select(Traffic.way).where(*this, ~unwarned)).first() is not None:
        return False
    warned = session.execute(update(Traffic).where(*this, unwarned).values(warned_at=now))
    return bool(warned.rowcount)  # type: ignore[attr-defined]


def _tell(session: Session, phrases: Phrases, key: str, text: str, now: datetime) -> None:
    message = Message(text, (Choice(phrases("door.see_health"), "say:suckhoe"),))
    notify(session, key, sorted(units.holders(session, ROLE, office_day(now))), message, now)
