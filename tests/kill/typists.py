"""People in front of a Zalo door: each answers each question once, as soon as it stands on the screen."""

import random
from abc import abstractmethod
from collections.abc import Callable

from tests.botapi.delivery_log import Delivery
from tests.kill.beside import Beside
from tests.kill.office import Cast
from tests.kill.phones import OPTIONS, QUESTION


class Typists(Beside):
    """`said` is by address and position of the question."""

    def __init__(self, deliveries: Callable[[int], list[Delivery]], chance: random.Random) -> None:
        super().__init__()
        self.deliveries, self.chance, self.seen = deliveries, chance, 0
        self.said: dict[tuple[str, int], int] = {}

    def turn(self) -> None:
        """Read what is new and answer it."""
        new = self.deliveries(self.seen)
        self.seen += len(new)
        for one in new:
            found = QUESTION.search(one.text)
            key = (str(one.chat_id), int(found[1])) if found else None
            if key and key not in self.said:
                self.said[key] = option = self.chance.randint(1, OPTIONS)
                self.answer(key[0], option)

    @abstractmethod
    def answer(self, address: str, option: int) -> None:
        """Say it the way this door lets people say it."""

    def typed(self, option: int) -> str:
        """One of the ways to type an option."""
        return self.chance.choice([str(option), f"Câu {'AB'[option - 1]}"])

    def told(self, cast: Cast) -> dict[tuple[int, int], int]:
        """(person, position) → the option said."""
        return {(cast.others[address], position): option for (address, position), option in self.said.items()}
