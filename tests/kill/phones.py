"""Several hundred people with Telegram: each answers what reaches them, by a tap, twice, or by typing."""

import random
import re
from dataclasses import dataclass, field

from tests.botapi.remote import Remote
from tests.kill.beside import Beside

QUESTION = re.compile(r"Câu (\d)/2\. ")
OPTIONS = 2  # every question of the library has at least two
DOUBLE, SECOND_THOUGHTS, TYPES = 0.05, 0.03, 0.15


@dataclass(frozen=True)
class Said:
    """One answer a person has given: which question of the round, and which option."""

    user_id: int
    position: int
    option: int


@dataclass(eq=False)
class Phones(Beside):
    """Watches what reaches people and lets them answer each question once (not counting double taps)."""

    remote: Remote
    chance: random.Random
    said: dict[int, Said] = field(default_factory=dict)  # update id → what it says
    asked: set[tuple[int, int]] = field(default_factory=set)
    seen: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def turn(self) -> None:
        """Answer what has come."""
        new = self.remote.deliveries(self.seen)
        self.seen += len(new)
        self._do([act for one in new for act in self._answers(int(one.chat_id), int(one.message_id), one.text)])

    def _answers(self, user_id: int, message_id: int, text: str) -> list[tuple[Said, str, dict[str, object]]]:
        found = QUESTION.search(text)
        if found is None or (user_id, int(found[1])) in self.asked:
            return []
        position, option = int(found[1]), self.chance.randint(1, OPTIONS)
        self.asked.add((user_id, position))
        said = Said(user_id, position, option)
        if self.chance.random() < TYPES:
            words = self.chance.choice([str(option), "AB"[option - 1].lower(), f"Câu {'AB'[option - 1]}"])
            return [(said, "says", {"text": words})]
        tap = (said, "taps", {"what": str(option), "message": message_id})
        luck = self.chance.random()
        if luck < DOUBLE:
            return [(said, "taps_twice_with_new_ids", tap[2])]
        if luck < DOUBLE + SECOND_THOUGHTS:  # the first tap stands, whatever the second says
            other = OPTIONS + 1 - option
            return [tap, (Said(user_id, position, other), "taps", {"what": str(other), "message": message_id})]
        return [tap]

    def _do(self, acts: list[tuple[Said, str, dict[str, object]]]) -> None:
        if acts:
            caused = self.remote.acts([(said.user_id, act, given) for said, act, given in acts])
            for (said, _, _), updates in zip(acts, caused, strict=True):
                self.said |= dict.fromkeys(updates, said)
