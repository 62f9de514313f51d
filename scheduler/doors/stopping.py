"""Stopping: the operator stops all scheduled sending and lets it go on. Replies to people go out all the while."""

from datetime import datetime

from sqlmodel import Session

from scheduler.doors.admission import STOPPED
from scheduler.doors.readdressing import readdress
from store import ledger
from store.tables import Setting


def stopped_since(session: Session) -> datetime | None:
    """Since when nothing scheduled goes out; None while it does."""
    row = session.get(Setting, STOPPED, populate_existing=True)
    return datetime.fromisoformat(row.value) if row else None


def stop(session: Session, actor: str, now: datetime) -> bool:
    """From the next claim on no scheduled message goes out; False when that was so already."""
    if stopped_since(session) is not None:
        return False
    session.add(Setting(name=STOPPED, value=now.isoformat()))
    session.flush()
    readdress(session, now)
    ledger.audit(session, actor, "stop_sending", "scheduled messages", now)
    return True


def go_on(session: Session, actor: str, now: datetime) -> bool:
    """What was held gets its turn again, too late is too late; False when nothing was stopped."""
    row = session.get(Setting, STOPPED, populate_existing=True)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    ledger.audit(session, actor, "resume_sending", "scheduled messages", now)
    return True
