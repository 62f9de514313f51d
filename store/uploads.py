"""Uploads: files sent to be loaded, each taken from `waiting` to an end, once, however often the work is begun."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from store.tables import Upload

WAITING, CHECKED, REFUSED, STORED, CANCELLED = "waiting", "checked", "refused", "stored", "cancelled"
KEEP = timedelta(days=7)  # how long a report waits for its yes


def receive(
    session: Session, person_id: int, account_id: int, channel: str, name: str, file_ref: str, now: datetime
) -> int:
    """Note a file that was sent; returns its id."""
    row = Upload(
        person_id=person_id, account_id=account_id, channel=channel, name=name, file_ref=file_ref, received_at=now
    )
    session.add(row)
    session.flush()
    return row.id or 0


def begin(session: Session) -> Upload | None:
    """The oldest file that waits, those that failed behind the others; counts the try before it is made.

    Counted first, so that a file whose check ends the whole process is not taken up for ever.
    """
    query = select(Upload).where(Upload.state == WAITING).order_by(col(Upload.tries), col(Upload.id)).limit(1)
    row = session.exec(query.with_for_update(skip_locked=True)).first()
    if row is not None:
        row.tries += 1
        session.add(row)
        session.flush()
    return row


def hold(session: Session, upload_id: int) -> Upload | None:
    """An upload, which nobody else can change until the transaction ends."""
    return session.exec(select(Upload).where(Upload.id == upload_id).with_for_update()).first()


def settle(session: Session, upload: Upload, state: str, now: datetime, found: str = "") -> None:
    """Bring an upload to another state; what was found is kept only while a yes may still come."""
    upload.state, upload.found, upload.settled_at = state, found, now
    session.add(upload)
    session.flush()


def waiting(session: Session, person_id: int | None = None) -> int:
    """How many files wait to be checked, of one person or in all."""
    query = select(func.count()).select_from(Upload).where(Upload.state == WAITING)
    return session.exec(query if person_id is None else query.where(Upload.person_id == person_id)).one()


def sent_by(session: Session, person_id: int) -> int:
    """How many files a person has ever sent to be loaded."""
    return session.exec(select(func.count()).select_from(Upload).where(Upload.person_id == person_id)).one()


def forget_old(session: Session, now: datetime) -> int:
    """Let go of what was found in files nobody said yes to in `KEEP`; returns how many uploads that was."""
    gone = session.execute(
        update(Upload)
        .where(col(Upload.found) != "", col(Upload.settled_at) <= now - KEEP)
        .values(found="", state=CANCELLED)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def forget_person(session: Session, person_id: int, now: datetime) -> None:
    """Erase names and content of a person's uploads; rows stay, since drafts that were stored point at them."""
    mine = col(Upload.person_id) == person_id
    open_ = mine & col(Upload.state).in_((WAITING, CHECKED))
    session.execute(update(Upload).where(open_).values(state=CANCELLED, settled_at=now))
    session.execute(update(Upload).where(mine).values(name="", file_ref="", found=""))
