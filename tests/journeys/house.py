"""The whole house of a journey: assembled as in life, on a clock that stands still until it is moved."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import httpx
from pydantic import SecretStr
from sqlmodel import Session, col, select

from app.opening import OpenHouse
from app.settings import Settings
from app.wiring import CONSENT_VERSION, Assistant, assemble
from content.library import Library
from participation import invitations, joining
from participation.accounts import account_of
from participation.roster import Roster
from participation.roster.applying import apply
from participation.roster.comparing import compare
from scheduler.agenda import next_of_each
from store.database import Database
from store.tables import Person, QuestionVersion, Round, RoundQuestion, Unit
from tests.botapi.server import BotApi
from tests.conftest import HANOI, Clock
from tests.journeys.cast import AGENCY, OFFICE
from tests.journeys.people import Somebody
from tests.journeys.phones import OURS, OaPhone, TelegramPhone, WebPhone, ZaloBotPhone
from tests.zaloapi.bots.server import ZaloBots
from tests.zaloapi.oa.server import OaApi

Found = TypeVar("Found")
PUBLIC_URL = "https://nep.test"  # of a house whose channels need links
LOOKS_IN = 6 * 86_400.0  # seconds
PATIENCE = 20.0  # seconds for an update to come in from the platform's server


def at(day: str, clock: str) -> datetime:
    """A moment at the office: ``at("2026-11-10", "09:00")``."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=HANOI)


