"""Two doors and a crash at every step: a message that changes its door goes out once, through one, and none is lost."""

import asyncio
from collections import Counter
from contextlib import suppress

import pytest
from sqlalchemy import delete
from sqlmodel import Session, SQLModel, col, select

from scheduler import outbox
from scheduler.calendar import Calendar
from scheduler.caps import release_held
from scheduler.channel import Later, Outcome, Refused, Unknown
from scheduler.doors.readdressing import readdress
from scheduler.doors.terms import Terms
from scheduler.drain import Drain, Limits
from store.database import Database
from store.tables import Account, Delivery, Door, Lease, LedgerEntry, Pace, Person, Setting, Traffic, Unit
from tests.scheduler.doors.people import OA, add_person
from tests.scheduler.fakes import (
    START,
    Crash,
    Death,
    InlineDatabase,
    LoopClock,
    RememberingChannel,
    Steps,
    add_letter,
    live,
    wanted,
)

WRITTEN: tuple[type[SQLModel], ...] = (
    *(Delivery, Account, LedgerEntry, Person, Unit),
    *(Pace, Lease, Setting, Door, Traffic),
)
CODES = ("fine", "window", "blocked", "unsure", "later")
IN_FLIGHT = 4


def answers() -> dict[str, list[Outcome | Exception]]:
    """What the first door says, by person."""
    return {
        "window": [Refused("outside the interaction window", person="window")],
        "blocked": [Refused("unfollowed", person="blocked")],
        "unsure": [Unknown("cut off")],
        "later": [Later(2, "busy")],
    }


class Scene:
    """Five people who were last heard on the first door and have a second one; two messages each."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.death, self.steps = database, LoopClock(), Death(), Steps()
        self.doors = [
            RememberingChannel(
                self.clock, name, chat_gap=0.0, seconds=0.2, answers=said, step=self.step, death=self.death
            )
            for name, said in (("zalo-oa", answers()), ("telegram", {}))
        ]
        with database.transaction() as session:
            for table in WRITTEN:
                session.execute(delete(table))
            self._people(session)

    def _people(self, session: Session) -> None:
        for code in CODES:
            person_id, ids = add_person(session, {"telegram": START.replace(month=1), "zalo-oa": START}, code)
            for number in (1, 2):
                add_letter(session, ids["zalo-oa"], f"{code}/{number}", channel="zalo-oa", person_id=person_id)

    def step(self) -> None:
        self.steps()

    def live(self) -> None:
        """One life of the process, to its end or to a crash."""
        self.clock.restart()
        self.death.dead = False
        with suppress(Crash):
            live(self._work())

    async def _work(self) -> None:
        database = InlineDatabase(self.database, self.step, self.death)
        terms = {"zalo-oa": OA, "telegram": Terms()}
        drains = [
            Drain(
                database,
                door,
                door.name,
                wanted,
                now=self.clock,
                limits=Limits(in_flight=IN_FLIGHT, terms=terms[door.name]),
            )
            for door in self.doors
        ]
        for _ in range(3):
            await database.run(readdress, self.clock())
            await database.run(release_held, Calendar(), self.clock())
            for drain in drains:
                await drain._keep_house()
                await drain.once()
            await asyncio.sleep(3)  # of virtual time: what was put off is due by then
        for drain in drains:
            await drain._land()

    def rows(self) -> list[Delivery]:
        with self.database.transaction() as session:
            return list(session.exec(select(Delivery).order_by(col(Delivery.id))))

    def check(self, unknown_allowed: int) -> None:
        """Once each, through one door, and all accounted for."""
        copies = Counter(parcel.delivery_id for door in self.doors for parcel in door.arrived)
        assert max(copies.values()) == 1
        for row in self.rows():
            assert row.state in ("sent", "unknown"), (row.key, row.state, row.reason)
            assert row.state != "sent" or copies[row.id or 0] == 1
        with self.database.transaction() as session:
            assert len(outbox.unknowns(session)) <= unknown_allowed


def test_a_crash_at_any_step_neither_doubles_nor_loses_a_message_that_changes_doors(database: Database) -> None:
    quiet = Scene(database)
    quiet.live()
    quiet.check(unknown_allowed=1)
    by_second = {parcel.message.text.split("/")[0] for parcel in quiet.doors[1].arrived}
    assert by_second == {"window", "blocked"}
    for number in range(1, quiet.steps.count + 1):
        scene = Scene(database)
        scene.steps = Steps(number, scene.death)
        scene.live()
        assert scene.death.dead
        scene.steps = Steps()
        scene.live()
        scene.check(unknown_allowed=1 + IN_FLIGHT)


@pytest.mark.parametrize("sent_again", [True, False])
def test_what_is_unknown_stays_at_its_door(database: Database, sent_again: bool) -> None:
    scene = Scene(database)
    scene.live()
    (unsure,) = [row for row in scene.rows() if row.state == "unknown"]
    with database.transaction() as session:
        session.get_one(Account, unsure.account_id).state = "active"
        if sent_again:
            assert outbox.resend(session, unsure.id or 0, "cli", scene.clock.last)
    scene.live()
    (row,) = [row for row in scene.rows() if row.id == unsure.id]
    assert (row.channel, row.state) == ("zalo-oa", "sent" if sent_again else "unknown")
