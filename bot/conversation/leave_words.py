"""Sentences that report leave: ``tôi đang nghỉ``, ``đang công tác đến 30/11``, ``mai em nghỉ``. Pure.

Only a sentence that says nothing else counts: a question about leave is for the search.
"""

import re
from dataclasses import dataclass
from datetime import date

from bot.conversation.days import Said, read

MISSION, TRAINING, LEAVE = "mission", "training", "leave"
VERBS = {
    "nghi phep": LEAVE,
    "nghi om": LEAVE,
    "nghi benh": LEAVE,
    "nghi thai san": LEAVE,
    "nghi che do": LEAVE,
    "nghi lam": "",
    "nghi": "",
    "di cong tac": MISSION,
    "cong tac": MISSION,
    "di tap huan": TRAINING,
    "tap huan": TRAINING,
    "di hoc": TRAINING,
    "di boi duong": TRAINING,
    "vang mat": "",
}
SPEAKERS = frozenset(("toi", "em", "minh", "chau"))
INTENTS = frozenset(("dang", "se", "xin"))
FILLERS = frozenset(("da", "thua", "vang", "bao", "cao", "phep", "duoc", "bi", "roi", "a", "nhe", "co", "thi"))
_VERB = re.compile(rf"\b(?:{'|'.join(VERBS)})\b")
_BECAUSE = re.compile(r"\b(?:vi|do|ly do)\b.*")  # why somebody is away is not asked, and not kept


@dataclass(frozen=True, slots=True)
class Report:
    """A sentence about leave: its days as far as they are said, and its coarse group, empty when it names none."""

    days: Said
    group: str


def report(text: str, today: date) -> Report | None:
    """What a sentence says about leave, or None for any other sentence."""
    said = read(text, today)
    plain = _BECAUSE.sub("", said.rest).strip()
    verb = _VERB.search(plain)
    if verb is None:
        return None
    others = set(f"{plain[: verb.start()]} {plain[verb.end() :]}".split())
    means_it = bool(others & (SPEAKERS | INTENTS)) or said.first is not None or said.is_odd
    if not means_it or others - SPEAKERS - INTENTS - FILLERS - ({"va"} if said.is_odd else set()):
        return None
    return Report(said, VERBS[verb[0]])
