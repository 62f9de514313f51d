"""What the peers keep, in SQLModel: people, one round's questions, answers under a unique key; one commit per update.

Sessions are synchronous, as SQLModel documents them, and run right in the handler: no thread and no pool of
connections to pay for. WAL and FULL, as the product has it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Engine, UniqueConstraint, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, col, create_engine, select

CLOSED, ALREADY, UNCLEAR = "Đợt này đã kết thúc.", "Câu này đã được ghi nhận.", "Trợ lý chưa hiểu câu trả lời."
LETTERS, DAYS = "abcd", 2 * 86_400.0


class Book(SQLModel, registry=registry()):
    """Tables of the peers alone: those of the product know nothing of them."""


class Reader(Book, table=True):
    """A person by Telegram id."""

    id: int | None = Field(default=None, primary_key=True)
    telegram_id: int = Field(unique=True, sa_type=BigInteger)
    name: str


class Item(Book, table=True):
    """A question of the round; `options` is JSON, `right` counts from 1. Moments are seconds since 1970."""

    id: int | None = Field(default=None, primary_key=True)
    position: int = Field(unique=True)
    stem: str
    options: str
    right: int
    explanation: str
    closes_at: float


class Reply(Book, table=True):
    """The first answer of a person to a question."""

    __table_args__ = (UniqueConstraint("reader_id", "item_id"),)
    id: int | None = Field(default=None, primary_key=True)
    reader_id: int = Field(foreign_key="reader.id")
    item_id: int = Field(foreign_key="item.id")
    option: int
    is_right: bool
    at: float


@dataclass(frozen=True, slots=True)
class Said:
    """What goes back: a text, and (label, callback data) of the buttons under it."""

    text: str
    buttons: Sequence[tuple[str, str]] = ()


def opened(url: str) -> Engine:
    """The engine; on SQLite with the pragmas on every connection."""
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def build(engine: Engine, people: int, first_chat: int, options: Sequence[str], now: float) -> None:
    """Fill an empty database: so many people and a round of two questions."""
    Book.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Reader(telegram_id=first_chat + number, name=f"Người {number}") for number in range(people))
        for position in (1, 2):
            session.add(
                Item(
                    position=position,
                    stem=f"Tình huống {position}: người dân đến nộp hồ sơ khi sắp hết giờ. Việc nào phù hợp?",
                    options=json.dumps(options, ensure_ascii=False),
                    right=2,
                    explanation="Tiếp nhận và hướng dẫn rõ theo quy chế. Căn cứ: Điều 9 Quyết định 129/2007/QĐ-TTg.",
                    closes_at=now + DAYS,
                )
            )
        session.commit()


def tapped(engine: Engine, telegram_id: int, button: str, now: float) -> Said:
    """An answer by a button, ``answer:item:option``."""
    _, item_id, option = button.split(":")
    with Session(engine) as session:
        return _answered(session, telegram_id, session.get_one(Item, int(item_id)), int(option), now)


def typed(engine: Engine, telegram_id: int, text: str, now: float) -> Said:
    """An answer by number or letter to the first question still open."""
    word = text.strip().lower()
    option = LETTERS.find(word) + 1 if word in LETTERS else int(word) if word.isdigit() else 0
    with Session(engine) as session:
        given = select(Reply.item_id).join(Reader).where(Reader.telegram_id == telegram_id)
        query = select(Item).where(col(Item.id).not_in(given)).order_by(col(Item.position))
        item = session.exec(query).first()
        if item is None or not option:
            return Said(UNCLEAR)
        return _answered(session, telegram_id, item, option, now)


def _answered(session: Session, telegram_id: int, item: Item, option: int, now: float) -> Said:
    reader = session.exec(select(Reader).where(Reader.telegram_id == telegram_id)).one()
    if now > item.closes_at:
        return Said(CLOSED)
    is_right = option == item.right
    session.add(Reply(reader_id=reader.id or 0, item_id=item.id or 0, option=option, is_right=is_right, at=now))
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        return Said(ALREADY)
    feedback = ("Chính xác. " if is_right else f"Chưa đúng. Phương án phù hợp là {item.right}. ") + item.explanation
    following = session.exec(select(Item).where(Item.position == item.position + 1)).first()
    if following is None:
        return Said(feedback)
    options = json.loads(following.options)
    listed = "\n".join(f"{number}. {label}" for number, label in enumerate(options, 1))
    text = f"{feedback}\n\nCâu {following.position}/2. {following.stem}\n{listed}\nTrả lời bằng số 1–{len(options)}."
    return Said(text, [(str(number), f"answer:{following.id}:{number}") for number in range(1, len(options) + 1)])
