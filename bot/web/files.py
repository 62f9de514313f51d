"""Files over the page: one is taken in as raw bytes and confirmed once kept; kept ones go to their owner alone."""

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.filing import MOST_BYTES, NotTaken, Sender, hand_out, may_send, take
from bot.pictures import PNG_TYPE, developed
from bot.receiving import TooLong, TooSlow, body_of, claims
from bot.web.hearing import CLIENT_ID, TOKEN
from bot.web.security import from_our_page
from content.loading.gate.naming import extension_of

if TYPE_CHECKING:
    from bot.web.chat import Chat

FILE_SECONDS = 90.0
NAME_LIMIT = 2_000  # characters of a percent-encoded name


class Files:
    """The files of one chat. What they hold is never looked at here."""

    def __init__(self, chat: "Chat") -> None:
        self._chat, self._web = chat, chat.web

    def routes(self, prefix: str, guard: list[Middleware]) -> list[BaseRoute]:
        """Beside the chat's own routes, relative to its page."""
        return [
            Route(f"{prefix}/file", self.receive, methods=["POST"], middleware=guard),
            Route(f"{prefix}/file/{{token}}", self.hand_over, methods=["GET"], middleware=guard),
        ]

    async def receive(self, request: Request) -> Response:
        """Keep a file, then confirm. The same id again is confirmed again and kept once.

        The type and the two headers are none that a form of another site can send without asking first.
        """
        if not from_our_page(request):
            return self._chat.problem(403, "web.problem.elsewhere")
        said_id, name = request.headers.get("x-message-id", ""), request.headers.get("x-file-name", "")
        if not (claims(request, "application/octet-stream") and CLIENT_ID.fullmatch(said_id) and name):
            return self._chat.problem(422, "web.problem.malformed_file")
        if len(name) > NAME_LIMIT:
            return self._chat.problem(422, "web.problem.malformed_file")
        address = await self._chat.who(request)
        if address is None:
            return self._chat.problem(401, "web.problem.no_cookie")
        if not self._web.budget.spend(address, asyncio.get_running_loop().time()):
            return self._chat.problem(429, "web.problem.too_fast", {"Retry-After": "1"})
        sender = Sender("web", address)
        if not await self._web.database.run(may_send, sender, self._web.clock()):
            return self._chat.problem(403, "uploads.no_files")  # before a byte of it is read
        try:
            body = await body_of(request, MOST_BYTES, FILE_SECONDS)
        except TooLong as long:
            return self._chat.problem(long.status, "uploads.too_big")
        except TooSlow as slow:
            return self._chat.problem(slow.status, "web.problem.too_slow")
        try:
            named = unquote(name, errors="replace")
            await self._web.database.run(take, "web", sender, said_id, named, body, self._web.clock())
        except NotTaken as reason:
            return self._chat.problem(422, reason.key)
        self._web.wake()
        return JSONResponse({"id": said_id}, status_code=202)

    async def hand_over(self, request: Request) -> Response:
        """A kept file as a download. Whose it is not, learns no more than that there is none."""
        address, token = await self._chat.who(request), request.path_params["token"]
        if address is None or not TOKEN.fullmatch(token):
            return self._chat.problem(404, "web.problem.no_such_file")
        kept = await self._web.database.run(hand_out, Sender("web", address), token, self._web.clock())
        ready = await developed(kept) if kept else None
        if ready is None:
            return self._chat.problem(404, "web.problem.no_such_file")
        how = "inline" if ready.media_type == PNG_TYPE else "attachment"  # a picture of ours stands in the page
        return Response(
            ready.body, media_type=ready.media_type, headers={"Content-Disposition": named(ready.name, how)}
        )


def named(name: str, how: str = "attachment") -> str:
    """The header that makes a browser save a file under its name (RFC 6266, with the name as in RFC 5987)."""
    return f"{how}; filename=\"file{extension_of(name)}\"; filename*=UTF-8''{quote(name, safe='')}"
