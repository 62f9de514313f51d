"""The transcript of a web chat: what was said on both sides, in the order in which the page shows it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from store.outbox import shown
from store.tables import Account, TranscriptLine
from store.upsert import batches, insert_new

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


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a person said with a row of the inbox, whose `raw` body it is; `text` is empty for a pressed button."""

    account_id: int
    inbox_id: int
    raw: str
    text: str
    at: datetime


def said(session: Session, account_id: int, delivery_id: int, body: str, at: datetime) -> int:
    """The assistant's message becomes a line, once per delivery; returns the id of that line."""
    row = {"account_id": account_id, "delivery_id": delivery_id, "inbox_id": None, "who": ASSISTANT}
    _append(session, [row | {"body": body, "at": at}])
    return session.exec(select(TranscriptLine.id).where(TranscriptLine.delivery_id == delivery_id)).one() or 0


def heard(session: Session, words: Sequence[Spoken]) -> None:
    """What people said themselves becomes lines, in this order, once per inbox row.

    For a pressed button the line shows the number and label of that choice.
    """
    raws: list[dict[str, Any]] = [json.loads(one.raw) for one in words]
    labels = _labels(session, {raw["token"] for raw in raws if "token" in raw})
    rows = []
    for one, raw in zip(words, raws, strict=True):
        body: dict[str, Any] = {"text": one.text, "client": raw.get("id", "")}
        if "token" in raw:
            token, number = raw["token"], raw["number"]
            label = labels.get((one.account_id, token), [])
            body |= {"token": token, "number": number}
            body["text"] = one.text or (f"{number}. {label[number - 1]}" if 0 < number <= len(label) else str(number))
        written = json.dumps(body, ensure_ascii=False)
        row = {"account_id": one.account_id, "delivery_id": None, "inbox_id": one.inbox_id, "who": PERSON}
        rows.append(row | {"body": written, "at": one.at})
    _append(session, rows)


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


def _append(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    # Readers ask for "everything after line n", so the ids of one account must become visible in order: writers of
    # the same account wait for each other before they draw an id (SQLite has one writer anyway).
    for some in batches(row["account_id"] for row in rows):
        theirs = select(Account.id).where(col(Account.id).in_(some)).order_by(col(Account.id))
        session.exec(theirs.with_for_update(key_share=True)).all()
    insert_new(session, TranscriptLine, rows)


def _account_id(session: Session, channel: str, address: str) -> int | None:
    return session.exec(select(Account.id).where(Account.channel == channel, Account.address == address)).first()


def _labels(session: Session, tokens: Collection[str]) -> dict[tuple[int, str], list[str]]:
    """The labels of the choices shown with these buttons, by account and token; what is old has lost its words."""
    found = {}
    for row in shown(session, tokens, ()):
        choices = json.loads(row.body).get("choices", []) if row.body else []
        found[row.account_id, row.token] = [label for label, _ in choices]
    return found


def _lines(rows: Sequence[TranscriptLine]) -> tuple[Line, ...]:
    return tuple(Line(row.id or 0, row.who, row.body, row.at) for row in rows)
