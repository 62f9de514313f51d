"""A month of fifty people on one Zalo bot, two questions a round: what it costs, and what happens at 90 %."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, func, select

from bot.conversation.talk import House
from bot.heard import TEXT, Heard
from bot.reception import Reception
from content.phrases import Phrases
from scheduler.channel import Parcel
from scheduler.doors import quota
from scheduler.doors.obstacles import HELD_QUOTA
from scheduler.doors.quota import Use
from scheduler.doors.terms import Terms
from scheduler.drain import Drain, Limits
from scheduler.tick import run_tick
from scheduler.wanted import wanted
from store import inbox
from store.database import Database
from store.inbox import Arrival
from store.tables import Answer, Delivery, Person, Round
from tests.conftest import TOLD, Clock
from tests.kill.office import link
from tests.scheduler.fakes import RememberingChannel
from tests.scheduler.stage import add_office, at
from tests.simulation.town import copied

BOT, PEOPLE = "zalo-bot:1", 50
DAYS = [at("2026-12-01", "00:00") + timedelta(days=day) for day in range(31)]
HOURS = (8.5, 9, 9.5, 14, 14.5, 15.5, 17.5)


def hear(body: str, heard_at: datetime) -> Heard | None:
    """What a person typed."""
    said = json.loads(body)
    return Heard(BOT, said["address"], TEXT, heard_at, text=said["text"])


@dataclass
class Month:
    """The house with one bot, and people who answer every question by its first option."""

    database: Database
    phrases: Phrases
    clock: Clock
    limit: int
    heard: int = 0
    channel: RememberingChannel = field(init=False)

    def __post_init__(self) -> None:
        self.channel = RememberingChannel(self.clock, name=BOT, rate=1000.0, chat_gap=0.0)
        house = House(self.phrases, "Sở Mẫu", b"secret", "1", {})
        self.reception = Reception(self.database, house, {BOT: hear}, lambda: None)
        limits = Limits(terms=Terms(monthly_quota=self.limit))
        self.drain = Drain(
            self.database, self.channel, BOT, wanted, now=self.clock, sleep=self._pass, limits=limits, alone=True
        )

    async def _pass(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)

    async def lives(self, days: list[datetime], after: Callable[[], object] = lambda: None) -> None:
        """Every day of these: the alarm rings at some hours, and whoever is asked something answers."""
        for day in days:
            for hours in HOURS:
                self.clock.to(max(self.clock(), day + timedelta(hours=hours)))
                await run_tick(self.database, self.phrases, self.clock())
                await self._settle()
                after()

    async def says(self, address: str, text: str) -> None:
        """Somebody writes, and what follows from it happens."""
        self._says(address, text)
        await self._settle()

    def _says(self, address: str, text: str) -> None:
        body = json.dumps({"address": address, "text": text})
        with self.database.transaction() as session:
            self.heard += inbox.keep(session, [Arrival(BOT, str(self.heard), body)], self.clock())

    async def _settle(self) -> None:
        while True:
            seen = len(self.channel.arrived)
            await self.reception.drain()
            await self.drain.once()
            for parcel in self.channel.arrived[seen:]:
                if asks(parcel):
                    self._says(parcel.address, "1")
            if len(self.channel.arrived) == seen:
                return

    def use(self) -> Use:
        """What the counter says of December."""
        with self.database.transaction() as session:
            return quota.uses(session, DAYS[0])[BOT]

    def look(self, work: Callable[[Session], int]) -> int:
        with self.database.transaction() as session:
            return work(session)


def asks(parcel: Parcel) -> bool:
    """Whether a message holds a question."""
    return any(choice.action.startswith(("answer:", "recall:")) for choice in parcel.message.choices)


def month(template: Path, folder: Path, phrases: Phrases, limit: int) -> Month:
    database = copied(template, folder, "month")
    with database.transaction() as session:
        for number, person_id in enumerate(add_office(session, PEOPLE, linked=0), 1):
            person = session.get_one(Person, person_id)
            person.phone = f"09{number:08}"
            session.flush()
            link(session, person, BOT, f"z{number}", at("2026-11-30", "18:00"))
    return Month(database, phrases, Clock(DAYS[0]), limit)


def answers(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Answer)).one()


def test_a_month_of_fifty_people_stays_below_3000_messages(
    sqlite_template: Path, tmp_path: Path, phrases: Phrases, record_property: Callable[[str, object], None]
) -> None:
    office = month(sqlite_template, tmp_path, phrases, 3000)
    asyncio.run(office.lives(DAYS))
    use = office.use()
    assert (use.sent, use.received) == (len(office.channel.calls), office.heard)
    rounds = office.look(lambda session: len(session.exec(select(Round)).all()))
    assert office.look(answers) == rounds * PEOPLE * 2
    assert rounds == 5
    assert use.used < 3000
    assert office.look(lambda session: len(session.exec(select(Delivery).where(Delivery.state == "held")).all())) == 0
    record_property(TOLD, f"{rounds} rounds: {use.sent} sent and {use.received} received of {use.limit}")
    office.database.close()


def test_at_90_percent_rounds_stop_and_answers_go_on_until_the_month_is_over(
    sqlite_template: Path, tmp_path: Path, phrases: Phrases
) -> None:
    office = month(sqlite_template, tmp_path, phrases, 3000)
    with office.database.transaction() as session:  # somebody has used this bot for something else before
        quota.count(session, BOT, quota.SENT, 1700, DAYS[0])
    scheduled_at: list[int] = []

    def watch() -> None:
        with office.database.transaction() as session:
            query = select(func.count()).select_from(Delivery)
            sent = session.exec(query.where(col(Delivery.kind) != "reply", Delivery.state == "sent")).one()
        scheduled_at.append(sent)

    async def lives() -> tuple[Use, int, int]:
        await office.lives(DAYS[:-2], watch)
        before = office.use()
        held = select(Delivery).where(Delivery.state == "held", Delivery.reason == HELD_QUOTA)
        waiting = office.look(lambda session: len(session.exec(held).all()))
        seen = len(office.channel.arrived)
        await office.says("z1", "menu")
        replied = len(office.channel.arrived) - seen
        office.clock.to(at("2027-01-05", "08:00"))
        await office.lives([at("2027-01-05", "00:00")])
        return before, waiting, replied

    before, waiting, replied = asyncio.run(lives())
    assert 2700 <= before.used < 3000
    assert replied == 1
    assert waiting > 0
    assert scheduled_at[-1] == scheduled_at[len(scheduled_at) * 2 // 3]  # none in the last third of the month
    january = [call for call in office.channel.calls if call.at >= at("2027-01-05", "08:00")]
    assert len({call.parcel.address for call in january}) == PEOPLE
    office.database.close()
