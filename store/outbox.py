"""Writing into the outbox: a message is planned once, whoever plans it and however often."""

import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, or_, update
from sqlmodel import Session, col, func, select

from store.tables import Account, Delivery, TranscriptLine
from store.upsert import AT_ONCE, batches, insert_new

INTERACTIVE, BROADCAST = 0, 1
KEEP_TEXT = timedelta(days=90)  # after that a message is a row without words: kept so that nothing is sent twice
BLANK = "{}"
UNDER_WAY = ("waiting", "held", "sending")


_DELIVERIES: Any = Delivery.__table__  # type: ignore[attr-defined]
_SHOWN = select(_DELIVERIES.c.id, _DELIVERIES.c.token, _DELIVERIES.c.account_id, _DELIVERIES.c.body)
_BY_ID = _SHOWN.where(_DELIVERIES.c.id.in_(bindparam("ids", expanding=True)))
_BY_TOKEN = _SHOWN.where(_DELIVERIES.c.token.in_(bindparam("tokens", expanding=True)))


@dataclass(frozen=True, slots=True)
class Outgoing:
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
            "token": secrets.token_urlsafe(12),  # 96 random bits; names the delivery in a button
            "account_id": message.account_id,
            "person_id": message.person_id,
            "channel": message.channel,
            "kind": message.kind,
            "lane": message.lane,
            "round_id": message.round_id,
            "body": message.body,
            "due_at": message.due_at,
            "expires_at": message.expires_at,
            "state": "waiting",
            "tries": 0,
            "holder": "",
            "platform_message_id": "",
            "reason": "",
            "doubted": False,
        }
        for message in messages
    ]
    return insert_new(session, Delivery, rows) if rows else 0


def shown(
    session: Session, tokens: Collection[str], delivery_ids: Collection[int]
) -> Iterator[Row[Any, Any, Any, Any]]:
    """`id`, `token`, `account_id` and `body` of the deliveries that these buttons or these ids name."""
    for some in batches(delivery_ids):
        yield from session.connection().execute(_BY_ID, {"ids": some})
    named = sorted(tokens)
    for start in range(0, len(named), AT_ONCE):
        yield from session.connection().execute(_BY_TOKEN, {"tokens": named[start : start + AT_ONCE]})


def by_token(session: Session, token: str, account_id: int) -> Delivery | None:
    """The delivery a button names, when it went to this account; a token of somebody else's names nothing."""
    return session.exec(select(Delivery).where(Delivery.token == token, Delivery.account_id == account_id)).first()


def prompt(session: Session, account: Account) -> Delivery | None:
    """The last message with choices that went out to this account: what a typed number refers to."""
    return session.get(Delivery, account.prompt_id) if account.prompt_id else None


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
