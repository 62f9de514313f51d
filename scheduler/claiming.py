"""Claiming: which waiting deliveries go out next, at which moments; the intent is committed before anything is sent."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, update
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import Select

from content.message import Message
from participation import reach
from scheduler import pace
from scheduler.channel import Parcel
from scheduler.doors import admission as doors
from scheduler.doors import quota
from scheduler.doors.admission import Admission
from store.outbox import BROADCAST, INTERACTIVE, said
from store.tables import Account, Delivery

logger = logging.getLogger(__name__)

ROUNDS = 8  # looks at the queue per claim: bounds how long unwanted rows can keep the writer busy
LOOK_AHEAD = 32  # rows looked at to find the next moment worth waking up for

StillWanted = Callable[[Session, Delivery, datetime], bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One bot's way out and who works it: `rate` per second over the bot, `chat_gap` seconds per chat."""

    channel: str
    bot: str
    rate: float
    chat_gap: float
    holder: str
    repeats_safely: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A parcel whose intent to send is committed, and the moment it may leave."""

    parcel: Parcel
    send_at: datetime


def _ready() -> Select[Delivery, Account]:
    """Due rows of a lane in order: one per account, none whose chat rests or still waits for an outcome."""
    earlier = aliased(Delivery)
    overtaken = (
        select(earlier.id)
        .where(
            earlier.account_id == Delivery.account_id,
            col(earlier.id) < col(Delivery.id),
            earlier.state == "waiting",
            earlier.lane == bindparam("lane"),
            earlier.due_at <= bindparam("now"),
        )
        .exists()
    )
    rested = or_(
        col(Account.next_send_at).is_(None),
        col(Account.next_send_at) <= bindparam("now"),
        col(Account.next_send_at) > bindparam("jump"),
    )
    return (
        select(Delivery, Account)
        .join(Account, col(Account.id) == Delivery.account_id)
        .where(
            *_waiting(),
            col(Delivery.lane) == bindparam("lane"),
            doors.has_written_lately(),
            rested,
            ~_is_sending(),
            ~overtaken,
        )
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(bindparam("places", type_=Integer))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _next() -> Any:
    """When the first waiting rows of some lanes are due, and when their chats may hear from us, if they may at all."""
    return (
        sql_select(
            *map(col, (Delivery.lane, Delivery.due_at, Account.next_send_at, Account.last_heard_at, Account.closed_at))
        )
        .join(Account, col(Account.id) == Delivery.account_id)
        .where(*_waiting(), col(Delivery.lane).in_(bindparam("lanes", expanding=True)), ~_is_sending())
        .order_by(col(Delivery.lane), col(Delivery.due_at))
        .limit(LOOK_AHEAD)
    )


def _waiting() -> tuple[ColumnElement[bool], ...]:
    return (
        col(Delivery.state) == "waiting",
        col(Delivery.channel) == bindparam("channel"),
        col(Delivery.due_at) <= bindparam("now"),
    )


def _is_sending() -> ColumnElement[bool]:
    """The account has a message under way: a second one could overtake it."""
    flying = aliased(Delivery)
    busy = select(flying.account_id).where(flying.state == "sending", flying.channel == bindparam("channel"))
    return col(Delivery.account_id).in_(busy)


# Built once: putting these statements together costs ten times as much as running them.
READY, NEXT = _ready(), _next()


def claim(
    session: Session,
    line: Line,
    now: datetime,
    still_wanted: StillWanted,
    limit: int,
    spare: int = 0,
    horizon: float = pace.HORIZON,
) -> list[Claimed]:
    """Claim up to `limit` due deliveries: replies first, broadcasts only while `spare` places stay free for replies.

    Late ones become `missed`, unwanted ones `dropped`. Nothing is claimed while the bot's gate is closed.
    """
    budget = pace.lock(session, line.bot, line.rate, now)
    if pace.is_closed(budget, now):
        expire(session, line.channel, now)
        return []
    door = doors.admission(session, line.channel, now)
    rate = pace.effective(budget.rate, budget.gate_until_at, line.rate, now)
    moments = pace.slots(budget.next_at, rate, now, limit, horizon)
    picked = _pick(session, line, door, now, still_wanted, INTERACTIVE, min(len(moments), door.replies))
    room = min(len(moments), limit - spare, door.scheduled) - len(picked)
    scheduled = _pick(session, line, door, now, still_wanted, BROADCAST, room)
    picked += scheduled
    if not picked:
        return []
    if scheduled and door.is_probe:
        doors.probed(session, line.channel, now)
    quota.count(session, line.channel, quota.SENT, len(picked), now)
    budget.next_at = moments[len(picked) - 1] + pace.gap(rate)
    session.add(budget)
    taken = [
        Claimed(_parcel(delivery, address, message), send_at)
        for (delivery, address, message), send_at in zip(picked, moments, strict=False)
    ]
    _mark_accounts(session, line, taken)
    _mark_attempts(session, [delivery for delivery, _, _ in picked], now)
    return taken


def soonest(
    session: Session, line: Line, now: datetime, until: datetime, broadcasts: bool = True, horizon: float = pace.HORIZON
) -> datetime | None:
    """The first moment at which a claim may find something due by `until`; None when nothing waits."""
    lanes = (INTERACTIVE, BROADCAST) if broadcasts else (INTERACTIVE,)
    given = {"channel": line.channel, "lanes": lanes, "now": until}
    found = session.execute(NEXT, given).all()
    door = doors.admission(session, line.channel, now) if found else Admission()
    ready: list[datetime] = [
        max(due_at, next_send_at or due_at)
        for lane, due_at, next_send_at, *heard in found
        if door.room(lane) and door.lets_in(*heard)
    ]
    if not ready:
        return None
    budget = pace.lock(session, line.bot, line.rate, now)
    free_at = budget.next_at - timedelta(seconds=horizon)
    return max(min(ready), free_at, budget.gate_until_at or free_at)


def expire(session: Session, channel: str, now: datetime) -> int:
    """Everything waiting past its lateness allowance is missed, not sent; returns how many were."""
    late = session.execute(
        update(Delivery)
        .where(col(Delivery.state) == "waiting", col(Delivery.channel) == channel, col(Delivery.expires_at) < now)
        .values(state="missed", reason="too late", settled_at=now)
    )
    return int(late.rowcount)  # type: ignore[attr-defined]


Picked = tuple[Delivery, str, Message]


def _pick(
    session: Session, line: Line, door: Admission, now: datetime, still_wanted: StillWanted, lane: int, places: int
) -> list[Picked]:
    """Up to so many deliveries of one lane, in order, already marked `sending`."""
    picked: list[Picked] = []
    for _ in range(ROUNDS):
        if len(picked) >= places:
            break
        given = {"channel": line.channel, "lane": lane, "now": now, "jump": now + pace.CLOCK_JUMP} | door.given
        found = session.exec(READY, params=given | {"places": places - len(picked)}).all()
        if not found:
            break
        if any(delivery.expires_at is not None and delivery.expires_at < now for delivery, _ in found):
            expire(session, line.channel, now)
            continue
        wanted = _sift(session, found, now, still_wanted)
        _mark_sending(session, line, [delivery for delivery, _, _ in wanted], now)
        picked += wanted
    return picked


def _sift(
    session: Session, found: Sequence[tuple[Delivery, Account]], now: datetime, still_wanted: StillWanted
) -> list[Picked]:
    """Those to be sent; the others get their final state here."""
    wanted: list[Picked] = []
    for delivery, account in found:
        if delivery.lane == BROADCAST and account.state != "active":
            _end(delivery, "dropped", f"account {account.state}", now)
        elif not still_wanted(session, delivery, now):
            _end(delivery, "dropped", "no longer wanted", now)
        elif (message := _readable(session, delivery)) is None:
            _end(delivery, "refused", "unreadable body", now)
        else:
            wanted.append((delivery, account.address, message))
    session.flush()
    return wanted


def _readable(session: Session, delivery: Delivery) -> Message | None:
    """The message, or None where the row holds none: one broken row must not stop everybody's post."""
    try:
        return Message.loads(said(session, delivery))
    except (ValueError, KeyError, TypeError):
        logger.exception("delivery %s holds no readable message", delivery.id)
        return None