class House:
    """Doors, reception, drains and alarm, moved by hand: nothing here happens by itself but the polling."""

    def __init__(
        self,
        house: OpenHouse,
        clock: Clock,
        api: BotApi | None = None,
        oa: OaApi | None = None,
        zalo: ZaloBots | None = None,
    ) -> None:
        self.open, self.clock, self.api, self.oa, self.zalo = house, clock, api, oa, zalo
        self.database: Database = house.database
        self.assistant: Assistant
        self._clients: list[httpx.AsyncClient] = []
        self._known: dict[str, int] = {}
        self.silent: set[str] = set()  # people of the Official Account who do nothing by themselves

    def look(self, work: Callable[..., Found], *given: Any) -> Found:
        """Run a function on a session, in a transaction."""
        with self.database.transaction() as session:
            return work(session, *given)

    def apply(self, roster: Roster) -> None:
        """Bring the office up to a roster, as an admin's import does."""

        def work(session: Session) -> None:
            now = self.clock()
            apply(session, roster, compare(session, roster, now), "test", now, confirmed=True)

        self.look(work)

    def code_for(self, staff_code: str) -> str:
        """A fresh personal code."""

        def work(session: Session) -> str:
            ids = [self.person_id(session, staff_code)]
            return invitations.issue(session, ids, self.open.settings.code_secret, self.clock())[0].code

        return self.look(work)

    def link(self, staff_code: str, channel: str, address: str) -> None:
        """Join as if on paper: the same rules, without the talk."""
        code = self.code_for(staff_code)

        def work(session: Session) -> None:
            account, now = account_of(session, channel, address, self.clock()), self.clock()
            joining.give_consent(session, account, CONSENT_VERSION, now)
            joining.try_code(session, account, code, self.open.settings.code_secret, now)
            assert isinstance(joining.confirm(session, account, now), joining.Joined)

        self.look(work)

    @staticmethod
    def person_id(session: Session, staff_code: str) -> int:
        """The id behind a staff code."""
        return session.exec(select(Person).where(Person.staff_code == staff_code)).one().id or 0

    @staticmethod
    def unit_id(session: Session, code: str) -> int:
        """The id behind a unit code."""
        return session.exec(select(Unit).where(Unit.code == code)).one().id or 0

    def question(self, position: int) -> QuestionVersion:
        """A question of the newest round."""

        def work(session: Session) -> QuestionVersion:
            newest = session.exec(select(Round.id).order_by(col(Round.id).desc())).first()
            found = select(QuestionVersion).join(RoundQuestion)
            found = found.where(RoundQuestion.round_id == newest, RoundQuestion.position == position)
            return session.exec(found).one()

        return self.look(work)

    async def phone(self, channel: str, staff_code: str) -> Somebody:
        """A phone on a channel, in the hands of somebody of the roster."""
        if channel == "telegram":
            assert self.api is not None
            number = 7_100_000_010 + self._known.setdefault(staff_code, len(self._known) + 1)
            person = self.api.person(number, staff_code, started=True)
            return Somebody(self, staff_code, TelegramPhone(person, self.settle))
        client = self.browser()
        if channel == "zalo-oa":
            assert self.oa is not None
            user_id = str(9_007_199_254_740_993 + self._known.setdefault(staff_code, len(self._known) + 1))
            follower = self.oa.person(user_id, follows=True)
            return Somebody(self, staff_code, OaPhone(follower, client, self.settle))
        if channel == "zalo-bot":
            assert self.zalo is not None
            return Somebody(self, staff_code, ZaloBotPhone(self.zalo.bot.person(staff_code), client, self.settle))
        await client.get("/")
        return Somebody(self, staff_code, WebPhone(client, self.settle))

    def browser(self) -> httpx.AsyncClient:
        """A browser of its own, in front of the house's pages."""
        address = self.open.settings.public_url or "http://nep.test"
        transport = httpx.ASGITransport(app=self.assistant.pages)
        client = httpx.AsyncClient(transport=transport, base_url=address, headers=OURS, timeout=30)
        self._clients.append(client)
        return client

    async def settle(self) -> None:
        """Everything that was said is answered, everything that is due is sent."""
        if self.api is not None and not _is_mute(self.api):
            async with asyncio.timeout(PATIENCE):
                while self.api.updates.waiting:  # noqa: ASYNC110  # a confirmed update is a committed one
                    await asyncio.sleep(0.002)
        if self.zalo is not None and not _is_mute(self.zalo):
            async with asyncio.timeout(PATIENCE):
                for bot in self.zalo.bots.values():
                    while bot.events.waiting or not bot.events.polls:  # noqa: ASYNC110  # it polls once it has committed
                        await asyncio.sleep(0.002)
        while True:
            handled = await self.assistant.reception.drain() + await self.assistant.uploads.drain()
            sent = [await drain.once() for drain in self.assistant.drains]
            if not handled and not any(sent):
                return

    async def tick(self) -> None:
        """The alarm rings, and what it caused goes out."""
        await self._looks_in()
        if self.assistant.zalo_oa is not None:
            await self.assistant.zalo_oa.look()  # in life once a minute
        await self.assistant.tick()
        await self.settle()

    async def _looks_in(self) -> None:
        """On Zalo people open the chat once in a while, or the account may not write to them any more."""
        for person in list(self.oa.people.values()) if self.oa else ():
            if (
                person.user_id not in self.silent
                and person.last_at is not None
                and self.clock().timestamp() - person.last_at > LOOKS_IN
            ):
                assert await person.opens_chat() == 200

    async def reaches(self, day: str, clock: str) -> None:
        """Time passes to a moment; whatever falls due on the way happens at its own hour."""
        moment = at(day, clock)
        while True:
            await self.tick()
            ahead = [one.fires_at for one in self.look(next_of_each).values()]
            due = min((one for one in ahead if one > self.clock()), default=moment)
            if due > moment or self.clock() >= moment:
                break
            self.clock.to(due)
        self.clock.to(max(moment, self.clock()))
        await self.tick()

    async def close(self) -> None:
        """Let go of the pages."""
        for client in self._clients:
            await client.aclose()


