"""One bot of the platform: its people, its news, its month and its webhook."""

import hashlib
from typing import TYPE_CHECKING

from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.quota import Quota
from tests.zaloapi.bots.updates import Event, Events
from tests.zaloapi.bots.webhook import Webhook

if TYPE_CHECKING:
    from tests.zaloapi.bots.world import World

MOST_PEOPLE = 50  # of one bot, Basic plan


class Bot:
    """What the platform keeps for one token. Ids of people are the bot's own."""

    def __init__(self, world: "World", token: str) -> None:
        self.world, self.token = world, token
        self.number = token.partition(":")[0]
        self.most_people = MOST_PEOPLE
        self.people: dict[str, Person] = {}
        self.events = Events()
        self.quota = Quota(world.clock)
        self.webhook = Webhook(self)
        self.typing: list[str] = []

    def person(self, name: str = "An", *, started: bool = False) -> Person:
        """Somebody by name, made on first mention; `started` means they have already written to this bot."""
        chat_id = hashlib.sha256(f"{self.number} {name}".encode()).hexdigest()[:20]
        person = self.people.setdefault(chat_id, Person(self, chat_id, name))
        if started:
            self.lets_in(person)
        return person

    def lets_in(self, person: Person) -> bool:
        """Whether this person may use the bot: one too many never reaches it. Nobody has seen what Zalo does then."""
        if not person.started and sum(one.started for one in self.people.values()) >= self.most_people:
            return False
        person.started = True
        return True

    def again(self, event: Event | None) -> None:
        """Hand the very same news out once more."""
        assert event is not None
        self.events.add(event)
