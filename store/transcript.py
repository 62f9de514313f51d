"""The transcript of a web chat: what was said on both sides, in the order in which the page shows it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from store.outbox import by_token
from store.tables import Account, InboxRow, TranscriptLine
from store.upsert import insert_new

ASSISTANT, PERSON = "assistant", "person"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the page gets it. `body` is a JSON object."""

    id: int
    who: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines in ascending order. `more`: others follow in the direction of reading.

    `rewritten`: the reader knows a line newer than any there is, so the transcript was erased since.
    """

    lines: tuple[Line, ...] = ()
    more: bool = False
    rewritten: bool = False


def said(session: Session, account_id: int, delivery_id: int, body: str, at: datetime) -> int:
    """The assistant's message becomes a line, once per delivery; returns the id of that line."""
    _append(
        session, account_id, {"delivery_id": delivery_id, "inbox_id": None, "who": ASSISTANT, "body": body, "at": at}
    )
    return session.exec(select(TranscriptLine.id).where(TranscriptLine.delivery_id == delivery_id)).one() or 0


def heard(session: Session, account_id: int, inbox_id: int, text: str, at: datetime) -> None:
    """The person's own words become a line, once per inbox row.

    `text` may be empty for a pressed button: the line then shows the number and label of that choice.
    """
    raw: dict[str, Any] = json.loads(session.get_one(InboxRow, inbox_id).body)
    body: dict[str, Any] = {"text": text, "client": raw.get("id", "")}
    if "token" in raw:
        body |= {"token": raw["token"], "number": raw["number"]}
        body["text"] = text or _label(session, account_id, raw["token"], raw["number"])
    written = json.dumps(body, ensure_ascii=False)
    _append(session, account_id, {"delivery_id": None, "inbox_id": inbox_id, "who": PERSON, "body": written, "at": at})


def since(session: Session, channel: str, address: str, line_id: int, limit: int) -> Stretch:
    """The lines after one, oldest first. An address that was never heard has none."""
    account_id = _account_id(session, channel, address)
    if account_id is None:
        return Stretch(rewritten=line_id > 0)
    query = select(TranscriptLine).where(TranscriptLine.account_id == account_id, col(TranscriptLine.id) > line_id)
    rows = list(session.exec(query.order_by(col(TranscriptLine.id)).limit(limit + 1)))
    if rows:
        return Stretch(_lines(rows[:limit]), more=len(rows) > limit)
    newest = session.exec(select(func.max(TranscriptLine.id)).where(TranscriptLine.account_id == account_id)).one()
    return Stretch(rewritten=line_id > (newest or 0))


def before(session: Session, channel: str, address: str, line_id: int | None, limit: int) -> Stretch:
    """The lines just before one (or the newest lines of all), oldest first."""
    account_id = _account_id(session, channel, address)
    if account_id is None:
        return Stretch()
    query = select(TranscriptLine).where(TranscriptLine.account_id == account_id)
    if line_id is not None:
        query = query.where(col(TranscriptLine.id) < line_id)
    rows = list(session.exec(query.order_by(col(TranscriptLine.id).desc()).limit(limit + 1)))
    return Stretch(_lines(rows[:limit][::-1]), more=len(rows) > limit)


def forget(session: Session, account_ids: Sequence[int]) -> int:
    """Erase what these accounts said and were told; returns how many lines are gone."""
    gone = session.execute(delete(TranscriptLine).where(col(TranscriptLine.account_id).in_(account_ids)))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _append(session: Session, account_id: int, row: dict[str, Any]) -> None:
    # Readers ask for "everything after line n", so the ids of one account must become visible in order: writers of
    # the same account wait for each other before they draw an id (SQLite has one writer anyway).
    session.exec(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True)).one()
    insert_new(session, TranscriptLine, [{"account_id": account_id, **row}])


def _account_id(session: Session, channel: str, address: str) -> int | None:
    return session.exec(select(Account.id).where(Account.channel == channel, Account.address == address)).first()


def _label(session: Session, account_id: int, token: str, number: int) -> str:
    body = by_token(session, token, account_id)
    choices = json.loads(body).get("choices", []) if body else []  # old and erased messages keep no words
    return f"{number}. {choices[number - 1][0]}" if 0 < number <= len(choices) else str(number)


def _lines(rows: Sequence[TranscriptLine]) -> tuple[Line, ...]:
    return tuple(Line(row.id or 0, row.who, row.body, row.at) for row in rows)
