"""Returning: whoever writes again opens the interaction window, and the next message that waited for it goes out."""

from datetime import datetime

from sqlmodel import Session, col, or_, select

from scheduler.doors.obstacles import HELD_WINDOW
from scheduler.wanted import still_wanted
from store.tables import Account, Delivery


def welcome(session: Session, account: Account, heard_at: datetime) -> bool:
    """Open the window of an account that was just heard; True when something that waited goes out now.

    One message alone: the others wait for their slot and their cap. Nothing is looked up while the window was open.
    """
    if account.closed_at is None or heard_at < account.closed_at:
        return False
    account.closed_at = None
    session.add(account)
    session.flush()
    waited = select(Delivery).where(
        Delivery.account_id == account.id,
        Delivery.state == "held",
        Delivery.reason == HELD_WINDOW,
        or_(col(Delivery.expires_at).is_(None), col(Delivery.expires_at) > heard_at),
    )
    for row in session.exec(waited.order_by(col(Delivery.id)).with_for_update(skip_locked=True)):
        if still_wanted(session, row, heard_at):
            row.state, row.reason, row.due_at = "waiting", "", heard_at
            session.add(row)
            return True
    return False
