"""Claiming: which waiting deliveries go out next, at which moments; the intent is committed before anything is sent."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Update, bindparam, false, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from content.message import Message
from participation import reach
from scheduler import pace
from scheduler.channel import Parcel
from scheduler.doors import admission as doors
from scheduler.doors import quota
from scheduler.doors.admission import Admission
from store.among import among
from store.outbox import BROADCAST, INTERACTIVE, WORDS
from store.tables import Account, Delivery, Pace

logger = logging.getLogger(__name__)

ROUNDS = 8  # looks at the queue per claim: bounds how long unwanted rows can keep the writer busy
LOOK_AHEAD = 32  # rows looked at to find the next moment worth waking up for

Row = Any  # columns of a delivery and its account: making entities of them would cost more than all the rest
Wanted = Callable[[Session, Sequence[Delivery], datetime], Sequence[bool]]


DELIVERIES: Any = Delivery.__table__  # type: ignore[attr-defined]
ACCOUNTS: Any = Account.__table__  # type: ignore[attr-defined]
LOOKED_AT = (
    *(Delivery.id, Delivery.token, Delivery.account_id, Delivery.person_id, Delivery.round_id),
    *(Delivery.key, Delivery.kind, Delivery.lane),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One bot's way out and who works it: `rate` per second over the bot, `chat_gap` seconds per chat."""

    channel: str
    bot: str
    rate: float
    chat_gap: float
    holder: str
    repeats_safely: bool = False


class Claimed(NamedTuple):
    """A parcel whose intent to send is committed, and the moment it may leave."""

    parcel: Parcel
    send_at: datetime


def _ready() -> Any:
    """Due rows of a lane in order: one per account, none whose chat rests or still waits for an outcome."""
    earlier = aliased(Delivery)
    overtaken = (
        select(col(earlier.id))
        .where(
            col(earlier.account_id) == Delivery.account_id,
            # As no index can be asked: what is looked through are an account's few messages, not all that wait.
            (col(earlier.id) < col(Delivery.id)).is_(True),
            (col(earlier.state) == "waiting").is_(True),
            col(earlier.lane) == bindparam("lane"),
            col(earlier.due_at) <= bindparam("now"),
        )
        .exists()
    )
    rested = or_(
        col(Account.next_send_at).is_(None),
        col(Account.next_send_at) <= bindparam("now"),
        col(Account.next_send_at) > bindparam("jump"),
    )
    late = func.coalesce(col(Delivery.expires_at) < bindparam("now"), false())
    return (
        select(*map(col, LOOKED_AT), WORDS, col(Account.address), col(Account.state), late.label("is_late"))
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
    )


