"""An office for the scheduler's tests: units, people, accounts, content and a plan, in a few words each."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from participation import exemptions
from scheduler.plan_files import load_plans
from scheduler.plans import sync_plans
from store import outbox
from store.database import Database
from store.tables import Account, CardVersion, Delivery, Occurrence, Person, Plan, QuestionVersion, Round, Unit

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
PLANS = Path(__file__).parents[2] / "content" / "plans" / "default.yaml"
PLAN = "hang-tuan"
LONG_AGO = date(2020, 1, 1)
MONDAY = datetime(2026, 11, 9, 8, 30, tzinfo=HANOI)  # the day before an ordinary Tuesday


def at(day: str, clock: str) -> datetime:
    """A moment at the office, e.g. ``at("2026-11-10", "09:00")``."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=HANOI)


def told(moment: datetime) -> str:
    """A moment as the office reads it, e.g. ``Tue 2026-11-10 09:00``."""
    return moment.astimezone(HANOI).strftime("%a %Y-%m-%d %H:%M")


def add_unit(session: Session, code: str = "P1", parent_id: int | None = None) -> int:
    unit = Unit(code=code, name=f"Phòng {code}", kind="room", parent_id=parent_id, valid_from_on=LONG_AGO)
    session.add(unit)
    session.flush()
    return unit.id or 0


def add_people(session: Session, unit_id: int, count: int, linked: int | None = None) -> list[int]:
    """So many working people of a unit; the first `linked` of them have an account on the web page."""
    people = [
        Person(staff_code=f"{unit_id}-{number}", name=f"Người {number}", unit_id=unit_id) for number in range(count)
    ]
    session.add_all(people)
    session.flush()
    ids = [person.id or 0 for person in people]
    for person_id in ids[:linked]:
        session.add(Account(channel="web", address=f"web-{person_id}", person_id=person_id, state="active"))
    session.flush()
    return ids


def add_questions(
    session: Session, topic: str, count: int, card: str | None = None, prefix: str = "", **changes: Any
) -> list[QuestionVersion]:
    given: dict[str, Any] = {
        "version": 1,
        "checksum": "0",
        "topic": topic,
        "card_code": card,
        "kind": "situation",
        "difficulty": 1,
        "options": json.dumps(["Một", "Hai", "Ba"], ensure_ascii=False),
        "right_options": "[2]",
        "explanation": "Vì vậy",
        "citation": "Điều 9 Quyết định 129/2007/QĐ-TTg",
        "verified": "text",
        "in_force_from": LONG_AGO,
        "added_at": MONDAY,
    } | changes
    rows = [
        QuestionVersion(code=f"{prefix or topic}-{number}", stem=f"Tình huống {topic} {number}?", **given)
        for number in range(1, count + 1)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def add_card(session: Session, topic: str, code: str, **changes: Any) -> CardVersion:
    given: dict[str, Any] = {
        "code": code,
        "version": 1,
        "checksum": "0",
        "topic": topic,
        "title": "Giao tiếp với người dân",
        "text": "Chào hỏi, lắng nghe, giải thích.",
        "citation": "Điều 9 Quyết định 129/2007/QĐ-TTg",
        "verified": "text",
        "in_force_from": LONG_AGO,
        "added_at": MONDAY,
    }
    card = CardVersion(**(given | changes))
    session.add(card)
    session.flush()
    return card


def add_plan(session: Session, now: datetime = MONDAY) -> Plan:
    sync_plans(session, load_plans(PLANS), now)
    return session.exec(select(Plan).where(Plan.code == PLAN)).one()


def add_office(session: Session, people: int = 3, linked: int | None = None) -> list[int]:
    """One unit with people, content for some weeks, and the default plan."""
    unit_id = add_unit(session)
    for topic in ("giao-tiep", "trang-phuc", "gio-giac"):
        add_card(session, topic, f"the-{topic}")
        add_questions(session, topic, 8, card=f"the-{topic}")
    add_plan(session)
    return add_people(session, unit_id, people, linked)


def grant_leave(session: Session, person_ids: Iterable[int], first: str, last: str, now: datetime = MONDAY) -> None:
    for person_id in person_ids:
        exemptions.enter(
            session, person_id, date.fromisoformat(first), date.fromisoformat(last), "phép năm", "tổ chức", now
        )


def send(session: Session, now: datetime) -> int:
    """Send what is due, as the drain would; returns how many messages."""
    ready = update(Delivery).where(col(Delivery.state) == "waiting", col(Delivery.due_at) <= now)
    return int(session.execute(ready.values(state="sent", settled_at=now)).rowcount)  # type: ignore[attr-defined]


def deliveries(database: Database, kind: str | None = None, state: str | None = None) -> list[Delivery]:
    query = select(Delivery).order_by(col(Delivery.id))
    if kind is not None:
        query = query.where(Delivery.kind == kind)
    if state is not None:
        query = query.where(Delivery.state == state)
    with database.transaction() as session:
        return list(session.exec(query))


def said(database: Database, row: Delivery) -> str:
    """What a delivery says, as Message JSON."""
    with database.transaction() as session:
        return outbox.said(session, row)


def occurrences(database: Database, kind: str = "open") -> list[tuple[str, str]]:
    """When each occurrence of a kind fires, and its state, in order."""
    query = select(Occurrence).where(Occurrence.kind == kind).order_by(col(Occurrence.due_at))
    with database.transaction() as session:
        return [(told(row.fires_at), row.state) for row in session.exec(query)]


def rounds(database: Database) -> list[Round]:
    with database.transaction() as session:
        return list(session.exec(select(Round).order_by(col(Round.id))))


def count(database: Database, table: type) -> int:
    with database.transaction() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


HALF_AN_HOUR = timedelta(minutes=30)


def weeks(number: int) -> timedelta:
    return timedelta(weeks=number)
