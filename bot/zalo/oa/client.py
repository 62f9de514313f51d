"""Calls with the newest token, within the minute's budget; a token that is refused is renewed, once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import FormData

from bot.troubles import UNREADABLE, CallFailed, Trouble
from bot.zalo.oa.api import PROFILE, SEND, UPLOAD_IMAGE, Api
from bot.zalo.oa.budget import Minute
from bot.zalo.oa.errors import DEAD_TOKEN
from bot.zalo.oa.rotation import Access, Rotation

Body = Callable[[], dict[str, Any]]  # what aiohttp takes; made anew for each request, since a form is used up by one


class Client:
    """Raises CallFailed, or NoAccess when there is no token to call with."""

    def __init__(
        self,
        api: Api,
        rotation: Rotation,
        budget: Minute,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api, self._rotation, self._budget, self._pause = api, rotation, budget, pause

    async def say(self, user_id: str, message: dict[str, Any]) -> dict[str, Any]:
        """Send a consultation message; what Zalo says of it."""
        told = {"recipient": {"user_id": user_id}, "message": message}
        return await self._call("POST", SEND, lambda: {"json": told})

    async def upload_image(self, body: bytes) -> str:
        """Put a picture up for a message; returns its id, which is good for seven days."""

        def form() -> dict[str, Any]:
            filled = FormData()
            filled.add_field("file", body, filename="picture.png", content_type="image/png")
            return {"data": filled}

        found = (await self._call("POST", UPLOAD_IMAGE, form)).get("attachment_id")
        if not isinstance(found, str) or not found:
            raise CallFailed(Trouble(UNREADABLE, 200, description="no attachment_id"))
        return found

    async def profile(self) -> dict[str, Any]:
        """The account as Zalo sees it."""
        return await self._call("GET", PROFILE, dict)

    async def _call(self, verb: str, path: str, body: Body) -> dict[str, Any]:
        access = await self._rotation.access()
        try:
            return await self._once(verb, path, access, body)
        except CallFailed as failed:
            if failed.trouble.code not in DEAD_TOKEN:
                raise
        return await self._once(verb, path, await self._rotation.after(access), body)

    async def _once(self, verb: str, path: str, access: Access, body: Body) -> dict[str, Any]:
        while left := self._budget.wait():
            await self._pause(left)
        self._budget.count()
        return await self._api.call(verb, path, access.token, **body())
