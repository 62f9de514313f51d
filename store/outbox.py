"""Writing into the outbox: a message is planned once, whoever plans it and however often."""

import secrets
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, String, Subquery, case, cast, delete, func, literal, or_, update
from sqlmodel import Session, col, select

from store.among import among
from store.columns import UtcMoment
from store.tables import Account, Delivery, Round, TranscriptLine
from store.upsert import AT_ONCE, batches, insert_new, insert_selected

INTERACTIVE, BROADCAST = 0, 1
KEEP_TEXT = timedelta(days=90)  # after that a message is a row without words: kept so that nothing is sent twice
BLANK = "{}"
UNDER_WAY = ("waiting", "held", "sending")
PLANNED: dict[str, Any] = {
    "state": "waiting",
    "tries": 0,
    "holder": "",
    "platform_message_id": "",
    "reason": "",
    "doubted": False,
}


_DELIVERIES: Any = Delivery.__table__  # type: ignore[attr-defined]
_ROUNDS: Any = Round.__table__  # type: ignore[attr-defined]
_OPENING = sqlalchemy.select(_ROUNDS.c.opening).where(_ROUNDS.c.id == _DELIVERIES.c.round_id).scalar_subquery()
WORDS = case((_DELIVERIES.c.body == "", _OPENING), else_=_DELIVERIES.c.body).label("body")  # what is `said`, in SQL
_SHOWN = sqlalchemy.select(*(_DELIVERIES.c[name] for name in ("id", "token", "account_id", "claimed_at")), WORDS)
_BY_ID = _SHOWN.where(among(_DELIVERIES.c.id, "ids"))
_BY_TOKEN = _SHOWN.where(among(_DELIVERIES.c.token, "tokens"))


class Outgoing(NamedTuple):
    """One message to be sent. `key` is its identity: the same key is never written twice. `body` is Message JSON."""

    key: str
    account_id: int
    channel: str
    kind: str
    body: str
    due_at: datetime
    lane: int = BROADCAST
    person_id: int | None = None
    round_id: int | None = None
    expires_at: datetime | None = None


def put(session: Session, messages: Sequence[Outgoing]) -> int:
    """Write the messages whose keys are new; returns how many were. Needs no read first."""
    rows = [
        {
            "key": message.key,
            # 96 random bits name the delivery in a button. Before them stands the minute: tokens written together then
            # stand together in their index, where each would cost a page of its own.
            "token": f"{int(message.due_at.timestamp()) // 60:x}-{secrets.token_urlsafe(12)}",
            "account_id": message.account_id,
            "person_id": message.person_id,
            "channel": message.channel,
            "kind": message.kind,
            "lane": message.lane,
            "round_id": message.round_id,
            "body": message.body,
            "due_at": message.due_at,
            "expires_at": message.expires_at,
        }
        | PLANNED
        for message in messages
    ]
    return insert_new(session, Delivery, rows) if rows else 0


def shown(session: Session, tokens: Collection[str], delivery_ids: Collection[int]) -> Iterator[Any]:
    """`id`, `token`, `account_id`, `claimed_at` and what is `said` of the deliveries named by button or by id."""
    for some in batches(delivery_ids):
        yield from session.connection().execute(_BY_ID, {"ids": some}).all()
    named = sorted(tokens)
    for start in range(0, len(named), AT_ONCE):
        yield from session.connection().execute(_BY_TOKEN, {"tokens": named[start : start + AT_ONCE]}).all()


def put_openings(session: Session, round_: Round, to: Subquery, due_at: datetime) -> int:
    """Write what opens a round, whose keys are new, to all these accounts by one statement; returns how many it were.

    `to` has id, channel and person_id of each, in the order of the people, and the reason for which it is held, if any.
    """
    fixed = PLANNED | {"kind": "open", "lane": BROADCAST, "round_id": round_.id, "body": ""}
    values = {
        "key": literal(f"open:{round_.id}:") + cast(to.c.person_id, String),
        # Beginning alike, the tokens of a round stand together in their index: else each would cost a page of its own.
        # Nothing in them tells whom they were made for: platforms see them in buttons.
        "token": literal(f"{round_.id}-") + _random(session),
        "account_id": to.c.id,
        "channel": to.c.channel,
        "person_id": to.c.person_id,
        "due_at": literal(due_at, UtcMoment),
        "expires_at": literal(round_.closes_at, UtcMoment),
        "state": case((to.c.reason == "", "waiting"), else_="held"),
        "reason": to.c.reason,
    }
    return insert_selected(session, Delivery, {name: literal(value) for name, value in fixed.items()} | values, to)


def said(session: Session, delivery: Delivery) -> str:
    """What a delivery says, as Message JSON: its own words, or those all openings of its round share."""
    return delivery.body or session.get_one(Round, delivery.round_id).opening


def by_token(session: Session, token: str, account_id: int) -> str | None:
    """What the delivery a button names said, when it went to this account; a token of somebody else's names nothing."""
    query = select(Delivery).where(Delivery.token == token, Delivery.account_id == account_id)
    delivery = session.exec(query).first()
    return said(session, delivery) if delivery else None


def prompt(session: Session, account: Account) -> str | None:
    """What the last message with choices that went out to this account said: a typed number refers to it."""
    delivery = session.get(Delivery, account.prompt_id) if account.prompt_id else None
    return said(session, delivery) if delivery else None


def prompted_at(session: Session, account: Account) -> datetime | None:
    """When the last message with choices was on its way to this account."""
    delivery = session.get(Delivery, account.prompt_id) if account.prompt_id else None
    return delivery.claimed_at if delivery else None


def held(session: Session) -> list[tuple[str, int]]:
    """What is held back and why: (reason, how many), most first."""
    query = (
        select(Delivery.reason, func.count())
        .where(Delivery.state == "held")
        .group_by(col(Delivery.reason))
        .order_by(func.count().desc())
    )
    return list(session.exec(query).all())


def forget_old(session: Session, now: datetime) -> int:
    """Blank messages settled over `KEEP_TEXT` ago, and all of strangers silent that long; returns how many.

    What such a stranger said goes as well. A button of a blanked message answers that it is no longer valid.
    """
    long_ago = now - KEEP_TEXT
    silent = select(Account.id).where(
        Account.state == "stranger", col(Account.person_id).is_(None), col(Account.last_heard_at) < long_ago
    )
    session.execute(delete(TranscriptLine).where(col(TranscriptLine.account_id).in_(silent)))
    blanked = session.execute(
        update(Delivery)
        .where(
            col(Delivery.body) != BLANK,
            col(Delivery.state).not_in(UNDER_WAY),
            or_(col(Delivery.settled_at) < long_ago, col(Delivery.account_id).in_(silent)),
        )
        .values(body=BLANK)
    )
    return int(blanked.rowcount)  # type: ignore[attr-defined]


def _random(session: Session) -> ColumnElement[str]:
    """At least 96 random bits in letters a button may carry, anew for each row; both databases seed from the system."""
    if session.get_bind().dialect.name == "sqlite":
        return func.hex(func.randomblob(12))
    return func.replace(cast(func.gen_random_uuid(), String), "-", "")
