"""Phones: the same acts and the same sight on Telegram, Zalo and the web page, whatever lies between."""

import asyncio
import hashlib
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, unquote

import httpx

from content.message import Choice, Message
from tests.botapi.chats import Seen
from tests.botapi.people import Person
from tests.zaloapi.bots.people import Person as ZaloPerson
from tests.zaloapi.oa.people import Person as OaPerson
from tests.zaloapi.oa.people import Seen as OaSeen

OURS = {"Sec-Fetch-Site": "same-origin"}
Settle = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Shown:
    """One message of the assistant as it stands on the screen; `text` holds the numbered choices too.

    `file` is the name of the file that came with it, if any; `picture` is what its picture is fetched by.
    """

    text: str
    choices: int
    handle: Any
    file: str = ""
    picture: str = ""

    def number_of(self, label: str) -> int:
        """The number of the choice with this label."""
        found = re.search(rf"(?m)(?:^|   )(\d+)\. {re.escape(label)}", self.text)
        if found is None:
            raise LookupError(f"no choice {label!r} in {self.text!r}")
        return int(found[1])


class Phone(Protocol):
    """Somebody's chat with the assistant. Every act returns when everything it caused has happened."""

    channel: str
    has_buttons: bool  # else choices are typed, and only the newest can be answered

    @property
    def address(self) -> str:
        """What the store knows this chat by."""

    async def says(self, text: str) -> None:
        """Type a text."""

    async def sends_nothing_readable(self) -> None:
        """A sticker; on the web, which has none, a text without a word."""

    async def sends_file(self, name: str, body: bytes) -> None:
        """Send a document."""

    async def chooses(self, what: str | int, on: Shown | None = None) -> None:
        """Press a button by its label or number, by default on the newest message that has any."""

    async def presses_invented(self, token: str, number: int) -> None:
        """A button that never stood on this screen."""

    def token_of(self, shown: Shown) -> str:
        """What the buttons of a message name it by."""

    async def reads(self) -> list[Shown]:
        """Everything the assistant has said here, oldest first."""

    async def looks_at(self, shown: Shown) -> bytes:
        """The picture of a message."""


async def choice_of(phone: Phone, what: str | int, on: Shown | None) -> tuple[Shown, int]:
    """The message whose button is pressed, and the number of that button."""
    shown = on or [one for one in await phone.reads() if one.choices][-1]
    return shown, what if isinstance(what, int) else shown.number_of(what)


class TelegramPhone:
    """A chat on Telegram, over the Bot API server of the tests."""

    channel, has_buttons = "telegram", True

    def __init__(self, person: Person, settle: Settle) -> None:
        self.person, self._settle = person, settle

    @property
    def address(self) -> str:
        return str(self.person.user_id)

    async def says(self, text: str) -> None:
        await self.person.says(text)
        await self._settle()

    async def sends_nothing_readable(self) -> None:
        await self.person.sends_sticker()
        await self._settle()

    async def sends_file(self, name: str, body: bytes) -> None:
        await self.person.sends_document(name, body)
        await self._settle()

    async def chooses(self, what: str | int, on: Shown | None = None) -> None:
        shown, number = await choice_of(self, what, on)
        seen: Seen = shown.handle
        await self.person.taps(seen.labels[number - 1], seen)
        await self._settle()

    async def presses_invented(self, token: str, number: int) -> None:
        await self.person.taps_invented(f"{token}:{number}")
        await self._settle()

    def token_of(self, shown: Shown) -> str:
        keyboard = shown.handle.raw["reply_markup"]["inline_keyboard"]
        return str(keyboard[0][0]["callback_data"]).split(":")[0]

    async def reads(self) -> list[Shown]:
        return [
            Shown(seen.text, len(seen.labels), seen, seen.document or "", seen.photo or "") for seen in self.person.sees
        ]

    async def looks_at(self, shown: Shown) -> bytes:
        return self.person.world.files[shown.picture][1]


