"""Refusals: facts that stand against what was asked. Each carries a phrase key, never a sentence."""

from typing import Any


class Refusal(Exception):
    """What was asked cannot be done. `key` and `values` say why in the assistant's own words."""

    key = ""

    def __init__(self, **values: Any) -> None:
        super().__init__(self.key)
        self.values = values


class AlreadyAnswered(Refusal):
    """The first answer stands, whichever channel it came from."""

    key = "quiz.already_answered"


class RoundClosed(Refusal):
    """The answer was received after closing and grace. Values: `number`, `closes_at`."""

    key = "quiz.round_closed"


class NoSuchQuestion(Refusal):
    """The question or option does not exist, or was never this person's to answer."""

    key = "quiz.no_longer_valid"