def _end(delivery: Delivery, state: str, reason: str, now: datetime) -> None:
    delivery.state, delivery.reason, delivery.settled_at = state, reason, now


def _mark_sending(session: Session, line: Line, deliveries: Sequence[Delivery], now: datetime) -> None:
    table: Any = Delivery.__table__  # type: ignore[attr-defined]
    if deliveries:
        session.connection().execute(
            update(table)
            .where(table.c.id.in_([delivery.id for delivery in deliveries]))
            .values(state="sending", tries=table.c.tries + 1, holder=line.holder, claimed_at=now, reason="")
        )


def _parcel(delivery: Delivery, address: str, message: Message) -> Parcel:
    return Parcel(delivery.id or 0, delivery.token, delivery.account_id, address, delivery.kind, message)


def _mark_accounts(session: Session, line: Line, taken: Sequence[Claimed]) -> None:
    """When each chat may hear from us again, and which message a typed number will refer to."""
    accounts: Any = Account.__table__  # type: ignore[attr-defined]
    this = accounts.c.id == bindparam("account")
    if line.chat_gap:
        rest = timedelta(seconds=line.chat_gap)
        rests = [{"account": one.parcel.account_id, "until": one.send_at + rest} for one in taken]
        session.connection().execute(update(accounts).where(this).values(next_send_at=bindparam("until")), rests)
    asked = [
        {"account": one.parcel.account_id, "prompt": one.parcel.delivery_id}
        for one in taken
        if one.parcel.message.choices
    ]
    if asked:
        session.connection().execute(update(accounts).where(this).values(prompt_id=bindparam("prompt")), asked)


def _mark_attempts(session: Session, deliveries: Sequence[Delivery], now: datetime) -> None:
    openings = [
        (delivery.round_id, delivery.person_id)
        for delivery in deliveries
        if delivery.kind == "open" and delivery.round_id is not None and delivery.person_id is not None
    ]
    reach.attempted(session, openings, now)
