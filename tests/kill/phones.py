"""Several hundred people with Telegram: each answers what reaches them, by a tap, twice, or by typing."""

import random
import re
import threading
import time
from dataclasses import dataclass, field

from tests.botapi.remote import Remote

QUESTION = re.compile(r"Câu (\d)/2\. ")
OPTIONS = 2  # every question of the library has at least two
DOUBLE, SECOND_THOUGHTS, TYPES = 0.05, 0.03, 0.15
PAUSE = 0.02


@dataclass(frozen=True)
class Said:
    """One answer a person has given: which question of the round, and which option."""

    user_id: int
    position: int
    option: int


@dataclass
class Phones(threading.Thread):
    """Watches what reaches people and lets them answer each question once (not counting double taps)."""

    remote: Remote
    chance: random.Random
    said: dict[int, Said] = field(default_factory=dict)  # update id → what it says
    asked: set[tuple[int, int]] = field(default_factory=set)
    trouble: list[BaseException] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        """Answer until told to stop."""
        seen = 0
        try:
            while not self._over.is_set():
                new = self.remote.deliveries(seen)
                seen += len(new)
                acts = [act for one in new for act in self._answers(int(one.chat_id), int(one.message_id), one.text)]
                self._do(acts)
                time.sleep(PAUSE)
        except BaseException as fault:
            self.trouble.append(fault)

    def stop(self) -> None:
        """Put the phones away."""
        self._over.set()
        self.join()
        if self.trouble:
            raise self.trouble[0]

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
