"""What went wrong with a call to an Official Account's API, and what follows: the first rule that fits decides.

Zalo says no with HTTP 200 and a negative number in the body; the numbers are those of its published table.
"""

from collections.abc import Container
from dataclasses import dataclass

from scheduler.channel import Later, Outcome, Refused, Unknown

# How far a call came.
MISADDRESSED = "misaddressed"  # the address is no address
NOT_CONNECTED = "not connected"  # name, connection or TLS failed: nothing was written
CUT = "cut"  # written, perhaps; no whole answer came back
UNREADABLE = "unreadable"  # a 2xx answer that does not say what was done
NOT_JSON = "not json"  # an answer by something that is not Zalo's API
REFUSAL = "refusal"  # Zalo's own no: `code` says which

LATER, REFUSED, UNKNOWN = "later", "refused", "unknown"
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One failed call. `status` is 0 when no answer came, `code` 0 when Zalo named none."""

    kind: str
    status: int = 0
    code: int = 0
    description: str = ""


class CallFailed(Exception):
    """A call did not succeed. Carries no address, no token and nothing that was said."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.kind} {trouble.status or ''} {trouble.code or ''} {trouble.description}".strip())
        self.trouble = trouble


class DoorClosed(Exception):
    """The door cannot work until the operator does something; `key` names the remedy."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Rule:
    """Fits when every condition given fits. `whole_bot` concerns all messages, `person` what it says of the account."""

    name: str
    verdict: str
    kinds: Container[str] | None = None
    statuses: Container[int] | None = None
    codes: Container[int] | None = None
    seconds: float = 0.0
    whole_bot: bool = False
    person: str = ""

    def fits(self, trouble: Trouble) -> bool:
        """Whether this rule speaks of such trouble."""
        return (
            (self.kinds is None or trouble.kind in self.kinds)
            and (self.statuses is None or trouble.status in self.statuses)
            and (self.codes is None or trouble.code in self.codes)
        )


BROKEN = range(500, 600)
DEAD_TOKEN = (-216, -220)
PLAINER = (-201, -233)  # a shape Zalo does not take: words alone may still go

RULES = (
    # Before Zalo has spoken: only what was certainly never written may be tried again.
    Rule("MISADDRESSED", REFUSED, kinds=[MISADDRESSED], whole_bot=True),
    Rule("CONNECT", LATER, kinds=[NOT_CONNECTED], seconds=1),
    Rule("AFTER_WRITE", UNKNOWN, kinds=[CUT]),
    Rule("UNREADABLE", UNKNOWN, kinds=[UNREADABLE]),
    Rule("HTTP_429", LATER, statuses=[429], seconds=60, whole_bot=True),
    Rule("TOO_BIG", REFUSED, kinds=[NOT_JSON], statuses=[413]),
    Rule("BROKEN", UNKNOWN, kinds=[NOT_JSON], statuses=BROKEN),
    Rule("INTERMEDIARY", LATER, kinds=[NOT_JSON], seconds=60, whole_bot=True),  # a proxy said no in Zalo's place
    # The whole account.
    Rule("RATE", LATER, codes=[-32], seconds=60, whole_bot=True),
    Rule("QUOTA", LATER, codes=[-211], seconds=600, whole_bot=True),
    Rule("TOKEN_DEAD", REFUSED, codes=DEAD_TOKEN, whole_bot=True),
    Rule("OA_GONE", REFUSED, codes=[-204, -205], whole_bot=True),
    Rule("APP_OFF", REFUSED, codes=[-209, -212, -219], whole_bot=True),
    Rule("PLAN", REFUSED, codes=[-221, -224, -235], whole_bot=True),
    Rule("NOT_GRANTED", REFUSED, codes=[-223], whole_bot=True),
    Rule("STANDARDS", REFUSED, codes=[-248], whole_bot=True),
    Rule("OUTDATED", REFUSED, codes=[-240, -242], whole_bot=True),
    # Paid messages only: whoever wrote within 48 hours is still answered, so the gate stays open.
    Rule("NO_FUNDS", LATER, codes=[-320, -321], seconds=HOUR),
    # One person.
    Rule("WINDOW", REFUSED, codes=[-230, -232], person="window"),
    Rule("BLOCKED", REFUSED, codes=[-213, -227, -244], person="blocked"),
    Rule("RECEIVER_FULL", LATER, codes=[-218], seconds=6 * HOUR),
    # One message or its content.
    Rule("NIGHT", LATER, codes=[-234], seconds=HOUR),
    Rule("EXPIRED_UPLOAD", LATER, codes=[-100], seconds=5),
    Rule("FAILED", REFUSED, codes=[-200]),
    Rule("SHAPE", REFUSED, codes=PLAINER),
    Rule("TOO_LONG", REFUSED, codes=[-210]),
)
NEW = Rule("NEW", UNKNOWN)  # a number nobody has described yet proves nothing


def rule_for(trouble: Trouble) -> Rule:
    """The first rule that fits."""
    return next((rule for rule in RULES if rule.fits(trouble)), NEW)


def outcome_of(trouble: Trouble) -> Outcome:
    """What a failed send means for its parcel."""
    rule = rule_for(trouble)
    said = f"{trouble.code} {trouble.description}".strip() if trouble.code else trouble.description or trouble.kind
    reason = f"{rule.name}: {said}"[:200]
    if rule.person == "window":
        reason = "outside the interaction window"
    if rule.verdict == LATER:
        return Later(rule.seconds, reason, rule.whole_bot)
    if rule.verdict == REFUSED:
        return Refused(reason, rule.person, rule.whole_bot)
    return Unknown(reason)
