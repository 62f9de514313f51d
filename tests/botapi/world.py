"""Everything the server remembers: people, chats, updates, files, deliveries, and what is planned to go wrong."""

import secrets
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.botapi.chats import Chat
from tests.botapi.clock import Clock, Moments
from tests.botapi.delivery_log import Delivery, DeliveryLog
from tests.botapi.faults import Faults
from tests.botapi.flood import FloodControl
from tests.botapi.inline import InlineAnswer
from tests.botapi.people import Person
from tests.botapi.poller import Poller
from tests.botapi.rates import SENDS, Call, peak
from tests.botapi.updates import Queued, UpdateQueue

TOKEN = "4242424242:" + "TestBotTokenForOurOwnServerOnly-_00"


@dataclass(frozen=True)
class Answered:
    """An answerCallbackQuery as the person saw it."""

    query_id: str
    user_id: int
    text: str
    alert: bool


class World:
    """The state behind one bot token. Every part is public: tests look at it and turn its knobs."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        log: Path | None = None,
        moments: Moments | None = None,
        time_factor: float = 1.0,
        anyone: bool = False,
    ) -> None:
        self.token = token
        self.clock = Clock(moments)
        self.time_factor = time_factor
        self.anyone = anyone
        self.latency = 0.0
        self.callback_window = 15.0
        self.anti_hammer = False
        self.updates = UpdateQueue(self.clock)
        self.poller = Poller()
        self.faults = Faults()
        self.flood = FloodControl(self.clock)
        self.log = DeliveryLog(log)
        self.calls: list[Call] = []
        self.refused: list[tuple[str, str]] = []
        self.crashes: list[Exception] = []
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, tuple[int, float]] = {}
        self.answers: list[Answered] = []
        self.inline_answers: list[InlineAnswer] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.settings: dict[str, Any] = {}
        self.bot = {
            "id": int(token.split(":")[0]),
            "is_bot": True,
            "first_name": "Trợ lý Văn hóa công sở",
            "username": "nep_cong_so_bot",
        }
        self._message_ids = count(1)

    @property
    def deliveries(self) -> list[Delivery]:
        """What reached people so far."""
        return self.log.entries

    @property
    def early_calls(self) -> list[Call]:
        """Calls made inside a 429 window."""
        return self.flood.early_calls

    def peak_per_second(self, chat_id: int | None = None, *, methods: frozenset[str] | None = SENDS) -> int:
        """The most calls in any sliding second, refused ones included; `methods=None` counts all of them."""
        return peak(
            call.at
            for call in self.calls
            if (methods is None or call.method in methods) and chat_id in (None, call.chat_id)
        )

    def person(self, user_id: int, first_name: str = "An", *, started: bool = False, **names: str) -> Person:
        """The person with this id, made on first mention; `started` means they have already talked to the bot."""
        if user_id not in self.people:
            chat = Chat(user_id, "private", {"first_name": first_name, **names})
            self.chats[user_id] = chat
            self.people[user_id] = Person(self, chat)
        person = self.people[user_id]
        person.started = person.started or started
        return person

    def group(self, chat_id: int, title: str) -> Chat:
        """The group with this (negative) id, made on first mention."""
        return self.chats.setdefault(chat_id, Chat(chat_id, "supergroup", {"title": title}))

    def next_message_id(self) -> int:
        """Ids ascend over all chats of the bot."""
        return next(self._message_ids)

    def inject(self, kind: str, payload: dict[str, Any], lane: str = "injected") -> Queued:
        """Queue any update at all, also of a kind nobody knows yet."""
        return self.updates.add(kind, payload, lane, force=True)

    def redeliver(self, update: Queued | int) -> None:
        """Hand the very same update out once more, confirmed or not."""
        self.updates.redeliver(update if isinstance(update, int) else update.update_id)

    def keep_file(self, name: str, content: bytes) -> dict[str, Any]:
        """Store a file; returns the fields every file object has."""
        file_id = f"BQAC{secrets.token_hex(12)}"
        self.files[file_id] = (name, content)
        return {"file_id": file_id, "file_unique_id": file_id[-12:], "file_size": len(content)}
