"""Wiring: the one page where the house is put together. Importing it builds nothing and connects to nothing."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import Route

from app import health
from app.doors import terms_for
from app.housekeeping import tidy
from app.opening import OpenHouse
from app.pages import Pages
from app.telegram import bot_number, hear_telegram, open_telegram
from app.zalo_bots import channels, hear_zalo_bot, open_zalo_bots
from bot import filing
from bot.conversation.talk import House
from bot.reception import Hear, Reception
from bot.shown import Shown
from bot.telegram import render as telegram_render
from bot.uploads import Fetch, UploadDesk
from bot.web import hearing as web_hearing
from bot.web import preview as web_preview
from bot.web.channel import WebChannel
from bot.web.demo import DemoDoor
from bot.web.door import WebDoor, routes
from bot.zalo import render as zalo_render
from content.library import Library
from content.loading.gate.confined import Confined
from content.message import Message
from content.searching import Search
from scheduler.alarm import Alarm
from scheduler.calendar import learn, office_day
from scheduler.doors.health import note_hearing
from scheduler.drain import Drain, Limits
from scheduler.notices import tell_lapses
from scheduler.tick import run_tick
from scheduler.wanted import wanted

log = logging.getLogger(__name__)

PREVIEWS: dict[str, Callable[[Message], Shown]] = {
    "telegram": telegram_render.shown,
    "web": web_preview.shown,
    "zalo-bot": zalo_render.shown_bot,
    "zalo-oa": zalo_render.shown_oa,
}
LINKED_FILES = frozenset(("zalo-oa",))  # nobody can send it a file; what goes out it turns into links itself
CONSENT_VERSION = "1"  # changes with the text of joining.details_text


@dataclass
class Assistant:
    """Everything that runs: doors that hear, a reception that answers, a desk that checks files, drains that send."""

    house: OpenHouse
    reception: Reception
    uploads: UploadDesk
    web_channel: WebChannel
    drains: list[Drain]
    alarm: Alarm
    pages: Pages
    telegram: Any = None  # a TelegramDoor; its module is imported only when the channel is on
    zalo_oa: Any = None  # an OaDoor; the same
    polling: asyncio.Task[None] | None = None
    zalo_bots: list[Any] = field(default_factory=list)  # ZaloBotDoors; the same
    zalo_hearing: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def tick(self) -> None:
        """Let what is due happen, then wake the drains; once a day forget what need not be kept."""
        now = self.house.clock()
        await self.house.database.run(note_hearing, self.hearing, now)  # first, for the tick halts who is deaf too long
        await asyncio.to_thread(learn, office_day(now))  # before the store is asked: the first time takes a second
        report = await run_tick(self.house.database, self.house.phrases, now)
        if not report.is_idle:
            log.info("tick: %s", report)
        self.wake_drains()
        if tidied := await self.house.database.run(tidy, now):
            log.info("tidied: %s", tidied)
            await self.house.database.run(tell_lapses, self.house.phrases, now)  # once a day is often enough

    @property
    def telegram_now(self) -> str:
        """``off``, ``good``, ``closed`` (it takes the operator and a restart), or the phrase key of the trouble."""
        if self.telegram is None:
            return "off"
        if self.polling is not None and self.polling.done():
            return "closed"
        return str(self.telegram.trouble) or "good"

    @property
    def zalo_oa_now(self) -> str:
        """``off``, ``good``, or the phrase key of what is wrong with the account's permission."""
        return "off" if self.zalo_oa is None else self.zalo_oa.trouble or "good"

    @property
    def zalo_bots_now(self) -> dict[str, str]:
        """The same for every Zalo bot, by its number."""
        ended = {number for number, task in self.zalo_hearing.items() if task.done()}
        return {one.number: "closed" if one.number in ended else one.trouble or "good" for one in self.zalo_bots}

    @property
    def hearing(self) -> dict[str, str]:
        """By channel why no news comes in, or nothing where it does; doors that do not know it yet are left out."""
        doors = [(self.telegram, self.telegram_now)] if self.telegram else []
        doors += [(one, self.zalo_bots_now[one.number]) for one in self.zalo_bots]
        return {door.name: now if now != "good" else "" for door, now in doors if door.has_heard or now != "good"}

    def wake_drains(self) -> None:
        """Something may be waiting in the outbox."""
        for drain in self.drains:
            drain.wake()

    def wind_down(self) -> None:
        """The end was asked for: nothing more is begun but answers to those who are writing just now."""
        for drain in self.drains:
            drain.replies_only()

    async def run(self, serve: Callable[[], Any]) -> None:
        """Work until `serve` returns, then stop in order: no new work, what is in flight lands, all is written."""
        async with asyncio.TaskGroup() as group:
            working = [group.create_task(self.reception.run())]
            working += [group.create_task(drain.run()) for drain in self.drains]
            group.create_task(self.uploads.run())
            self.polling = group.create_task(hear_telegram(self.telegram)) if self.telegram else None
            renewing = group.create_task(self.zalo_oa.run()) if self.zalo_oa else None
            self.zalo_hearing = {one.number: group.create_task(hear_zalo_bot(one)) for one in self.zalo_bots}
            self.alarm.start()
            await self.alarm.ring()
            try:
                await serve()
            finally:
                self.alarm.stop()
                await self.alarm.finished()
                for task in filter(None, (self.polling, renewing, *self.zalo_hearing.values())):
                    task.cancel()
                self.reception.stop()
                self.uploads.stop()
                await asyncio.wait(working[:1])
                for drain in self.drains:
                    drain.stop()
        for door in filter(None, (self.telegram, self.zalo_oa, *self.zalo_bots)):
            await door.close()


