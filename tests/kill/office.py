"""An office at the moment before its first life: people linked, a round opened, its messages waiting."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from app.opening import OpenHouse, furnish, migrate
from participation import joining
from participation.accounts import account_of
from participation.roster import PersonRow, Roster, UnitRow
from participation.roster.applying import apply
from participation.roster.comparing import compare
from scheduler.calendar import load_calendar
from scheduler.rounds import open_now
from store.tables import Person, RoundQuestion

UNITS, CONSENT, PLAN = 6, "1", "hang-tuan"
FIRST_USER_ID = 5001


@dataclass(frozen=True)
class Cast:
    """Who takes part: person ids by Telegram user id, web cookie or other address; the round with its questions."""

    telegram: dict[int, int]
    web: dict[str, int]
    others: dict[str, int]  # by address on another channel
    round_id: int
    questions: dict[int, int]  # position → question version


def prepare(house: OpenHouse, on_telegram: int, on_web: int, channel: str = "", addresses: Sequence[str] = ()) -> Cast:
    """Fill a new database through the product's own functions; `addresses` are people on another channel."""
    migrate(house.database, house.settings)
    furnish(house)
    now = house.clock()
    with house.database.transaction() as session:
        roster = _roster(on_telegram + on_web + len(addresses))
        apply(session, roster, compare(session, roster, now), "test", now, confirmed=True)
        people = list(session.exec(select(Person).order_by(col(Person.staff_code))))
        telegram, web, others = {}, {}, {}
        for number, person in enumerate(people):
            if number < on_telegram:
                telegram[FIRST_USER_ID + number] = person.id or 0
                link(session, person, "telegram", str(FIRST_USER_ID + number), now)
            elif number >= on_telegram + on_web:
                address = addresses[number - on_telegram - on_web]
                others[address] = person.id or 0
                link(session, person, channel, address, now)
            else:
                cookie = secrets.token_urlsafe(32)
                web[cookie] = person.id or 0
                link(session, person, "web", hashlib.sha256(cookie.encode()).hexdigest()[:32], now)
        opened = open_now(session, house.phrases, load_calendar(session), PLAN, now)
        assert opened.sent == len(people)
        asked = session.exec(select(RoundQuestion).where(RoundQuestion.round_id == opened.round_id))
        questions = {one.position: one.question_version_id for one in asked}
    return Cast(telegram, web, others, opened.round_id, questions)


def link(session: Session, person: Person, channel: str, address: str, now: datetime) -> None:
    yesterday = now - timedelta(days=1)
    account = account_of(session, channel, address, yesterday)
    joining.give_consent(session, account, CONSENT, yesterday)
    joining.link_by_phone(session, account, person.phone or "", yesterday)
    assert isinstance(joining.confirm(session, account, yesterday), joining.Joined)


def _roster(people: int) -> Roster:
    founded = date(2025, 7, 1)
    rooms = [UnitRow(number + 3, f"P{number}", f"Phòng {number}", "Phòng", "S", (), founded) for number in range(UNITS)]
    return Roster(
        units=(UnitRow(2, "S", "Sở Mẫu", "Sở", valid_from_on=founded), *rooms),
        people=tuple(
            PersonRow(
                number + 2,
                f"N{number:05}",
                f"Nguyễn Văn {number}",
                f"P{number % UNITS}",
                "Chuyên viên",
                f"09000{number:05}",
            )
            for number in range(people)
        ),
    )
