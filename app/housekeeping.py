"""Housekeeping: once a day what need not be kept is forgotten, so that an idle tick stays cheap."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from participation.privacy import erase_leavers
from participation.units import office_day
from store import files, inbox, outbox, uploads
from store.tables import Setting

TIDIED = "tidied_on"


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many updates were deleted, messages blanked, people erased who left the service; files and uploads let go."""

    updates: int
    messages: int
    leavers: int
    files: int = 0
    uploads: int = 0


def tidy(session: Session, now: datetime) -> Tidied | None:
    """Forget what is old; None when that was done today already."""
    today = office_day(now).isoformat()
    known = session.get(Setting, TIDIED)
    if known is not None and known.value == today:
        return None
    session.merge(Setting(name=TIDIED, value=today))
    return Tidied(
        updates=inbox.forget_old(session, now),
        messages=outbox.forget_old(session, now),
        leavers=erase_leavers(session, now),
        files=files.forget_old(session, now),
        uploads=uploads.forget_old(session, now),
    )
