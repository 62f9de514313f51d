"""Somebody with a phone: what transcripts are written in."""

from typing import TYPE_CHECKING

from tests.journeys.phones import Phone, Shown

if TYPE_CHECKING:
    from tests.journeys.house import House


class Somebody:
    """One person's chat on one channel. `last` and `heard` are what the assistant said, as of the last act."""

    def __init__(self, house: "House", staff_code: str, phone: Phone) -> None:
        self.house, self.staff_code, self.phone = house, staff_code, phone
        self.heard: list[Shown] = []

    @property
    def last(self) -> Shown:
        """The newest message of the assistant."""
        return self.heard[-1]

    async def looks(self) -> Shown:
        """Look at the screen."""
        self.heard = await self.phone.reads()
        return self.last

    async def says(self, text: str) -> str:
        """Type a text; returns the answer."""
        await self.phone.says(text)
        return (await self.looks()).text

    async def sends_nothing_readable(self) -> str:
        """A sticker, or what comes nearest; returns the answer."""
        await self.phone.sends_nothing_readable()
        return (await self.looks()).text

    async def sends_file(self, name: str, body: bytes) -> str:
        """Send a document; returns the newest thing said after it."""
        await self.phone.sends_file(name, body)
        return (await self.looks()).text

    async def chooses(self, what: str | int, on: Shown | None = None) -> str:
        """Press a button by label or number; returns the answer."""
        await self.phone.chooses(what, on)
        return (await self.looks()).text

    async def hears(self, *words: str) -> None:
        """The newest message holds all of these words."""
        await self.looks()
        self.sees(*words)

    def sees(self, *words: str) -> None:
        """The message looked at last holds all of these words."""
        missing = [word for word in words if word not in self.last.text]
        assert not missing, f"{missing} not in {self.last.text!r}"

    async def messages(self, since: int = 0) -> list[str]:
        """Texts of everything heard after the first `since` messages."""
        self.heard = await self.phone.reads()
        return [shown.text for shown in self.heard[since:]]

    def is_linked(self) -> "Somebody":
        """Joined before the transcript begins."""
        self.house.link(self.staff_code, self.phone.channel, self.phone.address)
        return self

    async def joins(self) -> "Somebody":
        """Consent, code, name: the whole way in."""
        await self.says("/start")
        await self.chooses("Đồng ý")
        await self.says(self.house.code_for(self.staff_code))
        await self.chooses("Đúng")
        self.sees("Tài khoản đã kết nối")
        return self
