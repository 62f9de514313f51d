"""A page behind a signed link: one file may be sent there for one account, from any browser, without script or cookie.

The link is the permission and nobody else knows it, so that it matters little which page a form was sent from.
"""

import uuid
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.filing import INBOX, MOST_BYTES, NotTaken, Sender, may_send, sender_of, take
from bot.links import UPLOAD, opened
from bot.receiving import TooLong, TooSlow, body_of
from bot.web.files import FILE_SECONDS
from bot.web.forms import OVERHEAD, boundary_of, fields
from bot.web.hearing import CLIENT_ID
from bot.web.security import SecureHeaders

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.web.door import WebDoor

PATH = "/tep/{signed}"


class Slip:
    """The form, and what it sends."""

    def __init__(self, web: "WebDoor", secret: bytes) -> None:
        self._web, self._secret = web, secret

    def routes(self) -> list[BaseRoute]:
        """The page alone."""
        guard = [Middleware(SecureHeaders, secure=self._web.secure)]
        return [
            Route(PATH, self.form, methods=["GET"], middleware=guard),
            Route(PATH, self.receive, methods=["POST"], middleware=guard),
        ]

    async def form(self, request: Request) -> Response:
        """The form, while the link holds. Each form has an id, so that sending it again is heard once."""
        if await self._sender(request) is None:
            return self._page(request, "over", status=404)
        return self._page(request, "form")

    async def receive(self, request: Request) -> Response:
        """Keep the file for the account the link was made for; the answer comes in its chat."""
        sender = await self._sender(request)
        if sender is None:
            return self._page(request, "over", status=404)
        boundary = boundary_of(request.headers.get("content-type", ""))
        try:
            body = await body_of(request, MOST_BYTES + OVERHEAD, FILE_SECONDS)
        except TooLong as long:
            return self._page(request, "form", "uploads.too_big", long.status)
        except TooSlow as slow:
            return self._page(request, "form", "web.problem.too_slow", slow.status)
        if boundary is None:
            return self._page(request, "form", "uploads.empty_file", 422)
        sent = fields(body, boundary)
        name, content = sent.get("file", ("", b""))
        said_id = sent.get("id", ("", b""))[1].decode(errors="replace")
        if len(content) > MOST_BYTES:
            return self._page(request, "form", "uploads.too_big", 413)
        if not CLIENT_ID.fullmatch(said_id):
            return self._page(request, "form", "web.problem.malformed_file", 422)
        try:
            await self._web.database.run(take, INBOX, sender, said_id, name, content, self._web.clock())
        except NotTaken as reason:
            return self._page(request, "form", reason.key, 422)
        self._web.wake()
        return self._page(request, "done", status=202)

    async def _sender(self, request: Request) -> Sender | None:
        now = self._web.clock()
        account_id = opened(self._secret, UPLOAD, request.path_params["signed"], now)

        def ask(session: "Session") -> Sender | None:
            sender = sender_of(session, account_id or 0)
            return sender if sender is not None and may_send(session, sender, now) else None

        return await self._web.database.run(ask) if account_id is not None else None

    def _page(self, request: Request, state: str, problem: str = "", status: int = 200) -> Response:
        said_id = str(uuid.uuid4())
        shown = self._web.page(request, "slip.html", state=state, problem=problem, said_id=said_id)
        shown.status_code = status
        return shown
