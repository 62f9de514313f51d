"""A kept file behind a signed link: for channels that cannot carry it, from any browser, without script or cookie.

The link is the permission: it names the file, the account and its end. The file must still be that person's.
"""

from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.filing import hand_out, sender_of
from bot.links import DOWNLOAD, opened
from bot.pictures import PNG_TYPE, developed
from bot.web.files import named
from bot.web.hearing import TOKEN
from bot.web.security import SecureHeaders

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.web.door import WebDoor
    from store.files import Kept

PATH = "/tai/{token}/{signed}"


class Handing:
    """Hands out what a link names."""

    def __init__(self, web: "WebDoor", secret: bytes) -> None:
        self._web, self._secret = web, secret

    def routes(self) -> list[BaseRoute]:
        """The download alone."""
        return [Route(PATH, self.hand_over, methods=["GET"], middleware=[Middleware(SecureHeaders, self._web.secure)])]

    async def hand_over(self, request: Request) -> Response:
        """The file, a picture as such, while the link holds; else a page that says how to ask for a new link."""
        token, now = request.path_params["token"], self._web.clock()
        account_id = opened(self._secret, DOWNLOAD + token, request.path_params["signed"], now)

        def fetch(session: "Session") -> "Kept | None":
            sender = sender_of(session, account_id or 0)
            return hand_out(session, sender, token, now) if sender else None

        is_good = account_id is not None and TOKEN.fullmatch(token)
        kept = await self._web.database.run(fetch) if is_good else None
        ready = await developed(kept) if kept else None
        if ready is None:
            page = self._web.page(request, "handing.html")
            page.status_code = 404
            return page
        how = "inline" if ready.media_type == PNG_TYPE else "attachment"  # a platform fetches a picture to show it
        saved = {"Content-Disposition": named(ready.name, how)}
        return Response(ready.body, media_type=ready.media_type, headers=saved)
