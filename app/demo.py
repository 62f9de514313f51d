"""The demo's sample office: loaded by the real importer, joined and answered through the real doors.

Last week's round is played through to its digest and this week's is opened and half answered, on a moved clock.
Whoever answers here says it to the inbox like anybody else, so the figures a visitor sees are figures of real rows.
"""

import asyncio
import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from app.clock import DemoClock
from app.opening import OpenHouse
from app.settings import ROOT
from app.wiring import CONSENT_VERSION, Assistant
from bot.web.demo import DemoPerson, Leap
from participation import exemptions, invitations, joining, units
from participation.accounts import account_of
from participation.answering import open_question
from participation.exemptions import OFFICE_ZONE
from participation.roster.applying import apply
from participation.roster.comparing import compare
from participation.roster.reading import read_roster
from scheduler.agenda import next_of_each
from store import inbox, uploads
from store.inbox import Arrival
from store.tables import Account, Answer, Delivery, Duty, Grant, Person, Round, Setting, Unit

OFFICE_FILE = ROOT / "content" / "sample" / "office.xlsx"
CLOCK = "demo_clock"
SEED = 20261123
UNCONNECTED = 9  # people who have not joined yet; one of them is the newcomer a visitor can be
ON_LEAVE = 3
TAKES_PART, FINISHES, KNOWS = 0.86, 0.95, 0.72
LEAPS = {
    "remind": "demo.leap_remind",
    "close": "demo.leap_close",
    "digest": "demo.leap_digest",
    "open": "demo.leap_open",
}


@dataclass
class Stage:
    """The demo's moving parts: the house, what runs in it, its clock, and the newcomer's code (never stored)."""

    house: OpenHouse
    assistant: Assistant
    clock: DemoClock
    newcomer_code: str = ""
    is_live: bool = False

    async def settle(self) -> None:
        """Let the reception answer and the drains send everything that is due at the moment the clock shows."""
        while self.is_live:  # then they work by themselves, and we only wait for them
            self.assistant.reception.wake()
            self.assistant.uploads.wake()
            self.assistant.wake_drains()
            if not await self.house.database.run(_is_busy, self.clock()):
                return
            await asyncio.sleep(0.05)
        while True:
            handled = await self.assistant.reception.drain() + await self.assistant.uploads.drain()
            sent = sum([await drain.once() for drain in self.assistant.drains])
            if not handled and not sent:
                return

    async def leap(self, kind: str) -> None:
        """Move the clock to the next occurrence of a kind and let everything up to then happen in order."""
        target = (await self.house.database.run(next_of_each)).get(kind)
        if target is not None:
            await self.play_until(target.fires_at)

    async def play_until(self, moment: datetime) -> None:
        """Let every occurrence up to a moment happen at its own time."""
        while True:
            ahead = await self.house.database.run(next_of_each)
            due = min((each.fires_at for each in ahead.values()), default=moment)
            self.clock.to(max(self.clock(), min(due, moment)))
            await self.assistant.tick()
            await self.settle()
            if due >= moment:
                self.clock.to(max(self.clock(), moment))
                await self.house.database.run(keep_clock, self.clock())
                return


def import_office(session: Session, house: OpenHouse) -> None:
    """The sample office, by the importer an admin would use."""
    now = house.clock()
    roster = read_roster(OFFICE_FILE.read_bytes(), house.phrases)
    apply(session, roster, compare(session, roster, now), "demo", now, confirmed=True)


def connect_people(session: Session, house: OpenHouse) -> None:
    """Everybody but a few joins with a personal code, like on paper; some are on approved leave."""
    now, secret = house.clock(), house.settings.code_secret
    people = list(session.exec(select(Person).order_by(col(Person.staff_code))))
    plain = [person for person in people if not _stands_out(session, person.id or 0, _day(now))]
    chance = random.Random(SEED)  # noqa: S311 - a sample office, the same every time
    left_out = {person.id for person in chance.sample(plain, UNCONNECTED)}
    issued = invitations.issue(session, [person.id or 0 for person in people if person.id not in left_out], secret, now)
    for invitation in issued:
        account = account_of(session, "web", address_of(invitation.staff_code), now)
        joining.give_consent(session, account, CONSENT_VERSION, now)
        joining.try_code(session, account, invitation.code, secret, now)
        joining.confirm(session, account, now)
    for person in chance.sample([each for each in plain if each.id not in left_out], ON_LEAVE):
        exemptions.enter(session, person.id or 0, _day(now), _day(now) + timedelta(days=60), "leave", "demo", now)


async def play_history(stage: Stage, until_opened: int = 2) -> None:
    """Rounds open, people answer within the hours that follow; stops in the forenoon of the last opening."""
    chance = random.Random(SEED + 1)  # noqa: S311 - a sample office, the same every time
    database = stage.house.database
    for number in range(1, until_opened + 1):
        await stage.assistant.tick()
        await stage.leap("open")
        share = TAKES_PART if number < until_opened else TAKES_PART * 0.7
        takers = await database.run(_who_answers, chance, share)
        for step in range(2):
            stage.clock.to(stage.clock() + timedelta(minutes=20))
            if step:
                takers = [address for address in takers if chance.random() < FINISHES]
            await database.run(_say, takers, chance, stage.clock())
            await stage.settle()
        if number < until_opened:
            await stage.leap("digest")
    await database.run(keep_clock, stage.clock())