async def assemble(house: OpenHouse, library: Library, demo: DemoDoor | None = None) -> Assistant:
    """Put the house together from its settings. Opens no connection; doors are built only where a token is given."""
    settings, database, phrases, clock = house.settings, house.database, house.phrases, house.clock
    drains: list[Drain] = []

    def wake_drains() -> None:
        for drain in drains:
            drain.wake()

    hears: dict[str, Hear] = {"web": web_hearing.hear, filing.INBOX: filing.hear}
    fetchers: dict[str, Fetch] = {}
    topics = {code: topic.name for code, topic in library.topics.items()}
    search = Search(topics)
    desk = House(
        phrases=phrases,
        agency=settings.agency,
        code_secret=settings.code_secret,
        consent_version=CONSENT_VERSION,
        topics=topics,
        previews=PREVIEWS,
        search=search,
        tracks={code: track.name for code, track in library.tracks.items()},
        public_url=settings.public_url,
        fileless=LINKED_FILES | set(channels(settings)),
        letterhead=settings.letterhead,
    )
    reception = Reception(database, desk, hears, wake_drains, lambda: uploads.wake())
    uploads = UploadDesk(database, desk, fetchers, Confined(phrases).check_file, wake_drains, clock)
    web_channel = WebChannel(database, clock)
    limits = Limits(32, 8, terms=terms_for(settings, "web"))
    drains.append(Drain(database, web_channel, "web", wanted, now=clock, limits=limits, alone=True))
    web = WebDoor(
        database=database,
        clock=clock,
        wake=reception.wake,
        phrases=phrases,
        agency=settings.agency,
        secure=settings.public_url.startswith("https://"),
        channel=web_channel,
        demo=demo,
        link_secret=settings.code_secret,
    )
    hooks: list[Route] = []
    telegram = await open_telegram(house, reception.wake, desk) if settings.telegram_token else None
    if telegram is not None:
        hears["telegram"] = telegram.hear
        fetchers["telegram"] = telegram.fetch
        limits = Limits(in_flight=settings.telegram_in_flight, terms=terms_for(settings, "telegram"))
        bot = "telegram:" + bot_number(settings.telegram_token)
        drains.append(Drain(database, telegram.channel, bot, wanted, now=clock, limits=limits, alone=True))
        hooks += telegram.routes
    zalo_oa = _open_zalo_oa(house, reception.wake) if settings.zalo_oa_app_id else None
    if zalo_oa is not None:
        hears["zalo-oa"] = zalo_oa.hear
        limits = Limits(terms=terms_for(settings, "zalo-oa"))
        bot = "zalo-oa:" + settings.zalo_oa_app_id
        drains.append(Drain(database, zalo_oa.channel, bot, wanted, now=clock, limits=limits, alone=True))
        hooks += zalo_oa.routes
    zalo_bots = open_zalo_bots(house, reception.wake) if settings.zalo_bot_tokens else []
    for one in zalo_bots:
        hears[one.name] = one.hear
        # Four in flight are enough for their rate, and little for a crash to leave unknown.
        limits = Limits(in_flight=4, terms=terms_for(settings, one.name))
        drains.append(Drain(database, one.channel, one.name, wanted, now=clock, limits=limits, alone=True))
        hooks += one.routes
    assistant = Assistant(
        house=house,
        reception=reception,
        uploads=uploads,
        web_channel=web_channel,
        drains=drains,
        alarm=Alarm(lambda: assistant.tick()),
        pages=Pages(hooks, [*health.routes(lambda: assistant), *routes(web)]),
        telegram=telegram,
        zalo_oa=zalo_oa,
        zalo_bots=zalo_bots,
    )
    return assistant


def _open_zalo_oa(house: OpenHouse, wake: Callable[[], None]) -> Any:
    from app.zalo_oa import open_zalo_oa  # the HTTP client comes with it, which an office without the account spares

    return open_zalo_oa(house, wake)
