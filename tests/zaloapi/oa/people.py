"""The person's side of an Official Account: follows, writes, taps, leaves, and sees what stands in the chat."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.zaloapi.oa.world import World

HOUR, DAY = 3600.0, 86_400.0
FREE, WINDOW = 48 * HOUR, 7 * DAY


@dataclass(frozen=True)
class Button:
    """One button under a message."""

    title: str
    type: str
    payload: str


@dataclass(frozen=True)
class Seen:
    """One message of the account as it stands in the chat."""

    message_id: str
    text: str
    buttons: tuple[Button, ...] = ()
    image: bytes | None = None


@dataclass
class Person:
    """Somebody with a phone. Every act returns the HTTP status our webhook answered with (0: not reached)."""

    world: "World"
    user_id: str
    follows: bool = False
    restricted: bool = False
    banned: bool = False
    last_at: float | None = None
    sees: list[Seen] = field(default_factory=list)

    @property
    def last(self) -> Seen:
        """The account's newest message."""
        return self.sees[-1]

    async def follows_us(self) -> int:
        """Follow the account: an interaction."""
        self.follows, self.last_at = True, self.world.clock.now()
        return await self._event("follow", follower={"id": self.user_id}, source="oa_profile")

    async def leaves(self) -> int:
        """Stop following."""
        self.follows = False
        return await self._event("unfollow", follower={"id": self.user_id}, source="oa_profile")

    async def says(self, text: str, **more: Any) -> int:
        """Type a text."""
        return await self._message("user_send_text", {"text": text, **more})

    async def sends_sticker(self) -> int:
        """Send a sticker."""
        payload = {"id": "b3b8b3", "url": "https://zalo-api.zadn.vn/sticker"}
        return await self._message("user_send_sticker", {"attachments": [{"type": "sticker", "payload": payload}]})

    async def sends_image(self) -> int:
        """Send a picture."""
        payload = {"url": "https://photo.example/1.jpg", "thumbnail": "https://photo.example/1s.jpg"}
        return await self._message("user_send_image", {"attachments": [{"type": "image", "payload": payload}]})

    async def taps(self, title: str, on: Seen | None = None) -> int:
        """Tap a button: its payload comes as a text, and nothing says that it was a tap."""
        shown = on or next(one for one in reversed(self.sees) if one.buttons)
        return await self.says(next(button.payload for button in shown.buttons if button.title == title))

    async def opens_chat(self) -> int:
        """Tap the message button of the account's page: an interaction without a word."""
        self.last_at = self.world.clock.now()
        return await self._event("user_click_chatnow", oa_id=self.world.oa_id, user_id=self.user_id)

    async def reads(self) -> int:
        """Look at the chat: no interaction."""
        ids = [seen.message_id for seen in self.sees[-1:]]
        return await self._event("user_seen_message", **self._between(), message={"msg_ids": ids})

    async def _message(self, name: str, message: Mapping[str, Any]) -> int:
        self.last_at = self.world.clock.now()
        said = {"msg_id": secrets.token_hex(10), **message}
        return await self._event(name, **self._between(), user_id_by_app=f"9{self.user_id}", message=said)

    def _between(self) -> dict[str, Any]:
        return {"sender": {"id": self.user_id}, "recipient": {"id": self.world.oa_id}}

    async def _event(self, name: str, **fields: Any) -> int:
        event = {"app_id": self.world.app_id, "event_name": name, **fields}
        if name in ("follow", "unfollow"):
            event["oa_id"] = self.world.oa_id
        return await self.world.hook.tell(event)
