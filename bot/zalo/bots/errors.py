"""What went wrong with a call to the Bot Platform, and what follows: the first rule that fits decides.

The codes are those of its manual, whose words are few: where one may mean that a message did arrive, it is unknown.
"""

import re
from collections.abc import Container
from dataclasses import dataclass

from scheduler.channel import Later, Outcome, Refused, Unknown

# How far a call came.
MISADDRESSED = "misaddressed"  # the address of the server is no address
NOT_CONNECTED = "not connected"  # name, connection or TLS failed: nothing was written
CUT = "cut"  # written, perhaps; no whole answer came back
UNREADABLE = "unreadable"  # a 2xx answer that does not say what was sent
NOT_JSON = "not json"  # an answer by something that is not the Bot Platform
REFUSAL = "refusal"  # its own no: `ok` is false

LATER, REFUSED, UNKNOWN = "later", "refused", "unknown"
BROKEN = range(500, 600)
IDLE, NOT_FOUND = 408, 404


@dataclass(frozen=True, slots=True)
class Trouble:
    """One failed call. `code` is `error_code`, or the HTTP status where there is none; 0 when no answer came."""

    kind: str
    code: int = 0
    description: str = ""

    @property
    def is_idle(self) -> bool:
        """Whether a poll found nothing: the platform calls that a timeout (others have seen 504 for it)."""
        return self.kind == REFUSAL and (
            self.code == IDLE or (self.code == 504 and "timeout" in self.description.lower())
        )


class CallFailed(Exception):
    """A call did not succeed. Carries no address and no token."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.kind} {trouble.code or ''} {trouble.description}".strip())
        self.trouble = trouble


class DoorClosed(Exception):
    """The door cannot work until the operator does something; `key` names the phrase that says what."""

    def __init__(self, key: str, reason: str = "") -> None:
        super().__init__(f"{key}: {reason}" if reason else key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Rule:
    """Fits when every condition given fits. `pattern` is searched in the description, whatever its case.

    `whole_bot` concerns all messages of this bot; `seconds` 0 with a later verdict means the bot's own rest.
    """

    name: str
    verdict: str
    kinds: Container[str] | None = None
    codes: Container[int] | None = None
    pattern: str = ""
    seconds: float = 0.0
    whole_bot: bool = False

    def fits(self, trouble: Trouble) -> bool:
        """Whether this rule speaks of such trouble."""
        return (
            (self.kinds is None or trouble.kind in self.kinds)
            and (self.codes is None or trouble.code in self.codes)
            and re.search(self.pattern, trouble.description, re.IGNORECASE) is not None
        )


RULES = (
    # Before the platform has spoken: only what was certainly never written may be tried again.
    Rule("MISADDRESSED", REFUSED, kinds=[MISADDRESSED], whole_bot=True),
    Rule("CONNECT", LATER, kinds=[NOT_CONNECTED], seconds=1),
    Rule("AFTER_WRITE", UNKNOWN, kinds=[CUT]),
    Rule("UNREADABLE", UNKNOWN, kinds=[UNREADABLE]),
    Rule("TIMEOUT", UNKNOWN, codes=[IDLE]),
    Rule("BROKEN", UNKNOWN, codes=BROKEN),
    Rule("TOO_BIG", REFUSED, codes=[413]),
    Rule("INTERMEDIARY", LATER, kinds=[NOT_JSON], seconds=60, whole_bot=True),  # a proxy said no in its place
    # The whole bot.
    Rule("QUOTA", LATER, codes=[429], whole_bot=True),  # of the month or of the second: the manual does not say
    Rule("TOKEN_DEAD", REFUSED, codes=[401], whole_bot=True),
    Rule("BAD_CALL", REFUSED, codes=[400], pattern=r"\b(method|path)\b", whole_bot=True),
    # One message, or the bot: see `ZaloBotChannel`, which finds out.
    Rule("NOT_FOUND", REFUSED, codes=[NOT_FOUND]),
    # One message. 403 is documented as "Internal server error", which proves nothing.
    Rule("INTERNAL", UNKNOWN, codes=[403], pattern="internal|^$"),
    Rule("FORBIDDEN", REFUSED, codes=[403]),
    Rule("BAD_REQUEST", REFUSED, codes=[400]),
)
NEW = Rule("NEW", UNKNOWN)  # an answer nobody has described yet proves nothing


def rule_for(trouble: Trouble) -> Rule:
    """The first rule that fits."""
    return next((rule for rule in RULES if rule.fits(trouble)), NEW)


def reason_of(trouble: Trouble) -> str:
    """Rule and words, for whoever looks at the outbox."""
    return f"{rule_for(trouble).name}: {trouble.description or trouble.kind}"[:200]


def outcome_of(trouble: Trouble, rest_seconds: float) -> Outcome:
    """What a failed send means for its parcel."""
    rule = rule_for(trouble)
    if rule.verdict == LATER:
        return Later(rule.seconds or rest_seconds, reason_of(trouble), rule.whole_bot)
    if rule.verdict == REFUSED:
        return Refused(reason_of(trouble), whole_bot=rule.whole_bot)
    return Unknown(reason_of(trouble))


def is_hopeless(trouble: Trouble) -> bool:
    """Whether no waiting ends it, of a call that concerns no chat: a dead token, a wrong address."""
    rule = rule_for(trouble)
    return rule.verdict == REFUSED and (rule.whole_bot or rule.name == "NOT_FOUND")


def close_if_hopeless(trouble: Trouble) -> None:
    """Raise DoorClosed for such trouble."""
    if is_hopeless(trouble):
        token = trouble.code in (401, NOT_FOUND)
        raise DoorClosed("zalobot.closed.token" if token else "zalobot.closed.server", reason_of(trouble))