class OaPhone:
    """A chat with a Zalo Official Account: buttons while there are at most five, files behind links."""

    channel, has_buttons = "zalo-oa", True

    def __init__(self, person: OaPerson, pages: httpx.AsyncClient, settle: Settle) -> None:
        self.person, self.pages, self._settle = person, pages, settle
        self._names: dict[str, str] = {}

    @property
    def address(self) -> str:
        return self.person.user_id

    async def says(self, text: str) -> None:
        assert await self.person.says(text) == 200
        await self._settle()

    async def sends_nothing_readable(self) -> None:
        assert await self.person.sends_sticker() == 200
        await self._settle()

    async def sends_file(self, name: str, body: bytes) -> None:
        """By the page behind the link that the assistant gives who loads content."""
        await self.says("/napcauhoi")
        link = re.search(r"https://nep\.test/tep/\S+", self.person.last.text)
        assert link is not None, self.person.last.text
        sent = {"file": (name, body, "application/octet-stream")}
        answer = await self.pages.post(link[0], data={"id": str(uuid.uuid4())}, files=sent)
        assert answer.status_code == 202, answer.text
        await self._settle()

    async def chooses(self, what: str | int, on: Shown | None = None) -> None:
        shown, number = await choice_of(self, what, on)
        seen: OaSeen = shown.handle
        if seen.buttons:
            assert await self.person.taps(str(number), seen) == 200
            await self._settle()
        else:
            await self.says(str(number))

    async def presses_invented(self, token: str, number: int) -> None:
        await self.says(f"#q:{token}:{number}")

    def token_of(self, shown: Shown) -> str:
        seen: OaSeen = shown.handle
        return seen.buttons[0].payload.split(":")[1]

    async def reads(self) -> list[Shown]:
        return [
            Shown(
                seen.text, _numbered(seen.text), seen, await self._file(seen.text), seen.message_id * bool(seen.image)
            )
            for seen in self.person.sees
        ]

    async def looks_at(self, shown: Shown) -> bytes:
        seen: OaSeen = shown.handle
        assert seen.image is not None
        return seen.image

    async def _file(self, text: str) -> str:
        """The name of the file behind the link of a message, as of the first look."""
        link = re.search(r"https://nep\.test/tai/\S+", text)
        if link and link[0] not in self._names:
            answer = await self.pages.get(link[0])
            assert answer.status_code == 200, answer.text
            self._names[link[0]] = unquote(answer.headers["content-disposition"].rpartition("''")[2])
        return self._names[link[0]] if link else ""


def _numbered(text: str) -> int:
    """How many numbered choices a text holds."""
    return len(re.findall(r"(?m)(?:^|   )\d+\. ", text))


class WebPhone:
    """A chat on the web page: a cookie, posts, and the page's own lines."""

    channel, has_buttons = "web", True

    def __init__(self, client: httpx.AsyncClient, settle: Settle) -> None:
        self.client, self._settle = client, settle

    @property
    def address(self) -> str:
        (cookie,) = self.client.cookies.values()  # its name says whether the page stands behind TLS
        return hashlib.sha256(cookie.encode()).hexdigest()[:32]

    async def says(self, text: str) -> None:
        answer = await self.posts({"text": text})
        assert answer.status_code == 202, answer.text
        await self._settle()

    async def sends_nothing_readable(self) -> None:
        await self.says("🌼")

    async def sends_file(self, name: str, body: bytes) -> None:
        told = {
            "Content-Type": "application/octet-stream",
            "X-Message-Id": str(uuid.uuid4()),
            "X-File-Name": quote(name),
        }
        answer = await self.client.post("file", content=body, headers=told)
        assert answer.status_code == 202, answer.text
        await self._settle()

    async def saves(self, shown: Shown) -> bytes:
        """Follow the link to the file of a message, which is only on this page."""
        for line in (await self.client.get("lines", params={"limit": 200})).json()["lines"]:
            if line.get("file", {}).get("name") == shown.file:
                answer = await self.client.get(line["file"]["href"])
                assert answer.status_code == 200, answer.text
                return answer.content
        raise LookupError(f"no file {shown.file!r}")

    async def chooses(self, what: str | int, on: Shown | None = None) -> None:
        shown, number = await choice_of(self, what, on)
        await self.presses_invented(shown.handle, number)

    async def presses_invented(self, token: str, number: int) -> None:
        answer = await self.posts({"token": token, "number": number})
        assert answer.status_code == 202, answer.text
        await self._settle()

    def token_of(self, shown: Shown) -> str:
        return str(shown.handle)

    async def reads(self) -> list[Shown]:
        answer = await self.client.get("lines", params={"limit": 200})
        return [_shown(line) for line in answer.json()["lines"] if line["who"] == "assistant"]

    async def looks_at(self, shown: Shown) -> bytes:
        answer = await self.client.get(shown.picture)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), answer.text
        assert answer.headers["content-disposition"].startswith("inline")
        return answer.content

    async def posts(self, said: dict[str, Any]) -> httpx.Response:
        """Post as the page does; told that it was too fast, the page waits and sends the same again."""
        body = {"id": str(uuid.uuid4()), **said}
        while True:
            answer = await self.client.post("say", json=body)
            if answer.status_code != 429:
                return answer
            await asyncio.sleep(0.1)


