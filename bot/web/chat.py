"""One chat page and what its script calls: say, stream, lines, file. Whoever builds it decides who is talking."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.filing import Sender, may_send
from bot.receiving import TooLong, TooSlow, body_of, claims
from bot.web.files import Files
from bot.web.hearing import Unfit, read
from bot.web.security import SecureHeaders, from_our_page
from bot.web.stream import LineStream, as_json
from store import transcript
from store.inbox import Arrival

if TYPE_CHECKING:
    from bot.web.door import WebDoor

BODY_LIMIT = 16 * 1024
BODY_SECONDS = 10.0
MOST_LINES = 200
USUAL_LINES = 50

Who = Callable[[Request], Awaitable[str | None]]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Chat:
    """The chat of whoever `who` finds in a request."""

    web: "WebDoor"
    who: Who

    def routes(self, prefix: str, page: Endpoint) -> list[BaseRoute]:
        """The page at `prefix/` and what its script calls, relative to it."""
        guard = [Middleware(SecureHeaders, secure=self.web.secure)]
        return [
            Route(f"{prefix}/", page, methods=["GET"], middleware=guard),
            Route(f"{prefix}/say", self.say, methods=["POST"], middleware=guard),
            Route(f"{prefix}/stream", self.stream, methods=["GET"], middleware=guard),
            Route(f"{prefix}/lines", self.lines, methods=["GET"], middleware=guard),
            *Files(self).routes(prefix, guard),
        ]

    async def say(self, request: Request) -> Response:
        """Keep what the page sends, then confirm. The same id again is confirmed again and kept once."""
        if not from_our_page(request):
            return self.problem(403, "web.problem.elsewhere")
        if not claims(request, "application/json"):
            return self.problem(415, "web.problem.malformed")
        address = await self.who(request)
        if address is None:
            return self.problem(401, "web.problem.no_cookie")
        if not self.web.budget.spend(address, asyncio.get_running_loop().time()):
            return self.problem(429, "web.problem.too_fast", {"Retry-After": "1"})
        try:
            raw = await body_of(request, BODY_LIMIT, BODY_SECONDS)
        except TooLong as long:
            return self.problem(long.status, "web.problem.too_long")
        except TooSlow as slow:
            return self.problem(slow.status, "web.problem.too_slow")
        try:
            client_id, body = read(raw, address)
        except Unfit as unfit:
            return self.problem(422, unfit.key)
        arrival = Arrival("web", f"{address}:{client_id}", body)
        await self.web.intake.keep(arrival)
        return JSONResponse({"id": client_id}, status_code=202)

    async def stream(self, request: Request) -> Response:
        """Everything after the last line the page knows, as events, for as long as the page listens."""
        address = await self.who(request)
        if address is None:
            return self.problem(401, "web.problem.no_cookie")
        bells, rhythm = self.web.channel.bells, self.web.rhythm
        if bells.hung_up or bells.total() >= rhythm.most:
            return self.problem(503, "web.problem.busy", {"Retry-After": "5"})
        if bells.count(address) >= rhythm.most_per_address:
            return self.problem(429, "web.problem.too_many_windows")
        # A browser that reconnects by itself repeats the first URL, but its header tells how far it really is.
        known = _number(request.headers.get("last-event-id"))
        after = known if known is not None else _number(request.query_params.get("after")) or 0
        return LineStream(self.web.database, bells, address, after, rhythm)

    async def lines(self, request: Request) -> Response:
        """Lines as JSON: `?after=` newer, `?before=` older, neither: the newest."""
        address = await self.who(request)
        if address is None:
            return self.problem(401, "web.problem.no_cookie")
        after, before = (_number(request.query_params.get(name)) for name in ("after", "before"))
        limit = max(1, min(_number(request.query_params.get("limit")) or USUAL_LINES, MOST_LINES))
        if after is not None:
            found = await self.web.database.run(transcript.since, "web", address, after, limit)
        else:
            found = await self.web.database.run(transcript.before, "web", address, before, limit)
        lines = [as_json(line) for line in found.lines]
        told = {"lines": lines, "more": found.more, "rewritten": found.rewritten}
        if after is None and before is None:  # a page being opened also asks what it may offer
            told["files"] = await self.web.database.run(may_send, Sender("web", address), self.web.clock())
        return JSONResponse(told)

    def problem(self, status: int, key: str, headers: dict[str, str] | None = None) -> Response:
        """A refusal in words that the page can show."""
        return JSONResponse({"problem": self.web.phrases(key)}, status_code=status, headers=headers)


def _number(text: str | None) -> int | None:
    # 18 digits fit the widest integer column; isdecimal alone would take digits of other scripts and any length
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None
