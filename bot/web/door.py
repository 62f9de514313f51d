"""The web door: every route of the chat page, and of the demo where there is one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bot.budget import Budget
from bot.filing import MOST_BYTES
from bot.intake import Intake
from bot.web.channel import WebChannel
from bot.web.chat import Chat
from bot.web.demo import DemoDoor, demo_routes
from bot.web.handing import Handing
from bot.web.security import SecureHeaders, remember_visitor, visitor_address
from bot.web.slip import Slip
from bot.web.stream import Rhythm
from content.phrases import Phrases
from store.database import Database

HERE = Path(__file__).parent


def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(HERE / "pages"), autoescape=True, undefined=StrictUndefined)


@dataclass(frozen=True)
class WebDoor:
    """What the pages need. `secure`: served over https. `demo`: only in demo mode. `link_secret`: for signed links."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    phrases: Phrases
    agency: str
    secure: bool
    channel: WebChannel
    demo: DemoDoor | None = None
    link_secret: bytes = b""
    rhythm: Rhythm = field(default_factory=Rhythm)
    budget: Budget = field(default_factory=Budget)
    pages: Environment = field(default_factory=_pages)

    @cached_property
    def intake(self) -> Intake:
        """Where what the pages send is kept."""
        return Intake(self.database, self.clock, self.wake)

    def page(self, request: Request, name: str, **values: object) -> HTMLResponse:
        """A page with the words it is written in."""
        template = self.pages.get_template(name)
        base = request.scope.get("root_path", "")
        return HTMLResponse(template.render(phrases=self.phrases, agency=self.agency, base=base, **values))


def routes(web: WebDoor) -> list[BaseRoute]:
    """The chat at `/`. In demo mode the three phones stand there and the visitor's own chat moves to `/chat/`."""

    async def who(request: Request) -> str | None:
        return visitor_address(request, web.secure)

    async def page(request: Request) -> Response:
        response = chat_page(web, request)
        remember_visitor(request, response, web.secure)
        return response

    def chat_page(web: WebDoor, request: Request) -> Response:
        return web.page(request, "chat.html", wording=wording(web.phrases), most_bytes=MOST_BYTES)

    beside: list[BaseRoute] = [
        Mount(
            "/static",
            StaticFiles(directory=HERE / "static"),
            middleware=[Middleware(SecureHeaders, secure=web.secure, caching="no-cache")],
        )
    ]
    if web.link_secret:
        beside += [*Slip(web, web.link_secret).routes(), *Handing(web, web.link_secret).routes()]
    chat = Chat(web, who)
    if web.demo is None:
        return [*beside, *chat.routes("", page)]
    return [*beside, *demo_routes(web, web.demo, lambda request: chat_page(web, request)), *chat.routes("/chat", page)]


def wording(phrases: Phrases) -> dict[str, str]:
    """The words the script of the page needs."""
    return {
        "assistant": phrases("web.assistant"),
        "person": phrases("web.person"),
        "sending": phrases("web.sending"),
        "unsent": phrases("web.unsent"),
        "refused": phrases("web.refused"),
        "chosen": phrases("web.chosen"),
        "download": phrases("web.download"),
        "fileLine": phrases("uploads.line", name="{}"),
        "tooBig": phrases("uploads.too_big"),
        "unreadable": phrases("uploads.empty_file"),
    }