def _next() -> Any:
    """When the first waiting rows of some lanes are due, and when their chats may hear from us, if they may at all."""
    return (
        select(
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
    busy = select(col(flying.account_id)).where(
        col(flying.state) == "sending", col(flying.channel) == bindparam("channel")
    )
    return col(Delivery.account_id).in_(busy)


def _sending() -> Update:
    return (
        update(DELIVERIES)
        .where(among(DELIVERIES.c.id, "ids"))
        .values(
            state="sending",
            tries=DELIVERIES.c.tries + 1,
            holder=bindparam("by"),
            claimed_at=bindparam("now"),
            reason="",
        )
    )


def _rest() -> Update:
    return update(ACCOUNTS).where(among(ACCOUNTS.c.id, "chats")).values(next_send_at=bindparam("until"))


def _ask() -> Update:
    asking = (ACCOUNTS.c.id == DELIVERIES.c.account_id, among(DELIVERIES.c.id, "ids"))
    return update(ACCOUNTS).where(*asking).values(prompt_id=DELIVERIES.c.id)


# Built once: putting these statements together costs ten times as much as running them.
READY, NEXT, SENDING, REST, ASK = _ready(), _next(), _sending(), _rest(), _ask()


def claim(
    session: Session,
    line: Line,
    now: datetime,
    wanted: Wanted,
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
    picked = _pick(session, line, door, now, wanted, INTERACTIVE, min(len(moments), door.replies))
    room = min(len(moments), limit - spare, door.scheduled) - len(picked)
    scheduled = _pick(session, line, door, now, wanted, BROADCAST, room)
    picked += scheduled
    if not picked:
        return []
    if scheduled and door.is_probe:
        doors.probed(session, line.channel, now)
    quota.count(session, line.channel, quota.SENT, len(picked), now)
    budget.next_at = moments[len(picked) - 1] + pace.gap(rate)
    session.add(budget)
    taken = [Claimed(parcel, send_at) for (_, parcel), send_at in zip(picked, moments, strict=False)]
    _mark_accounts(session, line, taken)
    openings = [row for row, _ in picked if row.kind == "open" and row.round_id and row.person_id]
    reach.attempted(session, [(row.round_id, row.person_id) for row in openings], now)
    return taken


def soonest(
    session: Session, line: Line, now: datetime, until: datetime, broadcasts: bool = True, horizon: float = pace.HORIZON
) -> datetime | None:
    """The first moment at which a claim may find something due by `until`; None when nothing waits."""
    found = _first(session, line, until, (INTERACTIVE, BROADCAST) if broadcasts else (INTERACTIVE,))
    door = doors.admission(session, line.channel, now) if found else Admission()
    ready: list[datetime] = [
        max(due_at, next_send_at or due_at)
        for lane, due_at, next_send_at, *heard in found
        if door.room(lane) and door.lets_in(*heard)
    ]
    if not ready:
        return None
    budget = session.get(Pace, line.bot) or pace.lock(session, line.bot, line.rate, now)  # a claim has locked it
    free_at = budget.next_at - timedelta(seconds=horizon)
    return max(min(ready), free_at, budget.gate_until_at or free_at)


def is_empty(session: Session, line: Line, until: datetime) -> bool:
    """Whether nothing at all waits that is due by `until`, be it for those whose chats may hear from us or not."""
    return not _first(session, line, until, (INTERACTIVE, BROADCAST))


def _first(session: Session, line: Line, until: datetime, lanes: Sequence[int]) -> Sequence[Row]:
    return session.connection().execute(NEXT, {"channel": line.channel, "lanes": lanes, "now": until}).all()


def expire(session: Session, channel: str, now: datetime) -> int:
    """Everything waiting past its lateness allowance is missed, not sent; returns how many were."""
    late = session.execute(
        update(Delivery)
        .where(col(Delivery.state) == "waiting", col(Delivery.channel) == channel, col(Delivery.expires_at) < now)
        .values(state="missed", reason="too late", settled_at=now)
    )
    return int(late.rowcount)  # type: ignore[attr-defined]


Picked = tuple[Row, Parcel]


def _pick(
    session: Session, line: Line, door: Admission, now: datetime, wanted: Wanted, lane: int, places: int
) -> list[Picked]:
    """Up to so many deliveries of one lane, in order, already marked `sending`."""
    picked: list[Picked] = []
    for _ in range(ROUNDS):
        if len(picked) >= places:
            break
        given = {"channel": line.channel, "lane": lane, "now": now, "jump": now + pace.CLOCK_JUMP} | door.given
        found = session.connection().execute(READY, given | {"places": places - len(picked)}).all()
        if not found:
            break
        if any(row.is_late for row in found):
            expire(session, line.channel, now)
            continue
        sifted = _sift(session, found, now, wanted)
        _mark_sending(session, line, [row.id for row, _ in sifted], now)
        picked += sifted
    return picked


def _sift(session: Session, found: Sequence[Row], now: datetime, wanted: Wanted) -> list[Picked]:
    """Those to be sent; the others get their final state here."""
    sifted: list[Picked] = []
    for row, is_wanted in zip(found, wanted(session, found, now), strict=True):
        if row.lane == BROADCAST and row.state != "active":
            _end(session, row, "dropped", f"account {row.state}", now)
        elif not is_wanted:
            _end(session, row, "dropped", "no longer wanted", now)
        elif (message := _readable(row)) is None:
            _end(session, row, "refused", "unreadable body", now)
        else:
            sifted.append((row, Parcel(row.id, row.token, row.account_id, row.address, row.kind, message)))
    return sifted


# The openings of a round share their words.
_read = lru_cache(maxsize=64)(Message.loads)


def _readable(row: Row) -> Message | None:
    """The message, or None where the row holds none: one broken row must not stop everybody's post."""
    try:
        return _read(row.body)
    except (ValueError, KeyError, TypeError):
        logger.exception("delivery %s holds no readable message", row.id)
        return None


def _end(session: Session, row: Row, state: str, reason: str, now: datetime) -> None:
    session.execute(
        update(Delivery).where(col(Delivery.id) == row.id).values(state=state, reason=reason, settled_at=now)
    )


def _mark_sending(session: Session, line: Line, ids: Sequence[int], now: datetime) -> None:
    if ids:
        session.connection().execute(SENDING, {"ids": ids, "by": line.holder, "now": now})


def _mark_accounts(session: Session, line: Line, taken: Sequence[Claimed]) -> None:
    """When the chats may hear from us again, and which message a typed number will refer to."""
    chats = [one.parcel.account_id for one in taken]
    if line.chat_gap:  # counted from the last of these, some hundredths of a second after the first
        until = taken[-1].send_at + timedelta(seconds=line.chat_gap)
        session.connection().execute(REST, {"chats": chats, "until": until})
    asked = [one.parcel.delivery_id for one in taken if one.parcel.message.choices]
    if asked:
        session.connection().execute(ASK, {"ids": asked})
