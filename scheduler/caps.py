"""Caps: how many scheduled messages one person gets in a week and a day, counted over all campaigns.

What goes over is written all the same, as `held` with the reason, so that the admin sees it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, or_, update
from sqlmodel import Session, col, func, select

from scheduler.calendar import Calendar, at_office, office_day
from scheduler.doors.obstacles import Obstacles
from scheduler.doors.preference import active_accounts, place
from scheduler.doors.readdressing import WINDOW, move, place_for
from scheduler.shapes import Shape
from scheduler.turns import take_turns
from scheduler.wanted import still_wanted
from scheduler.windows import next_slot
from store.outbox import BROADCAST, Outgoing, put
from store.tables import Account, Delivery, Member, Plan
from store.upsert import AT_ONCE, batches

NUDGE = "nudge"  # the only kind that may come on top of the weekly cap, by one
CAPPED = ("open", "remind", "review", "rekey", WINDOW, NUDGE)
LOOKED_AT, RELEASED = 500, 40  # held messages in one transaction: looked at, and read to go out
COUNTED = ("waiting", "sending", "sent", "unknown")
HELD_DAY, HELD_WEEK, TOO_LATE, UNWANTED = (
    "round.held_day",
    "round.held_week",
    "round.dropped_late",
    "round.dropped_unwanted",
)


@dataclass(frozen=True, slots=True)
class Caps:
    """The most scheduled messages one person may get in a calendar week (Monday to Sunday) and in a day.

    A head's nudge does not use up the week's: it may be one more. It is never the second of a day.
    """

    weekly: int = 3
    daily: int = 1


@dataclass(frozen=True, slots=True)
class Written:
    """How many messages were written to go out, and how many to wait because of a cap."""

    sent: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Released:
    """What became of held messages: due again, or dropped for good."""

    released: int = 0
    dropped: int = 0

    def __add__(self, other: "Released") -> "Released":
        return Released(self.released + other.released, self.dropped + other.dropped)


class Tally:
    """What each of these people already gets in the week and on the day of a moment."""

    def __init__(self, session: Session, caps: Caps, moment: datetime, people: Collection[int | None]) -> None:
        query = select(Delivery.person_id, *_counts(moment)).where(is_counted(moment)).group_by(col(Delivery.person_id))
        self._caps = caps
        self._week: dict[int | None, int] = {}
        self._planned: dict[int | None, int] = {}
        self._day: dict[int | None, int] = {}
        for some in batches(person_id for person_id in people if person_id is not None):
            for person_id, *counts in session.execute(query.where(col(Delivery.person_id).in_(some))):
                self._week[person_id], self._planned[person_id], self._day[person_id] = counts

    def refusal(self, person_id: int | None, kind: str) -> str:
        """Why one more of a kind would be too many, as a phrase key; empty when there is room."""
        is_full = self._week.get(person_id, 0) > self._caps.weekly  # the nudge on top is in it, or took a place
        if is_full or (kind != NUDGE and self._planned.get(person_id, 0) >= self._caps.weekly):
            return HELD_WEEK
        return HELD_DAY if self._day.get(person_id, 0) >= self._caps.daily else ""

    def count(self, person_id: int | None, kind: str) -> None:
        """One more of a kind goes to this person."""
        self._week[person_id] = self._week.get(person_id, 0) + 1
        self._planned[person_id] = self._planned.get(person_id, 0) + (kind != NUDGE)
        self._day[person_id] = self._day.get(person_id, 0) + 1


def refusal(person_id: object, caps: Caps, moment: datetime) -> ScalarSelect[str]:
    """`Tally.refusal` as a value in SQL, of one more message that is no nudge."""
    week, planned, day = _counts(moment)
    is_full = or_(week > caps.weekly, planned >= caps.weekly)
    reason = case((is_full, HELD_WEEK), (day >= caps.daily, HELD_DAY), else_="")
    return select(reason).where(Delivery.person_id == person_id, is_counted(moment)).scalar_subquery()


def _counts(moment: datetime) -> tuple[ColumnElement[int], ...]:
    """How many of some deliveries count in the week and on the day of a moment: in all, but for nudges, that day."""
    start, due_at = at_office(office_day(moment), time()), col(Delivery.due_at)
    # The state stands in what is counted: among the conditions, SQLite would go through all messages in these states.
    counted = col(Delivery.state).in_(COUNTED)
    today = due_at.between(start, start + timedelta(days=1) - timedelta(microseconds=1))
    each = (counted, and_(counted, col(Delivery.kind) != NUDGE), and_(counted, today))
    return tuple(func.count(case((condition, 1))) for condition in each)


def is_counted(moment: datetime) -> ColumnElement[bool]:
    """Condition on `Delivery`: of a kind that caps count, and of the calendar week of a moment."""
    day = office_day(moment)
    monday = at_office(day - timedelta(days=day.weekday()), time())
    due_at = col(Delivery.due_at)
    return and_(col(Delivery.kind).in_(CAPPED), due_at >= monday, due_at < monday + timedelta(days=7))


def office_caps(session: Session) -> Caps:
    """The strictest caps any active plan asks for: a person does not care which campaign a message is from."""
    shapes = [Shape.loads(text) for text in session.exec(select(Plan.shape).where(col(Plan.active)))]
    return Caps(
        min((shape.weekly_cap for shape in shapes), default=Caps().weekly),
        min((shape.daily_cap for shape in shapes), default=Caps().daily),
    )


def put_capped(session: Session, messages: Sequence[Outgoing]) -> Written:
    """Write scheduled messages that are all due at one moment, each key once; what is over a cap is held."""
    fresh = _fresh(session, messages)
    if not fresh:
        return Written()
    take_turns(session)
    tally = Tally(session, office_caps(session), fresh[0].due_at, [message.person_id for message in fresh])
    held: dict[str, list[str]] = {HELD_DAY: [], HELD_WEEK: []}
    for message in fresh:
        if reason := tally.refusal(message.person_id, message.kind):
            held[reason].append(message.key)
        else:
            tally.count(message.person_id, message.kind)
    put(session, fresh)
    for reason, keys in held.items():
        _hold(session, keys, reason)
    over = sum(len(keys) for keys in held.values())
    return Written(len(fresh) - over, over)


def release_held(session: Session, calendar: Calendar, now: datetime) -> Released:
    """Give all held messages the next slot that have room for them now; drop those too late or no longer wanted."""
    total, reached = release_next(session, calendar, now)
    while reached:
        released, reached = release_next(session, calendar, now, reached)
        total += released
    return total


def release_next(session: Session, calendar: Calendar, now: datetime, after: int = 0) -> tuple[Released, int]:
    """The same for the next held messages after one; returns the last one looked at, 0 when none is left."""
    held = select(Delivery.id, Delivery.person_id, Delivery.kind).where(Delivery.state == "held")
    held = held.where(col(Delivery.id) > after).order_by(col(Delivery.id)).limit(LOOKED_AT)
    if session.exec(held).first() is None:
        return Released(), 0
    take_turns(session)
    slot = next_slot(calendar, now)
    dropped = 0 if after else _drop_late(session, slot, now)
    obstacles = Obstacles(session, slot)
    if obstacles.is_stopped:
        return Released(0, dropped), 0
    rows = session.exec(held).all()
    tally = Tally(session, office_caps(session), slot, [person_id for _, person_id, _ in rows])
    roomy = [row for row in rows if not tally.refusal(row[1], row[2])]
    accounts = active_accounts(session, sorted({person_id or 0 for _, person_id, _ in roomy}))
    open_to = {person_id for person_id, own in accounts.items() if place(own, obstacles) is not None}
    ids = [one or 0 for one, person_id, _ in roomy if person_id not in accounts or person_id in open_to]
    released, unwanted = _release(session, ids[:RELEASED], tally, accounts, obstacles, slot, now)
    reached = rows[-1][0] or 0 if len(rows) == LOOKED_AT else 0
    reached = ids[RELEASED - 1] if len(ids) > RELEASED else reached
    return Released(released, dropped + unwanted), reached


def _release(
    session: Session,
    ids: Sequence[int],
    tally: Tally,
    accounts: Mapping[int, Sequence[Account]],
    obstacles: Obstacles,
    slot: datetime,
    now: datetime,
) -> tuple[int, int]:
    """Let these go out at the slot while there is room; returns how many do, and how many nobody wants any more."""
    released = dropped = 0
    # Thousands may wait for days, and this runs every half a minute: rows are read only where there was room.
    query = select(Delivery).where(col(Delivery.id).in_(ids)).order_by(col(Delivery.id))
    rows = session.exec(query.execution_options(populate_existing=True)).all()
    at_hand = _about(session, rows)  # `still_wanted` asks for each of them; here they are read together
    for row in rows:
        own = accounts.get(row.person_id or 0, ())
        account = place_for(row, own, obstacles)
        if tally.refusal(row.person_id, row.kind) or (own and account is None):
            continue
        if row.kind not in CAPPED and _has_today(session, row.person_id, slot):
            continue
        if account is not None:
            move(row, account)
        if still_wanted(session, row, now):
            row.state, row.reason, row.due_at = "waiting", "", slot
            tally.count(row.person_id, row.kind)
            released += 1
        else:
            row.state, row.reason, row.settled_at = "dropped", UNWANTED, now
            dropped += 1
        session.add(row)
        session.flush()
    at_hand.clear()
    return released, dropped


def _about(session: Session, rows: Sequence[Delivery]) -> list[object]:
    """The accounts and members these messages are for; the session knows them as long as somebody holds them."""
    accounts = select(Account).where(col(Account.id).in_({row.account_id for row in rows}))
    members = select(Member).where(
        col(Member.person_id).in_({row.person_id for row in rows}),
        col(Member.round_id).in_({row.round_id for row in rows}),
    )
    return [*session.exec(accounts), *session.exec(members)]


def _has_today(session: Session, person_id: int | None, slot: datetime) -> bool:
    """Whether something goes to a person that day already: whoever comes back from an outage is not flooded."""
    midnight = at_office(office_day(slot), time())
    query = select(Delivery.id).where(
        Delivery.person_id == person_id,
        Delivery.lane == BROADCAST,
        col(Delivery.state).in_(COUNTED),
        Delivery.due_at >= midnight,
        Delivery.due_at < midnight + timedelta(days=1),
    )
    return session.exec(query.limit(1)).first() is not None


def _drop_late(session: Session, slot: datetime, now: datetime) -> int:
    late = session.execute(
        update(Delivery)
        .where(col(Delivery.state) == "held", col(Delivery.expires_at) <= slot)
        .values(state="dropped", reason=TOO_LATE, settled_at=now)
    )
    return int(late.rowcount)  # type: ignore[attr-defined]


def _fresh(session: Session, messages: Sequence[Outgoing]) -> list[Outgoing]:
    """The messages not written before, so that a second run neither holds nor counts what the first one sent."""
    known: set[str] = set()
    for start in range(0, len(messages), AT_ONCE):
        keys = [message.key for message in messages[start : start + AT_ONCE]]
        known.update(session.exec(select(Delivery.key).where(col(Delivery.key).in_(keys))))
    return [message for message in messages if message.key not in known]


def _hold(session: Session, keys: Sequence[str], reason: str) -> None:
    for start in range(0, len(keys), AT_ONCE):
        chunk = col(Delivery.key).in_(keys[start : start + AT_ONCE])
        session.execute(
            update(Delivery).where(chunk, col(Delivery.state) == "waiting").values(state="held", reason=reason)
        )
