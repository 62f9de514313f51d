"""The person's side of the chat: says, taps, blocks, and sees what stands on the screen."""

import asyncio
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.botapi.chats import Chat, Seen
from tests.botapi.inline import InlineAnswer
from tests.botapi.markup import utf16
from tests.botapi.updates import Queued

if TYPE_CHECKING:
    from tests.botapi.world import World


class Person:
    """Somebody with a phone. Every act returns the update it caused."""

    def __init__(self, world: "World", chat: Chat) -> None:
        self.world = world
        self.chat = chat
        self.user_id = chat.chat_id
        self.started = False
        self.blocked = False
        self._acted = self._noticed = 0

    @property
    def raw(self) -> dict[str, Any]:
        """The user as it appears inside updates."""
        return {"id": self.user_id, "is_bot": False, "language_code": "vi", **self.chat.names}

    @property
    def sees(self) -> list[Seen]:
        """The bot's messages now in the chat, oldest first."""
        return self.chat.seen(of_bot=True)

    @property
    def last(self) -> Seen:
        """The bot's newest message."""
        return self.sees[-1]

    @property
    def keyboard(self) -> list[list[str]]:
        """The labels of the reply keyboard now below the text field."""
        return self.chat.keyboard

    @property
    def toasts(self) -> list[str]:
        """Texts of callback answers shown to this person."""
        return [answer.text for answer in self.world.answers if answer.user_id == self.user_id]

    @property
    def offered(self) -> list[InlineAnswer]:
        """What inline queries of this person were answered with."""
        return [answer for answer in self.world.inline_answers if answer.user_id == self.user_id]

    async def says(self, text: str) -> Queued:
        """Type a text; a leading command is marked as Telegram marks it."""
        command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
        entity = {"type": "bot_command", "offset": 0, "length": utf16(command)}
        return await self._sends({"text": text, **({"entities": [entity]} if command else {})})

    async def edits(self, text: str, message_id: int | None = None) -> Queued:
        """Change an own message, by default the newest."""
        own = [one.message_id for one in self.chat.seen(of_bot=False)]
        message = {**self.chat.messages[message_id or own[-1]], "text": text, "edit_date": self.world.clock.unix()}
        self.chat.put(message)
        return await self._causes("edited_message", message, f"chat {self.chat.chat_id}")

    async def taps(self, what: str, message: Seen | int | None = None) -> Queued:
        """Tap the button labelled `what` (or starting so), by default on the newest message that has it."""
        found, data = self._button(what, message)
        return await self._tap(found, data)

    async def taps_twice_with_new_ids(self, what: str, message: Seen | int | None = None) -> tuple[Queued, Queued]:
        """One tap that an app re-sent after a reconnect: two updates, two query ids."""
        found, data = self._button(what, message)
        return await self._tap(found, data), await self._tap(found, data)

    async def taps_invented(self, data: str, message: Seen | int | None = None) -> Queued:
        """A callback whose data stands on no button."""
        return await self._tap(self._message_id(message) or self.last.message_id, data)

    async def shares_contact(self, *, own: bool = True, phone: str = "+84900000001") -> Queued:
        """Send a phone number: the own one, or another person's."""
        contact = {"phone_number": phone, "first_name": self.chat.names.get("first_name", "")}
        return await self._sends({"contact": {**contact, "user_id": self.user_id if own else self.user_id + 1}})

    async def sends_sticker(self) -> Queued:
        """Something that is no text."""
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return await self._sends({"sticker": {**self.world.keep_file("sticker.webp", b"RIFF"), **shape}})

    async def sends_document(self, name: str, content: bytes, caption: str | None = None) -> Queued:
        """Send a file, which the bot can fetch through getFile."""
        document = {**self.world.keep_file(name, content), "file_name": name}
        return await self._sends({"document": document, **({"caption": caption} if caption else {})})

    async def asks_inline(self, typed: str, chat_type: str = "supergroup") -> Queued:
        """Type the bot's name and a few words in any chat; that chat stays unknown to the bot."""
        query_id = str(secrets.randbits(62))
        self.world.queries[query_id] = (self.user_id, self.world.clock.now())
        query = {"id": query_id, "from": self.raw, "query": typed, "offset": "", "chat_type": chat_type}
        return await self._causes("inline_query", query, f"user {self.user_id}")

    async def blocks(self) -> Queued:
        """Block the bot: from now on every send is refused."""
        self.blocked = True
        return await self._changes_membership("member", "kicked")

    async def unblocks(self) -> Queued:
        """Let the bot write again."""
        self.blocked = False
        return await self._changes_membership("kicked", "member")

    async def says_in_group(self, chat_id: int, text: str, title: str = "Nhóm") -> Queued:
        """Type a text in a group where the bot is too."""
        group = self.world.group(chat_id, title)
        return await self._sends({"text": text}, group)

    async def hears_back(self, within: float = 5.0) -> Seen:
        """Wait until the bot has shown or changed something since the last act or hearing; the newest message.

        Raises TimeoutError, telling what stands in the chat.
        """
        await self._until(lambda: bool(self.sees) and self.chat.changes > self._noticed, "anything new", within)
        self._noticed = self.chat.changes
        return self.last

    async def hears(self, words: str, within: float = 5.0) -> Seen:
        """Wait for a message, new or changed since the last act, that contains `words`; else TimeoutError."""

        def found() -> list[Seen]:
            return [one for one in self.sees if words in one.text and self.chat.touched[one.message_id] > self._acted]

        await self._until(lambda: bool(found()), repr(words), within)
        self._noticed = self.chat.changes
        return found()[-1]

    async def _until(self, true: Callable[[], bool], what: str, within: float) -> None:
        try:
            async with asyncio.timeout(within):
                # Polling our own memory: an event would have to be reset by somebody, and races with the next act.
                while not true():  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
        except TimeoutError:
            seen = [one.text for one in self.sees]
            raise TimeoutError(f"{self.chat.names['first_name']} did not hear {what}; sees {seen}") from None

    def _message_id(self, message: Seen | int | None) -> int | None:
        return message.message_id if isinstance(message, Seen) else message

    def _button(self, what: str, message: Seen | int | None) -> tuple[int, str]:
        wanted = self._message_id(message)
        buttons = [
            (button["text"], seen.message_id, button["callback_data"])
            for seen in reversed(self.sees)
            for row in seen.raw.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if "callback_data" in button and wanted in (None, seen.message_id)
        ]
        exact = [button for button in buttons if button[0] == what]
        for _, message_id, data in exact or [one for one in buttons if one[0].lower().startswith(what.lower())]:
            return message_id, data
        raise LookupError(f"no button {what!r}; there are {[label for label, _, _ in buttons]}")

    async def _tap(self, message_id: int, data: str) -> Queued:
        query_id = str(secrets.randbits(62))
        self.world.queries[query_id] = (self.user_id, self.world.clock.now())
        query = {
            "id": query_id,
            "from": self.raw,
            "message": self.chat.messages[message_id],
            "chat_instance": str(self.user_id * 7919),
            "data": data,
        }
        return await self._causes("callback_query", query, f"user {self.user_id}")

    async def _sends(self, content: dict[str, Any], chat: Chat | None = None) -> Queued:
        if self.blocked:
            raise RuntimeError("somebody who has blocked the bot cannot write to it")
        where = chat or self.chat
        self.started = self.started or chat is None
        message = {
            "message_id": self.world.next_message_id(),
            "from": self.raw,
            "chat": where.raw,
            "date": self.world.clock.unix(),
            **content,
        }
        where.put(message)
        return await self._causes("message", message, f"chat {where.chat_id}")

    async def _changes_membership(self, old: str, new: str) -> Queued:
        until = {"until_date": 0}
        sides = [{"status": one, "user": self.world.bot, **(until if one == "kicked" else {})} for one in (old, new)]
        change = {
            "chat": self.chat.raw,
            "from": self.raw,
            "date": self.world.clock.unix(),
            "old_chat_member": sides[0],
            "new_chat_member": sides[1],
        }
        return await self._causes("my_chat_member", change, f"chat {self.chat.chat_id}")

    async def _causes(self, kind: str, payload: dict[str, Any], lane: str) -> Queued:
        queued = self.world.updates.add(kind, payload, lane)
        self._acted = self._noticed = self.chat.changes
        await asyncio.sleep(0)  # let a waiting poller notice
        return queued
