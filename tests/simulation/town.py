"""A whole house in virtual time: updates are polled into the inbox, answered, and sent, and any step may be the last.

The platform has a memory of its own: what arrived, which updates were confirmed, and what each of them said.
"""

import asyncio
import json
import random
import shutil
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from aiogram import Bot
from sqlmodel import Session, col, select

from bot.conversation.talk import House
from bot.reception import Reception
from bot.telegram.hearing import hear
from bot.telegram.methods import GetUpdates
from bot.telegram.receive import Polling
from bot.telegram.toasts import Toasts
from content.phrases import Phrases
from participation.figures import counts_by_unit
from participation.recount import recount
from scheduler import outbox
from scheduler.channel import Outcome, Parcel
from scheduler.drain import Drain, Limits
from scheduler.tick import run_tick
from scheduler.wanted import wanted
from store import inbox
from store.database import Database, sqlite_url
from store.outbox import said
from store.tables import Account, Answer, Delivery, InboxRow, Member, Round
from tests.scheduler.fakes import Crash, Death, InlineDatabase, LoopClock, RememberingChannel, Steps, live

LIMITS = Limits(in_flight=4)
LOOK = 0.25
LIFE_SECONDS = 40.0


@dataclass
class People:
    """What people do with a question that reaches them: an option each, some tap twice, some type."""

    chance: random.Random
    answers: float = 1.0
    double: float = 0.3
    types: float = 0.3

    def react(self, parcel: Parcel) -> list[dict[str, Any]]:
        """The updates a parcel causes, without their ids."""
        person = {"id": int(parcel.address), "is_bot": False}
        chat = {"id": int(parcel.address), "type": "private"}
        if not parcel.message.choices or self.chance.random() >= self.answers:
            return []
        number = self.chance.randint(1, 2)
        if self.chance.random() < self.types:
            return [{"message": {"from": person, "chat": chat, "text": str(number)}}]
        taps = 2 if self.chance.random() < self.double else 1
        query = {"from": person, "message": {"chat": chat}, "data": f"{parcel.token}:{number}"}
        return [{"callback_query": {"id": str(copy), **query}} for copy in range(taps)]


@dataclass
class Platform:
    """Telegram as the house meets it: getUpdates with offsets, and an ear for what arrives."""

    people: People
    step: Callable[[], None]
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    confirmed: list[dict[str, Any]] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)
    arrived: int = 0
    _next: int = 700

    async def __call__(self, method: object, request_timeout: float = 0) -> list[dict[str, Any]]:
        """The bot: it is asked for updates and for nothing else."""
        if not isinstance(method, GetUpdates):
            return []
        self.step()
        while self.waiting and self.waiting[0]["update_id"] < (method.offset or 0):
            self.confirmed.append(self.waiting.popleft())
        if not self.waiting:
            await asyncio.sleep(LOOK)
        self.step()
        return list(self.waiting)[:3]

    def notice(self, parcel: Parcel) -> None:
        """A parcel has arrived: whoever is asked something new may answer."""
        actions = [choice.action for choice in parcel.message.choices]
        question = actions[0].rsplit(":", 1)[0] if actions else ""
        if question and (parcel.address, question) not in self.asked:
            self.asked.add((parcel.address, question))
            for update in self.people.react(parcel):
                self.waiting.append({"update_id": self._next, **update})
                self._next += 1


class Ears(RememberingChannel):
    """The channel; the platform notices what it accepts."""

    platform: Platform

    def _answer(self, parcel: Parcel) -> Outcome:
        outcome = super()._answer(parcel)
        if self.arrived and self.arrived[-1] is parcel:
            self.platform.notice(parcel)
        return outcome


