"""Settling: what became of the parcels under way, written down many at a time in one transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Row, bindparam, func, select, update
from sqlmodel import Session, col

from participation import reach
from scheduler import pace
from scheduler.channel import Later, Refused, Sent, Unknown
from scheduler.claiming import Line
from scheduler.doors import health, quota, readdressing
from scheduler.doors.obstacles import HELD_WINDOW
from store.among import among
from store.columns import UtcMoment
from store.many import execute_many
from store.outbox import BROADCAST
from store.tables import Account, Delivery

DEAD_TOKEN_SECONDS = 600.0  # how long a line stands still before it tries a refused token again
TABLE: Any = Delivery.__table__  # type: ignore[attr-defined]
KNOWN = ("id", "account_id", "person_id", "round_id", "kind", "lane", "state", "claimed_at")
LONGEST_CHAT_REST = 60.0  # seconds: a row tried again later holds back its chat's next ones, but not for hours


@dataclass(frozen=True, slots=True)
class NotStarted:
    """A claimed parcel that was never handed to the channel: it goes back as if it had not been claimed."""


Failed = Later | Refused | Unknown | NotStarted
Result = Sent | Failed


def settle(session: Session, line: Line, delivery_id: int, outcome: Result, now: datetime) -> None:
    """Write down one outcome; see `settle_all`."""
    settle_all(session, line, [(delivery_id, outcome)], now)


def settle_all(session: Session, line: Line, outcomes: Sequence[tuple[int, Result]], now: datetime) -> None:
    """Write down the outcomes of this line's parcels; doing it twice changes nothing.

    Only rows this holder has under way are touched. One exception: `Sent` also resolves a row that was declared
    unknown meanwhile (by whoever took this process for dead), for a platform's message id is better knowledge.
    """
    results = [outcome for _, outcome in outcomes]
    if any(map(_did_not_count, results)):
        pace.lock(session, line.bot, line.rate, now)
    health.note(session, line.channel, line.bot, line.rate, results, now)
    _close_gate(session, line, results, now)
    rows = _under_way(session, line, [delivery_id for delivery_id, _ in outcomes])
    known = [
        (rows[delivery_id], outcome)
        for delivery_id, outcome in outcomes
        if delivery_id in rows and (rows[delivery_id].state == "sending" or isinstance(outcome, Sent))
    ]
    _arrived(session, [(row, outcome) for row, outcome in known if isinstance(outcome, Sent)], now)
    others = [(row, outcome) for row, outcome in known if not isinstance(outcome, Sent)]
    if others:
        execute_many(session, OUTCOME, [_settled(row, outcome, now) for row, outcome in others])
        _not_shown(session, [row for row, outcome in others if not isinstance(outcome, Unknown)])
        _give_back(session, line, [row for row, outcome in others if _did_not_count(outcome)], now)
    for row, outcome in others:
        _tell(session, row, outcome, now)


def _arrived(session: Session, arrived: Sequence[tuple[Row[Any], Sent]], now: datetime) -> None:
    receipts = [{"row": row.id, "message": outcome.platform_message_id, "at": now} for row, outcome in arrived]
    execute_many(session, ARRIVAL, receipts)
    openings = [row for row, _ in arrived if row.kind == "open" and row.round_id and row.person_id]
    reach.accepted(session, [(row.round_id, row.person_id) for row in openings], now)


def _did_not_count(result: Result) -> bool:
    """Whether the platform cannot have counted it: else a long outage would eat up the month by trying."""
    return isinstance(result, NotStarted | Later) or (isinstance(result, Refused) and result.whole_bot)


def _give_back(session: Session, line: Line, rows: Sequence[Row[Any]], now: datetime) -> None:
    for claimed_at, number in Counter(row.claimed_at or now for row in rows).items():
        quota.give_back(session, line.channel, number, claimed_at)


def _under_way(session: Session, line: Line, delivery_ids: Sequence[int]) -> dict[int, Row[Any]]:
    given = {"ids": delivery_ids, "mine": line.holder}
    return {row.id: row for row in session.connection().execute(UNDER_WAY, given).all()}


def _under_way_of() -> Any:
    return (
        select(*(TABLE.c[name] for name in KNOWN))
        .where(
            among(TABLE.c.id, "ids"),
            TABLE.c.holder == bindparam("mine"),
            TABLE.c.state.in_(("sending", "unknown")),
        )
        .with_for_update()
    )


def _outcome() -> Any:
    return (
        update(TABLE)
        .where(TABLE.c.id == bindparam("row"))
        .values(
            state=bindparam("to"),
            due_at=func.coalesce(bindparam("due", type_=UtcMoment), TABLE.c.due_at),
            tries=TABLE.c.tries - bindparam("untried"),
            settled_at=bindparam("at"),
            reason=bindparam("why"),
            doubted=TABLE.c.doubted | bindparam("doubt", type_=Boolean),
        )
    )


def _arrival() -> Any:
    """The outcome nearly all have."""
    arrived = {"state": "sent", "settled_at": bindparam("at"), "platform_message_id": bindparam("message")}
    return update(TABLE).where(TABLE.c.id == bindparam("row")).values(arrived | {"reason": ""})


# Built once: putting these statements together costs more than running them.
UNDER_WAY, OUTCOME, ARRIVAL = _under_way_of(), _outcome(), _arrival()


def _settled(row: Row[Any], outcome: Failed, now: datetime) -> dict[str, Any]:
    """The new column values of a row whose parcel did not arrive for certain."""
    values = {
        "row": row.id,
        "to": "waiting",
        "due": None,
        "untried": 0,
        "at": None,
        "why": "",
        "doubt": False,
    }
    match outcome:
        case Later(seconds, reason):
            return values | {"due": now + timedelta(seconds=seconds), "why": reason}
        case Refused(reason, whole_bot=True):
            return values | {"why": reason}
        case Refused(_, person="window") if row.lane == BROADCAST:
            return values | {"to": "held", "why": HELD_WINDOW}
        case Refused(reason):
            return values | {"to": "refused", "at": now, "why": reason}
        case Unknown(reason):
            return values | {"to": "unknown", "at": now, "why": reason, "doubt": True}
        case NotStarted():
            return values | {"untried": 1}


def _not_shown(session: Session, rows: Sequence[Row[Any]]) -> None:
    """A typed number must not answer a message that never appeared."""
    if rows:
        session.execute(
            update(Account)
            .where(
                col(Account.id).in_([row.account_id for row in rows]),
                col(Account.prompt_id).in_([row.id for row in rows]),
            )
            .values(prompt_id=None)
        )


def _tell(session: Session, row: Row[Any], outcome: Result, now: datetime) -> None:
    """What an outcome means for the account."""
    match outcome:
        case Later(seconds, whole_bot=False):
            _rest(session, row.account_id, now + timedelta(seconds=min(seconds, LONGEST_CHAT_REST)))
        case Refused(reason, person="blocked", whole_bot=False):
            reach.block(session, row.account_id, now, reason)
            readdressing.send_elsewhere(session, row.id, now)
            readdressing.leave(session, row.account_id, now)
            _drop_broadcasts(session, row.account_id, now)
        case Refused(person="window", whole_bot=False):
            reach.close_window(session, row.account_id, row.claimed_at or now)
            readdressing.send_elsewhere(session, row.id, now)
            readdressing.leave(session, row.account_id, now)


def _rest(session: Session, account_id: int, until_at: datetime) -> None:
    """The chat's later messages wait for the one that is tried again, so that it is not overtaken."""
    session.execute(update(Account).where(col(Account.id) == account_id).values(next_send_at=until_at))


def _drop_broadcasts(session: Session, account_id: int, now: datetime) -> None:
    session.execute(
        update(Delivery)
        .where(
            col(Delivery.account_id) == account_id,
            col(Delivery.state) == "waiting",
            col(Delivery.lane) == BROADCAST,
        )
        .values(state="dropped", reason="account blocked", settled_at=now)
    )


def _close_gate(session: Session, line: Line, outcomes: Sequence[Result], now: datetime) -> None:
    """Floods and dead tokens stop the whole bot. The budget row comes first, as in a claim: one order of locks."""
    for outcome in outcomes:
        match outcome:
            case Later(seconds, reason, whole_bot=True):
                budget = pace.lock(session, line.bot, line.rate, now)
                pace.flood(session, budget, line.rate, now, seconds, reason)
            case Refused(reason, whole_bot=True):
                budget = pace.lock(session, line.bot, line.rate, now)
                pace.close(session, budget, line.rate, now, DEAD_TOKEN_SECONDS, reason)
    session.flush()