def keep_clock(session: Session, now: datetime) -> None:
    """Remember how far the demo's time has come."""
    setting = session.get(Setting, CLOCK) or Setting(name=CLOCK, value="")
    setting.value = now.isoformat()
    session.add(setting)


def kept_clock(session: Session) -> datetime | None:
    """How far the demo's time had come, or None in a new office."""
    setting = session.get(Setting, CLOCK)
    return datetime.fromisoformat(setting.value) if setting else None


def first_moment(now: datetime) -> datetime:
    """Where a new demo begins: last week's Monday, early, so that a whole week lies behind the visitor."""
    day = now.astimezone(OFFICE_ZONE).replace(hour=7, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday() + 7)


def invite_newcomer(session: Session, house: OpenHouse) -> str:
    """A fresh code for the first person not connected, shown on the demo page alone."""
    ids = invitations.waiting(session, None, house.clock())
    if not ids:
        return ""
    issued = invitations.issue(session, ids[:1], house.settings.code_secret, house.clock())
    return invitations.shown(issued[0].code) if issued else ""


def people(session: Session, house: OpenHouse, newcomer_code: str) -> list[DemoPerson]:
    """Everybody a visitor can be: who keeps content, who has a question open, the rest; one newcomer with a code."""
    now = house.clock()
    linked = set(session.exec(select(Account.person_id).where(Account.state == "active")))
    newcomer = next(iter(invitations.waiting(session, None, now)), None) if newcomer_code else None
    roles = _roles(session, _day(now))
    loaders = units.holders(session, "content_admin", _day(now))
    answered = set(
        session.exec(select(Answer.person_id).where(Answer.round_id == select(func.max(Round.id)).scalar_subquery()))
    )
    rows = session.exec(
        select(Person, Unit.name).join(Unit, col(Unit.id) == Person.unit_id).order_by(col(Person.staff_code))
    ).all()
    shown = [
        _shown(person, unit_name, roles.get(person.id or 0, "staff"))
        for person, unit_name in sorted(rows, key=lambda row: (row[0].id not in loaders, row[0].id in answered))
        if person.id in linked
    ]
    return shown + [_shown(person, name, "newcomer", newcomer_code) for person, name in rows if person.id == newcomer]


def leaps(house: OpenHouse) -> list[Leap]:
    """The moments the visitor may move to."""
    with house.database.transaction() as session:
        ahead = next_of_each(session)
    return [Leap(kind, house.phrases(key)) for kind, key in LEAPS.items() if kind in ahead]


def address_of(staff_code: str) -> str:
    """The address of a person's chat in the demo."""
    return f"demo-{staff_code.lower()}"


def _shown(person: Person, unit_name: str, role: str, note: str = "") -> DemoPerson:
    address = address_of(person.staff_code)
    return DemoPerson(person.staff_code, person.name, unit_name, person.title, role, address, note)


def _stands_out(session: Session, person_id: int, today: date) -> bool:
    return bool(units.roles(session, person_id, today) or units.head_units(session, person_id, today))


def _roles(session: Session, today: date) -> dict[int, str]:
    """Who heads a unit with nobody between him and its staff, and who keeps roster, content or the machine."""
    parents = select(Unit.parent_id).where(col(Unit.parent_id).is_not(None))
    heads = session.exec(select(Duty.person_id).where(Duty.from_on <= today, col(Duty.unit_id).not_in(parents)))
    admins = session.exec(select(Grant.person_id).where(Grant.from_on <= today))
    return dict.fromkeys(heads, "head") | dict.fromkeys(admins, "admin")


def _who_answers(session: Session, chance: random.Random, share: float) -> list[str]:
    """Addresses that got the newest round's opening and will take part."""
    newest = session.exec(select(Round).order_by(col(Round.id).desc())).first()
    reached = session.exec(
        select(Account.address)
        .join(Delivery, col(Delivery.account_id) == col(Account.id))
        .where(Delivery.round_id == (newest.id if newest else 0), Delivery.kind == "open", Delivery.state == "sent")
        .order_by(col(Account.id))
    ).all()
    return [address for address in reached if chance.random() < share]


def _say(session: Session, addresses: Sequence[str], chance: random.Random, now: datetime) -> None:
    """Each of them types an answer to the question last put to them; most know it."""
    arrivals = []
    for address in addresses:
        account = session.exec(select(Account).where(Account.channel == "web", Account.address == address)).one()
        words = _answer(session, account.person_id or 0, chance, now)
        said = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        body = json.dumps({"address": address, "text": words, "id": said}, ensure_ascii=False)
        arrivals.append(Arrival("web", f"{address}:{said}", body))
    inbox.keep(session, arrivals, now)


def _answer(session: Session, person_id: int, chance: random.Random, now: datetime) -> str:
    asked = open_question(session, person_id, now)
    if asked is None:
        return "menu"
    right: list[int] = json.loads(asked.question.right_options)
    options = range(1, len(json.loads(asked.question.options)) + 1)
    wrong = [number for number in options if number not in right]
    return str(right[0] if chance.random() < KNOWS else chance.choice(wrong))


def _is_busy(session: Session, now: datetime) -> bool:
    due = select(Delivery.id).where(col(Delivery.state).in_(("waiting", "sending")), Delivery.due_at <= now)
    heard = inbox.count(session, "waiting") + uploads.waiting(session)
    return heard > 0 or session.exec(due).first() is not None


def _day(now: datetime) -> date:
    return units.office_day(now)
