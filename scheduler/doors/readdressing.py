"""Re-addressing: what one door cannot take goes through another of the same person, or waits. Never through both.

A delivery keeps its key and its token. Only one that is waiting or held and has never been in doubt changes its
account, in one transaction; what may have arrived stays where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from participation import interaction
from scheduler.doors.obstacles import HELD_OUTAGE, HELD_WINDOW, Obstacles
from scheduler.doors.preference import active_accounts, place
from store.outbox import BROADCAST
from store.tables import Account, Delivery

WINDOW = "window"  # the kind that asks for a word before a window closes: it makes sense on that account alone


@dataclass(frozen=True, slots=True)
class Readdressed:
    """How many waiting messages were moved to another door, and how many are held back now."""

    moved: int = 0
    held: int = 0


def readdress(session: Session, now: datetime) -> Readdressed:
    """Look after every scheduled message that waits at a door which cannot take it."""
    obstacles = Obstacles(session, now)
    if not obstacles.are_possible:
        return Readdressed()
    stuck = session.exec(
        select(Delivery)
        .join(Account, col(Account.id) == Delivery.account_id)
        .where(
            Delivery.state == "waiting",
            Delivery.lane == BROADCAST,
            Delivery.kind != WINDOW,
            col(Delivery.person_id).is_not(None),
            _is_obstructed(obstacles, now),
        )
        .order_by(col(Delivery.id))
        .with_for_update(skip_locked=True, of=Delivery)
        .execution_options(populate_existing=True)
    ).all()
    return _look_after(session, stuck, obstacles, now)


def leave(session: Session, account_id: int, now: datetime) -> Readdressed:
    """An account was blocked or its window has closed: what waits for it goes elsewhere or waits for its return."""
    account = session.get_one(Account, account_id, populate_existing=True)
    rows = session.exec(
        select(Delivery)
        .where(
            Delivery.account_id == account_id,
            Delivery.lane == BROADCAST,
            Delivery.kind != WINDOW,
            col(Delivery.person_id).is_not(None),
            col(Delivery.state).in_(("waiting", "held")),
        )
        .order_by(col(Delivery.id))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    obstacles = Obstacles(session, now)
    if account.state == "active":
        return _look_after(session, [row for row in rows if row.state == "waiting"], obstacles, now)
    moved = 0
    for row in rows:
        if (other := _second_door(session, row, obstacles)) is not None:
            move(row, other)
            moved += 1
    session.flush()
    return Readdressed(moved)


def send_elsewhere(session: Session, delivery_id: int, now: datetime) -> bool:
    """A scheduled message that was refused unsent goes through another door of the person; False when there is none."""
    row = session.get_one(Delivery, delivery_id, populate_existing=True)
    if row.lane != BROADCAST or row.kind == WINDOW:
        return False
    other = _second_door(session, row, Obstacles(session, now))
    if other is None:
        return False
    move(row, other)
    row.state, row.reason, row.settled_at = "waiting", "", None
    session.flush()
    return True


def place_for(row: Delivery, accounts: Sequence[Account], obstacles: Obstacles) -> Account | None:
    """Which of the person's accounts may get this very message now; None when it has to wait."""
    if row.doubted or row.kind == WINDOW:
        return next((one for one in accounts if one.id == row.account_id and not obstacles.of(one)), None)
    return place(accounts, obstacles)


def _second_door(session: Session, row: Delivery, obstacles: Obstacles) -> Account | None:
    """Another account of the person that could take a message now, if it may change its account at all."""
    if row.doubted or row.person_id is None:
        return None
    own = session.get_one(Account, row.account_id)
    accounts = active_accounts(session, [row.person_id]).get(row.person_id, [])
    others = [account for account in accounts if account.id != row.account_id]
    return place(others, obstacles) if obstacles.may_fall_back(own) else None


def move(row: Delivery, account: Account) -> None:
    """Another account gets this message instead: the same row, key and token."""
    row.account_id, row.channel = account.id or 0, account.channel


def _look_after(session: Session, stuck: Sequence[Delivery], obstacles: Obstacles, now: datetime) -> Readdressed:
    """Move each to a door that can take it, else hold it with the reason. A halted door keeps one to be tried with."""
    accounts = active_accounts(session, sorted({row.person_id or 0 for row in stuck}))
    moved = held = 0
    tried: set[str] = set()
    for row in stuck:
        own = accounts.get(row.person_id or 0, [])
        account = next((one for one in own if one.id == row.account_id), None)
        if account is None:
            continue  # blocked, unlinked or somebody else's by now: claiming drops it
        reason = obstacles.of(account)
        other = place_for(row, own, obstacles)
        if other is not None:
            moved += other.id != account.id
            move(row, other)
        elif reason == HELD_OUTAGE and account.channel not in tried:
            tried.add(account.channel)
            row.due_at = max(row.due_at, now)  # counts for the day on which it gets through
        elif row.due_at <= now:
            row.state, row.reason = "held", reason
            held += 1
            if reason == HELD_WINDOW and account.closed_at is None:  # so that its next word is known to open it
                account.closed_at = interaction.closes_at(account, obstacles.windows)
    session.flush()
    return Readdressed(moved, held)


def _is_obstructed(obstacles: Obstacles, now: datetime) -> ColumnElement[bool]:
    if obstacles.is_stopped:
        return col(Delivery.due_at) <= now
    return or_(
        col(Delivery.channel).in_(sorted(obstacles.whole)),
        interaction.has_closed(obstacles.windows, now),
    )
