"""The demo: three phones side by side, each any person of the sample office, and a clock that can be moved."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.receiving import claims
from bot.web.chat import Chat
from bot.web.security import SecureHeaders, from_our_page

if TYPE_CHECKING:
    from bot.web.door import WebDoor

PHONES = ("staff", "head", "admin")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone a visitor can be. `role`: staff, head, admin or newcomer; `note`: e.g. the newcomer's invitation code."""

    key: str
    name: str
    unit: str
    title: str
    role: str
    address: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Leap:
    """A moment the visitor may move the clock to."""

    key: str
    label: str


@dataclass(frozen=True)
class DemoDoor:
    """What the demo needs from the application."""

    people: Callable[[], Awaitable[list[DemoPerson]]]
    leaps: Callable[[], list[Leap]]
    leap: Callable[[str], Awaitable[None]]
    now: Callable[[], datetime]


@dataclass(frozen=True)
class DemoPages:
    """The page of phones and what moves its clock."""

    web: "WebDoor"
    demo: DemoDoor

    async def phones(self, request: Request) -> Response:
        """The three phones; an invitation link leads to the visitor's own chat instead."""
        if "code" in request.query_params:
            return RedirectResponse(f"chat/?{request.url.query}", status_code=302)
        people = await self.demo.people()
        phones = [(role, _first(people, role)) for role in PHONES]
        newcomer = next((person for person in people if person.role == "newcomer"), None)
        return self.web.page(
            request,
            "demo.html",
            roles=self.roles(),
            hints=self.hints(),
            people=[asdict(person) for person in people],
            phones=[(role, person) for role, person in phones if person],
            newcomer=newcomer,
            leaps=await self.leaps(),
            now=self.now(),
        )

    async def clock(self, request: Request) -> Response:
        """The demo's time in words."""
        return JSONResponse({"now": self.now()})

    async def leap(self, request: Request) -> Response:
        """Move the clock to one of the moments on offer."""
        if not (from_our_page(request) and claims(request, "application/json")):
            return JSONResponse({"problem": self.web.phrases("web.problem.elsewhere")}, status_code=403)
        try:
            key = (await request.json())["key"]
        except (ValueError, KeyError, TypeError, RecursionError):
            key = None
        if key not in [leap.key for leap in await self.leaps()]:
            return JSONResponse({"problem": self.web.phrases("web.problem.no_leap")}, status_code=404)
        await self.demo.leap(key)
        leaps = [asdict(leap) for leap in await self.leaps()]
        return JSONResponse({"now": self.now(), "leaps": leaps})

    async def leaps(self) -> list[Leap]:
        """What is on offer now; asked away from the event loop, since it looks into the store."""
        return await asyncio.to_thread(self.demo.leaps)

    def roles(self) -> dict[str, str]:
        """What each role is called."""
        phrases = self.web.phrases
        return {
            "staff": phrases("web.demo.role.staff"),
            "head": phrases("web.demo.role.head"),
            "admin": phrases("web.demo.role.admin"),
            "newcomer": phrases("web.demo.role.newcomer"),
        }

    def hints(self) -> dict[str, str]:
        """What each role may try first."""
        phrases = self.web.phrases
        return {
            "staff": phrases("web.demo.hint.staff"),
            "head": phrases("web.demo.hint.head"),
            "admin": phrases("web.demo.hint.admin"),
            "newcomer": phrases("web.demo.hint.newcomer"),
        }

    def now(self) -> str:
        """The demo's time in words."""
        return self.web.phrases("web.demo.now", now=self.demo.now())


def demo_routes(web: "WebDoor", demo: DemoDoor, page: Callable[[Request], Response]) -> list[BaseRoute]:
    """The phones at `/`; a person's chat at `/demo/<address>/`, where the path says who is talking."""

    known: set[str] = set()  # nobody leaves a demo, so only a new address is worth asking for

    async def who(request: Request) -> str | None:
        address: str = request.path_params["address"]
        if address not in known:
            known.update(person.address for person in await demo.people())
        return address if address in known else None

    async def chat_page(request: Request) -> Response:
        if await who(request) is None:
            return chat.problem(404, "web.problem.nobody")
        return page(request)

    chat = Chat(web, who)
    pages = DemoPages(web, demo)
    guard = [Middleware(SecureHeaders, secure=web.secure)]
    return [
        Route("/", pages.phones, methods=["GET"], middleware=guard),
        Route("/demo/clock", pages.clock, methods=["GET"], middleware=guard),
        Route("/demo/leap", pages.leap, methods=["POST"], middleware=guard),
        *chat.routes("/demo/{address}", chat_page),
    ]


def _first(people: Sequence[DemoPerson], role: str) -> DemoPerson | None:
    return next((person for person in people if person.role == role), None)
