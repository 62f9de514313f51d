"""One turn of talk: who speaks, when it was heard, and the words at hand. Every exchange takes one of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from bot.shown import Shown
from content.message import Choice, Message
from content.phrases import Phrases
from content.searching import Search
from participation.exemptions import OFFICE_ZONE
from reports.letterhead import Letterhead
from store.tables import Account


@dataclass(frozen=True, slots=True)
class House:
    """What the conversation knows about where it stands. `topics` and `tracks` name topics and tracks by code.

    `fileless` names the channels that cannot carry a file: there a link to the pages at `public_url` stands in for one
    that comes in; what goes out they turn into pictures and links themselves.
    `previews` tells by channel what it would show of a message. `letterhead` is that of official reports.
    """

    phrases: Phrases
    agency: str
    code_secret: bytes
    consent_version: str
    topics: Mapping[str, str]
    search: Search = field(default_factory=Search)
    tracks: Mapping[str, str] = field(default_factory=dict)
    public_url: str = ""
    fileless: frozenset[str] = frozenset()
    previews: Mapping[str, Callable[[Message], Shown]] = field(default_factory=dict)
    letterhead: Letterhead = field(default_factory=Letterhead)


@dataclass(frozen=True, slots=True)
class Talk:
    """One utterance being answered within one transaction. `now` is when it was received."""

    session: Session
    house: House
    account: Account
    now: datetime

    @property
    def person_id(self) -> int:
        """The linked person. Only exchanges for linked people read it."""
        if self.account.person_id is None:
            raise LookupError("nobody is linked to this account")
        return self.account.person_id

    @property
    def today(self) -> date:
        """The day at the office."""
        return self.now.astimezone(OFFICE_ZONE).date()

    def words(self, key: str, **values: object) -> str:
        """One of the assistant's sentences."""
        return self.house.phrases(key, **values)

    def say(self, key: str, **values: object) -> Message:
        """A message of one sentence or paragraph, without choices."""
        return Message(self.words(key, **values))

    def choice(self, key: str, action: str, **values: object) -> Choice:
        """A numbered choice with its label from the phrases."""
        return Choice(self.words(key, **values), action)