@asynccontextmanager
async def opened(
    house: OpenHouse,
    library: Library,
    api: BotApi | None = None,
    roster: Roster = OFFICE,
    oa: OaApi | None = None,
    zalo: ZaloBots | None = None,
) -> AsyncIterator[House]:
    """The house at work; its doors are open as the settings say. Its clock is one that can be moved."""
    assert isinstance(house.clock, Clock)
    lively = House(house, house.clock, api, oa, zalo)
    with patch("app.zalo_oa.renew_apart", None):  # a process of its own would have neither our clock nor our settings
        lively.assistant = await assemble(house, library)
    if oa is not None:
        await _connect(lively, oa)
    for drain in lively.assistant.drains:
        drain._sleep = _passing(lively.clock)
    lively.apply(roster)
    if zalo is not None:
        zalo.fetch = _fetching(lively)
    doors = [one for one in (lively.assistant.telegram, *lively.assistant.zalo_bots) if one]
    for intake in (door._polling if door.name == "telegram" else door._intake for door in doors):
        intake._pause = _at_once
    hearing = [asyncio.create_task(door.run()) for door in doors]
    try:
        yield lively
    finally:
        for task in hearing:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for door in (*doors, lively.assistant.zalo_oa):
            if door is not None:
                await door.close()
        await lively.close()


async def _connect(lively: House, oa: OaApi) -> None:
    """The account agrees and posts to our pages; waiting for a place in the minute moves the clock."""
    door, browser = lively.assistant.zalo_oa, lively.browser()
    assert door is not None
    door._client._pause = _passing(lively.clock)

    async def post(url: str, raw: bytes, headers: dict[str, str]) -> int:
        return (await browser.post(url, content=raw, headers=headers)).status_code

    oa.hook.post, oa.hook.url = post, f"{PUBLIC_URL}/zalo/oa"
    agreed = await browser.get(oa.tokens.agrees(door.consent.link()))
    assert agreed.status_code == 200, agreed.text


def settings(
    database: Database,
    folder: Path,
    api: BotApi | None,
    oa: OaApi | None = None,
    zalo: ZaloBots | None = None,
) -> Settings:
    """Settings of a test: no file and no variable of the machine has a say in them."""
    return Settings.model_construct(
        agency=AGENCY,
        database=database.engine.url.render_as_string(hide_password=False),
        code_secret_file=str(folder / "code.secret"),
        telegram_token=SecretStr(api.token) if api else None,
        telegram_api=api.url if api else "",
        zalo_bot_tokens=[SecretStr(token) for token in zalo.bots] if zalo else [],
        zalo_bot_api=zalo.url if zalo else "",
        public_url=PUBLIC_URL if zalo or oa else "",
        **(_of_the_account(oa) if oa else {}),
    )


def _of_the_account(oa: OaApi) -> dict[str, Any]:
    return {
        "zalo_oa_app_id": oa.app_id,
        "zalo_oa_app_secret": SecretStr(oa.app_secret),
        "zalo_oa_secret_key": SecretStr(oa.secret_key),
        "zalo_oa_webhook": "https://nep.example/zalo/oa",
        "zalo_oa_callback": oa.tokens.callback,
        "zalo_oa_api": oa.url,
        "zalo_oa_oauth": oa.url,
    }


def _fetching(house: House) -> Callable[[str], Any]:
    """A platform that fetches a picture by its address finds our pages there."""
    browser = house.browser()

    async def fetch(url: str) -> tuple[int, str, bytes]:
        answer = await browser.get(url)
        return answer.status_code, answer.headers.get("content-type", ""), answer.content

    return fetch


def _is_mute(server: BotApi | ZaloBots) -> bool:
    """Whether no poll gets through to a platform at the moment."""
    return server.is_dark or any(fault.method == "getUpdates" for fault in server.faults.planned)


async def _at_once(_seconds: float) -> None:
    """A poller that stumbled waits for the blink of an eye."""
    await asyncio.sleep(0.002)


def _passing(clock: Clock) -> Callable[[float], Any]:
    """Waiting for a slot moves the clock instead of taking time."""

    async def wait(seconds: float) -> None:
        clock.forward(seconds=seconds)
        await asyncio.sleep(0)

    return wait
