"""Everything the server remembers: the account, its people and tokens, what was delivered, what is to go wrong."""

import asyncio
from itertools import count
from pathlib import Path

from tests.botapi.clock import Clock, Moments
from tests.botapi.delivery_log import Delivery, DeliveryLog
from tests.botapi.faults import Faults
from tests.zaloapi.oa.budget import Budget
from tests.zaloapi.oa.hook import Hook
from tests.zaloapi.oa.people import Person
from tests.zaloapi.oa.tokens import Tokens

APP_ID, OA_ID = "360846524940903967", "388613280878808645"
APP_SECRET, SECRET_KEY = "app-secret-of-the-tests", "oa-secret-key-of-the-tests"
CALLBACK = "https://nep.example/zalo/callback"


class World:
    """The state behind one Official Account. Every part is public: tests look at it and turn its knobs.

    `buttons_refused`: the number Zalo says no to messages with buttons with; 0 takes them. `sub_quota`: how many
    messages after the free 48 hours the plan still covers; then they are billed if the account is `funded`.
    """

    def __init__(self, *, log: Path | None = None, moments: Moments | None = None) -> None:
        self.clock = Clock(moments)
        self.app_id, self.oa_id, self.app_secret, self.secret_key = APP_ID, OA_ID, APP_SECRET, SECRET_KEY
        self.tokens = Tokens(self.clock, APP_ID, APP_SECRET, OA_ID, CALLBACK)
        self.budget = Budget(self.clock)
        self.faults = Faults()
        self.hook = Hook(self)
        self.log = DeliveryLog(log)
        self.people: dict[str, Person] = {}
        self.images: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.crashes: list[Exception] = []
        self.acting: set[asyncio.Future[int]] = set()
        self.latency = 0.0
        self.buttons_refused = 0
        self.template_type = ""
        self.sub_quota, self.funded = 500, True
        self._numbers = count(1)

    @property
    def deliveries(self) -> list[Delivery]:
        """What reached people so far."""
        return self.log.entries

    def person(self, user_id: str, *, follows: bool = False) -> Person:
        """The person with this id, made on first mention; who `follows` did so a moment ago, before we listened."""
        person = self.people.setdefault(user_id, Person(self, user_id))
        if follows and not person.follows:
            person.follows, person.last_at = True, self.clock.now()
        return person

    def acted(self, done: "asyncio.Future[int]") -> None:
        """An act that nobody waited for is over; a mistake of this server in it must not go unseen."""
        self.acting.discard(done)
        if not done.cancelled() and isinstance(crash := done.exception(), Exception):
            self.crashes.append(crash)

    def next_number(self) -> int:
        """Numbers of messages and uploads."""
        return next(self._numbers)
