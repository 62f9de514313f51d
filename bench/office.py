"""The office a run begins with: people on Telegram, one round open, its openings shown or still to be sent."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text, update

from app.opening import OpenHouse, furnish, load_phrases, migrate
from app.settings import Settings
from content.phrases import Phrases
from participation.joining import PURPOSE
from scheduler.calendar import load_calendar
from scheduler.rounds import open_now
from store.database import Database
from store.tables import Delivery

TOKEN = "1234567890:" + "A" * 35
SECRET = "bench"  # noqa: S105  # of a webhook on this machine
OPENED = datetime(2026, 11, 10, 2, 5, tzinfo=UTC)  # a working Tuesday, 09:05 at the office
LATER = timedelta(hours=1)
FIRST_CHAT, PLAN, UNITS = 5001, "hang-tuan", 40
OPTIONS = ("Chào hỏi và hướng dẫn rõ giấy tờ", "Để tự đọc bảng niêm yết", "Hẹn buổi khác", "Mời sang phòng bên")
QUESTION = (
    "Quy định trong tuần · Giao tiếp với người dân\nChào hỏi, lắng nghe, giải thích, hướng dẫn rõ ràng, cụ thể.\n"
    "Căn cứ: Điều 9 Quyết định 129/2007/QĐ-TTg.\n\nCâu 1/2. Người dân đến nộp hồ sơ sắp hết giờ. Việc nào phù hợp?\n"
    + "\n".join(f"{number}. {option}" for number, option in enumerate(OPTIONS, 1))
)

PEOPLE = """
INSERT INTO unit (id, code, name, kind, valid_from_on)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {units})
SELECT i, 'U' || i, 'Phòng ' || i, 'Phòng', '2020-01-01' FROM n;
INSERT INTO person (id, staff_code, name, unit_id, title, status)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})
SELECT i, 'NV' || i, 'Người ' || i, i % {units} + 1, '', 'working' FROM n;
INSERT INTO account (id, channel, address, person_id, state, asked, wrong_codes)
SELECT id, 'telegram', id + {first} - 1, id, 'active', '', 0 FROM person;
INSERT INTO consent (person_id, account_id, purpose, version, given_at)
SELECT id, id, '{purpose}', '1', '2026-11-02 02:00:00.000000' FROM person
"""


def settings_of(database: str, folder: Path, api: str, port: int, rate: float, in_flight: int) -> Settings:
    """The product's settings, files in `folder`. Not validated: a rate beyond Telegram's own shows where ours is."""
    return Settings.model_construct(
        agency="Sở Mẫu",
        database=database,
        code_secret_file=str(folder / "code.secret"),
        port=port,
        telegram_token=SecretStr(TOKEN),
        telegram_api=api,
        telegram_webhook=f"http://127.0.0.1:{port}/telegram",
        telegram_webhook_secret=SecretStr(SECRET),
        telegram_rate=rate,
        telegram_in_flight=in_flight,
    )


def build(database: Database, people: int) -> None:
    """Fill an empty database: an office with an open round. What opened it is due later."""
    phrases = populate(database, people, UNITS)
    with database.transaction() as session:
        opened = open_now(session, phrases, load_calendar(session), PLAN, OPENED)
    let_go(database, OPENED + LATER)
    if opened.sent != people:
        raise AssertionError(f"{opened.sent} openings for {people} people")


def let_go(database: Database, due_at: datetime) -> None:
    """What waits is due at this moment."""
    with database.transaction() as session:
        session.execute(update(Delivery).values(due_at=due_at))


def populate(database: Database, people: int, units: int) -> Phrases:
    """An office before its first round, in an empty database of either kind."""
    house = OpenHouse(Settings.model_construct(), database, load_phrases(), lambda: OPENED)
    migrate(database, house.settings)
    furnish(house)
    with database.transaction() as session:
        for statement in PEOPLE.format(people=people, units=units, first=FIRST_CHAT, purpose=PURPOSE).split(";\n"):
            session.execute(text(statement))
    return house.phrases


def stored(moment: datetime) -> str:
    """A moment as SQLite keeps it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