class ZaloBotPhone:
    """A chat with a Zalo bot, over the Bot Platform's server of the tests: everything is typed, files go by link."""

    has_buttons = False

    def __init__(self, person: ZaloPerson, browser: httpx.AsyncClient, settle: Settle) -> None:
        self.person, self.browser, self._settle = person, browser, settle
        self.channel = f"zalo-bot:{person.bot.number}"

    @property
    def address(self) -> str:
        self.person.started = True  # whoever has an address has written to the bot
        return self.person.chat_id

    async def says(self, text: str) -> None:
        await self.person.says(text)
        await self._settle()

    async def sends_nothing_readable(self) -> None:
        await self.person.sends_sticker()
        await self._settle()

    async def sends_file(self, name: str, body: bytes) -> None:
        """Ask for the page that takes a file and send it there; without one, try as people would."""
        await self.says("/napcauhoi")
        page = re.search(r"https://\S+/tep/\S+", self.person.last.text)
        if page is None:
            await self.person.sends_unsupported()
        else:
            form = await self.browser.get(page[0])
            said_id = re.search(r'name="id" value="([^"]+)"', form.text)
            assert said_id is not None, form.text
            answer = await self.browser.post(page[0], data={"id": said_id[1]}, files={"file": (name, body)})
            assert answer.status_code == 202, answer.text
        await self._settle()

    async def saves(self, shown: Shown) -> bytes:
        """Follow the link to the file of a message."""
        answer = await self.browser.get(re.findall(r"https://\S+/tai/\S+", shown.text)[-1])
        assert answer.status_code == 200, answer.text
        return answer.content

    async def chooses(self, what: str | int, on: Shown | None = None) -> None:
        shown, number = await choice_of(self, what, None)
        if on is not None and on.handle != shown.handle:
            raise LookupError("only the newest choices can be answered by typing")
        await self.says(str(number))

    async def presses_invented(self, token: str, number: int) -> None:
        raise LookupError("there are no buttons")

    def token_of(self, shown: Shown) -> str:
        raise LookupError("there are no buttons")

    async def reads(self) -> list[Shown]:
        return [
            Shown(
                seen.text,
                _numbered(seen.text),
                seen.message_id,
                "".join(re.findall(r"Tệp (\S.*), tải trong", seen.text)),
                seen.message_id if seen.photo else "",
            )
            for seen in self.person.sees
        ]

    async def looks_at(self, shown: Shown) -> bytes:
        return next(seen.photo for seen in self.person.sees if seen.message_id == shown.picture)


def _shown(line: dict[str, Any]) -> Shown:
    labels = line.get("choices", [])
    choices = tuple(Choice(label, "") for label in labels)
    plain = Message(line["text"], choices, line["closing"], line.get("inline", False)).plain()
    file = line.get("file", {})
    return Shown(plain, len(labels), line.get("token"), file.get("name", ""), file["href"] if "alt" in file else "")
