"""The person's side of a bot's chat: types, sends what is no text, and reads."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.zaloapi.bots.updates import Event

if TYPE_CHECKING:
    from tests.zaloapi.bots.bot import Bot


@dataclass(frozen=True)
class Seen:
    """One message of the bot as it stands on the screen; `photo` are the bytes of its picture."""

    message_id: str
    text: str
    photo: bytes = b""


class Person:
    """Somebody who uses Zalo. Every act returns the event it caused, or None when the bot never hears of it."""

    def __init__(self, bot: "Bot", chat_id: str, name: str) -> None:
        self.bot, self.chat_id, self.name = bot, chat_id, name
        self.started = False
        self.sees: list[Seen] = []
        self._noticed = 0

    @property
    def last(self) -> Seen:
        """The bot's newest message."""
        return self.sees[-1]

    async def says(self, text: str) -> Event | None:
        """Type a text."""
        return await self._sends("message.text.received", {"text": text})

    async def sends_photo(self, caption: str = "", key: str = "photo") -> Event | None:
        """Send a picture; the manual calls its address `photo`, others have seen `photo_url`."""
        content = {key: "https://photo.zdn.vn/1.jpg", **({"caption": caption} if caption else {})}
        return await self._sends("message.image.received", content)

    async def sends_sticker(self) -> Event | None:
        """Send a sticker."""
        content = {"sticker": "bfe458bf64fa8da4d4eb", "url": "https://zalo-api.zadn.vn/sticker.png"}
        return await self._sends("message.sticker.received", content)

    async def sends_voice(self) -> Event | None:
        """Send a voice message."""
        return await self._sends("message.voice.received", {"voice_url": "https://voice.zdn.vn/1.aac"})

    async def sends_unsupported(self, *, nameless: bool = False) -> Event | None:
        """Send a file or a contact, or anything at all as a protected person: then `message` may be missing."""
        if nameless:
            return await self._causes({"event_name": "message.unsupported.received"})
        return await self._sends("message.unsupported.received", {})

    async def says_in_group(self, text: str, chat_id: str = "g1e9ede1a6d66b88fe6d") -> Event | None:
        """Mention the bot in a group."""
        return await self._sends("message.text.received", {"text": text}, {"id": chat_id, "chat_type": "GROUP"})

    async def hears_back(self, within: float = 10.0) -> Seen:
        """Wait until the bot has said something since the last act or hearing; TimeoutError tells what stands there."""
        await self._until(lambda: len(self.sees) > self._noticed, within)
        self._noticed = len(self.sees)
        return self.last

    async def _until(self, true: Callable[[], bool], within: float) -> None:
        try:
            async with asyncio.timeout(within):
                while not true():  # noqa: ASYNC110  # what is waited for lives in this process
                    await asyncio.sleep(0.002)
        except TimeoutError:
            raise TimeoutError(f"{self.name} heard nothing new; sees {[seen.text for seen in self.sees]}") from None

    async def _sends(self, name: str, content: dict[str, Any], chat: dict[str, str] | None = None) -> Event | None:
        if not self.bot.lets_in(self):
            return None
        message = {
            "from": {"id": self.chat_id, "display_name": self.name, "is_bot": False},
            "chat": chat or {"id": self.chat_id, "chat_type": "PRIVATE"},
            "message_id": secrets.token_hex(10),
            "date": int(self.bot.world.clock.now() * 1000),
            **content,
        }
        return await self._causes({"event_name": name, "message": message})

    async def _causes(self, body: dict[str, Any]) -> Event:
        self._noticed = len(self.sees)
        self.bot.quota.received[self.bot.quota.month] += 1
        event = self.bot.events.add(Event(body))
        await asyncio.sleep(0)  # let a waiting poll notice
        return event
