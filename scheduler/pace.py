"""How fast a bot may send: evenly spaced slots, one shared gate for floods, and a rate that recovers slowly.

The arithmetic is pure; the budget is one `Pace` row per bot, so it is exact over processes and survives a restart.
"""

import math
import zlib
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from store.tables import Pace, Setting
from store.upsert import insert_new

HORIZON = 0.2  # seconds: no slot is given away further ahead, so a reply waits behind at most this much broadcast
SLOWEST = 0.5  # messages per second: floods halve the rate down to this
CLIMB_SHARE, CLIMB_SECONDS = 0.05, 30.0  # after a flood: +5% of the nominal rate every 30 s without another
CLOCK_JUMP = timedelta(minutes=2)  # a free moment further ahead than this only means that the clock was put back


# Built once: it stands in every claim.
LOCK = select(Pace).where(Pace.bot == bindparam("bot")).with_for_update().execution_options(populate_existing=True)


@dataclass(frozen=True, slots=True)
class Gate:
    """Nothing is sent for this bot before `until_at`."""

    until_at: datetime
    reason: str


def gap(rate: float) -> timedelta:
    """The time between two sends, rounded up to whole microseconds so that rounding never adds a message."""
    return timedelta(microseconds=math.ceil(1_000_000 / rate))


def cap(rate: float) -> tuple[int, timedelta]:
    """What a rate allows, and within what: whole messages of a second, or else of a minute (100 of it are 1.67/s)."""
    window = timedelta(seconds=1 if float(rate).is_integer() else 60)
    return max(1, int(rate * window.total_seconds() + 1e-9)), window


def slots(next_at: datetime, rate: float, now: datetime, limit: int, horizon: float = HORIZON) -> list[datetime]:
    """At most `limit` send moments from the next free one on, none later than `horizon` seconds from now."""
    first = now if next_at > now + CLOCK_JUMP else max(next_at, now)
    spacing, end = gap(rate), now + timedelta(seconds=horizon)
    return [moment for number in range(limit) if (moment := first + number * spacing) <= end]


def effective(rate: float, gate_until_at: datetime | None, nominal: float, now: datetime) -> float:
    """The rate in force now: what the last flood left of it, plus what has been won back since its gate opened."""
    if gate_until_at is None:
        return nominal
    steps = max(0.0, (now - gate_until_at).total_seconds()) // CLIMB_SECONDS
    return min(nominal, rate + steps * CLIMB_SHARE * nominal)


def lock(session: Session, bot: str, nominal: float, now: datetime) -> Pace:
    """The bot's budget row, made when missing, locked until the transaction ends: claims of one bot never overlap."""
    row = session.exec(LOCK, params={"bot": bot}).first()
    if row is None:
        insert_new(session, Pace, [{"bot": bot, "rate": nominal, "next_at": now, "gate_until_at": None}])
        row = session.exec(LOCK, params={"bot": bot}).one()
    return row


def close(session: Session, row: Pace, nominal: float, now: datetime, seconds: float, reason: str) -> None:
    """Close the bot's gate for so many seconds; an already closed gate is only ever moved further away."""
    until_at = now + timedelta(seconds=seconds)
    if not is_closed(row, now):
        row.rate = effective(row.rate, row.gate_until_at, nominal, now)
    if row.gate_until_at is None or until_at > row.gate_until_at:
        row.gate_until_at = until_at
        session.merge(Setting(name=f"gate:{row.bot}", value=reason))
    session.add(row)


def flood(session: Session, row: Pace, nominal: float, now: datetime, seconds: float, reason: str) -> None:
    """A 429: close the gate a little longer than asked, and halve the rate once per flood, not once per message."""
    first = not is_closed(row, now)
    close(session, row, nominal, now, seconds + jitter(row.bot, now), reason)
    if first:
        row.rate = max(min(SLOWEST, nominal), row.rate / 2)


def is_closed(row: Pace, now: datetime) -> bool:
    """Whether the gate is closed at a moment."""
    return row.gate_until_at is not None and now < row.gate_until_at


def gate(session: Session, bot: str, now: datetime) -> Gate | None:
    """The closed gate of a bot with its reason, for the operator; None while sending goes on."""
    row = session.exec(select(Pace).where(col(Pace.bot) == bot)).first()
    if row is None or row.gate_until_at is None or now >= row.gate_until_at:
        return None
    reason = session.get(Setting, f"gate:{bot}")
    return Gate(row.gate_until_at, reason.value if reason else "")


def jitter(bot: str, now: datetime) -> float:
    """Between 0.05 and 1 s, different from bot to bot and from flood to flood, yet the same when replayed."""
    return 0.05 + zlib.crc32(f"{bot} {now.isoformat()}".encode()) % 951 / 1000


class Window:
    """The last sends of this process, as many as the cap: no sliding window holds more of them, even after a stall."""

    def __init__(self, rate: float) -> None:
        most, self._window = cap(rate)
        self._starts: deque[datetime] = deque(maxlen=most)

    def wait(self, now: datetime) -> float:
        """Seconds until one more send fits. A clock put back never makes it wait longer than the window."""
        if len(self._starts) < (self._starts.maxlen or 1):
            return 0.0
        left = self._starts[0] + self._window - now
        return min(self._window, max(timedelta(), left)).total_seconds()

    def count(self, now: datetime) -> None:
        """A send starts now."""
        self._starts.append(now)
