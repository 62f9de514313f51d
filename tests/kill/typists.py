"""People in front of a Zalo door: each answers each question once. And what the store knows of it afterwards."""

import random
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from sqlmodel import Session, select

from store.tables import Answer, Delivery
from tests.botapi.delivery_log import Delivery as Copy
from tests.kill.office import Cast

QUESTION = re.compile(r"Câu (\d)/2\. ")


class Typists(ABC):
    """Everybody answers each question once, as soon as it stands on the screen."""

    def __init__(self, deliveries: Callable[[int], list[Copy]], chance: random.Random) -> None:
        self.deliveries, self.chance, self.seen = deliveries, chance, 0
        self.said: dict[tuple[str, int], int] = {}

    def look(self) -> int:
        """Read what is new and answer it; returns how much that was."""
        new = self.deliveries(self.seen)
        self.seen += len(new)
        for one in new:
            found = QUESTION.search(one.text)
            key = (str(one.chat_id), int(found[1])) if found else None
            if key and key not in self.said:
                self.said[key] = option = self.chance.randint(1, 2)
                self.answer(key[0], option)
        return len(new)

    @abstractmethod
    def answer(self, address: str, option: int) -> None:
        """Say it the way this door lets people say it."""

    def typed(self, option: int) -> str:
        """One of the ways to type an option."""
        return self.chance.choice([str(option), f"Câu {'AB'[option - 1]}"])

    def read(self, messages: int, seconds: float = 20.0) -> None:
        """Go on until so many messages have come, or nothing more comes."""
        until = time.monotonic() + seconds
        while messages > 0 and time.monotonic() < until:
            messages -= self.look()
            time.sleep(0.01)


def kept(session: Session, cast: Cast) -> dict[tuple[str, int], int]:
    """(address, position) → the option that was recorded."""
    addresses = {person: address for address, person in cast.others.items()}
    positions = {question: position for position, question in cast.questions.items()}
    rows = session.exec(select(Answer).where(Answer.round_id == cast.round_id))
    return {(addresses[row.person_id], positions[row.question_version_id]): row.option for row in rows}


def states(session: Session, channel: str) -> dict[str, list[str]]:
    """Platform ids of a channel's messages by what became of them."""
    found: dict[str, list[str]] = {"sent": [], "unknown": []}
    for row in session.exec(select(Delivery).where(Delivery.channel == channel)):
        found.setdefault(row.state, []).append(row.platform_message_id or "")
    return found