class Town:
    """One office, one platform, and as many lives of the process as it takes."""

    def __init__(self, database: Database, phrases: Phrases, clock: LoopClock, people: People) -> None:
        self.database, self.phrases, self.clock = database, phrases, clock
        self.death, self.steps = Death(), Steps()
        self.platform = Platform(people, self._step)
        self.channel = Ears(clock, seconds=0.2, step=self._step, death=self.death)
        self.channel.platform = self.platform
        self.crashes = 0

    def live(self, crash_at: int = 0, later: float = 0.0) -> int:
        """One life, to its end or to a crash at that step; returns how many steps it took."""
        self.clock.restart(seconds=later)
        self.death.dead, self.steps = False, Steps(crash_at, self.death)
        with suppress(Crash):
            try:
                live(self._work())
            except BaseExceptionGroup as group:
                if group.split(Crash)[1] is not None:
                    raise
        self.crashes += self.death.dead
        return self.steps.count

    async def _work(self) -> None:
        database = InlineDatabase(self.database, self._step, self.death)
        house = House(self.phrases, "Sở Mẫu", b"secret", "1", {})
        drain = Drain(database, self.channel, "telegram:1", wanted, now=self.clock, limits=LIMITS)
        reception = Reception(database, house, {"telegram": hear}, drain.wake)
        bot = cast(Bot, self.platform)
        toasts = Toasts(bot, "", flood=cast(Any, None))
        polling = Polling(bot, database, self.clock, reception.wake, toasts)
        await run_tick(database, self.phrases, self.clock())
        drain.wake()
        async with asyncio.TaskGroup() as group:
            poller = group.create_task(polling.run())
            group.create_task(reception.run())
            group.create_task(drain.run())
            await self._until_quiet()
            poller.cancel()
            reception.stop()
            drain.stop()

    async def _until_quiet(self) -> None:
        until = asyncio.get_running_loop().time() + LIFE_SECONDS
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(LOOK)
            if not self.platform.waiting and self._is_done():
                return

    def _is_done(self) -> bool:
        with self.database.transaction() as session:
            due = select(Delivery.id).where(
                col(Delivery.state).in_(("waiting", "sending")), Delivery.due_at <= self.clock()
            )
            return not inbox.count(session, "waiting") and session.exec(due).first() is None

    def _step(self) -> None:
        self.steps()


def check(town: Town) -> None:
    """The promises, whatever has happened."""
    with town.database.transaction() as session:
        _check_answers(session, town)
        _check_letters(session, town)
        for round_ in session.exec(select(Round)):
            assert recount(session, round_.id or 0).differs(counts_by_unit(session, round_)) == []


def _check_answers(session: Session, town: Town) -> None:
    assert not town.platform.waiting
    rows = {row.external_id: row for row in session.exec(select(InboxRow))}
    assert all(rows[str(update["update_id"])].state == "done" for update in town.platform.confirmed)
    kept = {(answer.person_id, answer.question_version_id): answer for answer in session.exec(select(Answer))}
    for key, option in _told(session, town).items():
        assert kept[key].option == option, f"{key} answered {option}"
    for member in session.exec(select(Member)):
        own = [one for one in kept.values() if (one.person_id, one.round_id) == (member.person_id, member.round_id)]
        assert (member.answers, member.rights) == (len(own), sum(one.is_right for one in own))


def _told(session: Session, town: Town) -> dict[tuple[int, int], int]:
    """What taps said in time, as the platform knows it: (person, question) → the first option."""
    told: dict[tuple[int, int], int] = {}
    received = {row.external_id: row.received_at for row in session.exec(select(InboxRow))}
    for update in town.platform.confirmed:
        token, _, number = update.get("callback_query", {}).get("data", "").partition(":")
        delivery = session.exec(select(Delivery).where(Delivery.token == token)).first()
        action = json.loads(said(session, delivery))["choices"][int(number) - 1][1] if delivery else ""
        if delivery is None or not action.startswith("answer:"):
            continue
        _, round_id, question, option = action.split(":")
        round_ = session.get_one(Round, int(round_id))
        account = session.get_one(Account, delivery.account_id)
        if received[str(update["update_id"])] <= round_.closes_at:
            told.setdefault((account.person_id or 0, int(question)), int(option))
    return told


def _check_letters(session: Session, town: Town) -> None:
    copies = Counter(parcel.delivery_id for parcel in town.channel.arrived)
    assert all(count == 1 for count in copies.values())
    deliveries = list(session.exec(select(Delivery)))
    assert not [row.key for row in deliveries if row.state == "sending"]
    for row in deliveries:
        if row.state == "sent":
            assert copies[row.id or 0] == 1
            assert row.platform_message_id == f"m{row.id}"
        if row.id in copies:
            assert row.state in ("sent", "unknown")
    assert len(outbox.unknowns(session)) <= town.crashes * LIMITS.in_flight


def copied(template: Path, folder: Path, name: object) -> Database:
    """A prepared database of its own."""
    return Database(sqlite_url(Path(shutil.copy(template, folder / f"{name}.db"))))
