"""A desk with a checker that says what it is told to, and admins who send it files."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from bot import filing
from bot.conversation.talk import House
from bot.filing import Sender
from bot.heard import Heard
from bot.reception import Reception
from bot.uploads import UploadDesk
from bot.web.hearing import hear
from content.loading.checked import Checked
from content.loading.drafts import Known
from content.message import Message
from content.phrases import Phrases
from store import inbox
from store.database import Database
from store.inbox import Arrival
from store.tables import Account, Delivery, Upload
from tests.conftest import Clock
from tests.content.loaded import add_admins, file_of, question

NAME = "CauHoi_T12.xlsx"
GOOD = Checked(reading=file_of(*(question(f"CQ-{number}") for number in range(1, 38))))


@dataclass
class Checker:
    """Says `answers` one after the other, the last one for ever; an exception among them is raised."""

    answers: list[Checked | Exception]
    seen: list[tuple[str, bytes, Known]] = field(default_factory=list)

    async def __call__(self, name: str, body: bytes, known: Known) -> Checked:
        self.seen.append((name, body, known))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Room:
    """Reception and desk over one database, moved by hand; An and Bình keep content, both on the web page."""

    def __init__(self, database: Database, phrases: Phrases, clock: Clock, *answers: Checked | Exception) -> None:
        self.database, self.clock = database, clock
        self.checker = Checker(list(answers) or [GOOD])
        self.house = House(
            phrases, "Sở Mẫu", b"secret", "1", {"trang-phuc": "Trang phục"},
            public_url="https://nep.example", fileless=frozenset(("pigeon",)),
        )  # fmt: skip
        self.desk = UploadDesk(database, self.house, {}, self.checker, lambda: None, clock, retry=0.0)
        self.reception = Reception(
            database, self.house, {"web": hear, "pigeon": hear_pigeon, filing.INBOX: filing.hear}, lambda: None
        )
        self.said = 0
        with database.transaction() as session:
            self.an, self.binh = add_admins(session, "Nguyễn Hoài An", "Trần Thái Bình")

    def address(self, person_id: int) -> str:
        """Where somebody's chat is."""
        return self.account(person_id).address

    def account(self, person_id: int) -> Account:
        """Somebody's only account."""
        with self.database.transaction() as session:
            return session.exec(select(Account).where(Account.person_id == person_id)).one()

    async def says(self, person_id: int, text: str) -> Message:
        """Type a text; returns the answer."""
        self.said += 1
        account = self.account(person_id)
        body = json.dumps({"address": account.address, "text": text, "id": str(self.said)})
        arrival = Arrival(account.channel, f"{account.address}:{self.said}", body)
        await self.database.run(inbox.keep, [arrival], self.clock())
        await self.reception.drain()
        return self.told(person_id)[-1]

    async def sends(self, person_id: int, name: str = NAME, body: bytes = b"PK") -> Message:
        """Send a file over the page; returns the answer, before the desk has looked at it."""
        self.said += 1
        sender = Sender("web", self.address(person_id))
        await self.database.run(filing.take, "web", sender, str(self.said), name, body, self.clock())
        await self.reception.drain()
        return self.told(person_id)[-1]

    async def reported(self, person_id: int) -> Message:
        """What the desk says of the file that was sent."""
        await self.desk.drain()
        return self.told(person_id)[-1]

    async def presses(self, person_id: int, number: int, key: str = "") -> Message:
        """Press a button of the newest message with choices, or of the one with this key."""
        with self.database.transaction() as session:
            account = session.exec(select(Account).where(Account.person_id == person_id)).one()
            mine = select(Delivery).where(Delivery.account_id == account.id).order_by(col(Delivery.id).desc())
            rows = [row for row in session.exec(mine) if key in row.key and '"choices": [[' in row.body]
            body = {"address": account.address, "token": rows[0].token, "number": number, "id": "p"}
        self.said += 1
        arrival = Arrival("web", f"press:{self.said}", json.dumps(body))
        await self.database.run(inbox.keep, [arrival], self.clock())
        await self.reception.drain()
        return self.told(person_id)[-1]

    def told(self, person_id: int) -> list[Message]:
        """All that was written to somebody, oldest first."""
        with self.database.transaction() as session:
            bodies = session.exec(
                select(Delivery.body).join(Account, col(Account.id) == Delivery.account_id)
                .where(Account.person_id == person_id).order_by(col(Delivery.id))
            )  # fmt: skip
            return [Message.loads(body) for body in bodies]

    def keys(self) -> list[str]:
        """The keys of everything the desk and the exchange wrote by themselves."""
        with self.database.transaction() as session:
            found = select(Delivery.key).where(col(Delivery.key).startswith("upload:")).order_by(col(Delivery.id))
            return list(session.exec(found))

    def uploads(self) -> list[tuple[str, int]]:
        """State and tries of every upload."""
        with self.database.transaction() as session:
            return [(row.state, row.tries) for row in session.exec(select(Upload).order_by(col(Upload.id)))]

    def change(self, person_id: int, **columns: object) -> None:
        """Somebody's account becomes another."""
        with self.database.transaction() as session:
            account = session.exec(select(Account).where(Account.person_id == person_id)).one()
            for name, value in columns.items():
                setattr(account, name, value)


def hear_pigeon(body: str, heard_at: datetime) -> Heard | None:
    """A channel that carries words alone."""
    said = json.loads(body)
    return Heard("pigeon", said["address"], "text", heard_at, text=said["text"])


def count(session: Session, table: type) -> int:
    """How many rows a table has."""
    return len(session.exec(select(table)).all())
