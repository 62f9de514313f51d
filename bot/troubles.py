"""What goes wrong with a call to a platform, and what follows: an ordered table of rules, the first that fits decides.

Each door has its own table; what the rules are made of is the same.
"""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from scheduler.channel import Later, Outcome, Refused, Sent, Unknown

# How far a call came.
MISADDRESSED = "misaddressed"  # the address of the platform is no address
NOT_CONNECTED = "not connected"  # name, connection or TLS failed: nothing was written
CUT = "cut"  # written, perhaps; no whole answer came back
UNREADABLE = "unreadable"  # a 2xx answer that does not say what was done
NOT_JSON = "not json"  # an answer by something that is not the platform
REFUSAL = "refusal"  # the platform's own no

SENT, LATER, REFUSED, UNKNOWN = "sent", "later", "refused", "unknown"
BROKEN = range(500, 600)
HOUR = 3600.0
LONGEST = 200  # characters of a reason


@dataclass(frozen=True, slots=True)
class Trouble:
    """One failed call.

    `status` is HTTP's, or the platform's own where it speaks in HTTP's numbers; 0 when no answer came. `retry_after`
    seconds, 0 when none was named. `code` is the number of a platform that has a series of its own, else 0.
    """

    kind: str
    status: int = 0
    description: str = ""
    retry_after: float = 0.0
    code: int = 0

    @property
    def said(self) -> str:
        """The platform's own number and words, or else how far the call came."""
        return f"{self.code or ''} {self.description}".strip() or self.kind


class CallFailed(Exception):
    """A call did not succeed. Carries no address, no token and nothing that was said."""

    def __init__(self, trouble: Trouble) -> None:
        told = (trouble.kind, str(trouble.status or ""), str(trouble.code or ""), trouble.description)
        super().__init__(" ".join(filter(None, told)))
        self.trouble = trouble


class DoorClosed(Exception):
    """The door cannot work until the operator does something; `key` names what, `reason` is the platform's."""

    def __init__(self, key: str, reason: str = "") -> None:
        super().__init__(f"{key}: {reason}" if reason else key)
        self.key = key
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rule:
    """Fits when every condition given fits. `pattern` is searched in the description, whatever its case.

    `seconds` is how long to wait where neither trouble nor door names a time; `whole_bot` concerns all messages, not
    only this one; `person` is what it says of the account.
    """

    name: str
    verdict: str
    kinds: Container[str] | None = None
    statuses: Container[int] | None = None
    codes: Container[int] | None = None
    pattern: str = ""
    seconds: float = 0.0
    whole_bot: bool = False
    person: str = ""

    def fits(self, trouble: Trouble) -> bool:
        """Whether this rule speaks of such trouble."""
        return (
            (self.kinds is None or trouble.kind in self.kinds)
            and (self.statuses is None or trouble.status in self.statuses)
            and (self.codes is None or trouble.code in self.codes)
            and re.search(self.pattern, trouble.description, re.IGNORECASE) is not None
        )

    def reason(self, trouble: Trouble) -> str:
        """Rule and words, for whoever looks at the outbox."""
        return f"{self.name}: {trouble.said}"[:LONGEST]

    def outcome(self, reason: str, seconds: float = 0.0) -> Outcome:
        """What it means for a parcel; `seconds` instead of the rule's own, when given."""
        if self.verdict == SENT:
            return Sent("")
        if self.verdict == LATER:
            return Later(seconds or self.seconds, reason, self.whole_bot)
        if self.verdict == REFUSED:
            return Refused(reason, self.person, self.whole_bot)
        return Unknown(reason)


NEW = Rule("NEW", UNKNOWN)  # an answer nobody has described yet proves nothing


def first_fit(rules: Iterable[Rule], trouble: Trouble) -> Rule:
    """The first rule that fits; NEW when none does."""
    return next((rule for rule in rules if rule.fits(trouble)), NEW)
