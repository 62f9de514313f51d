"""What went wrong with a call to an Official Account's API, and what follows: the first rule that fits decides.

Zalo says no with HTTP 200 and a negative number in the body; the numbers are those of its published table.
"""

from bot.troubles import (
    BROKEN,
    CUT,
    HOUR,
    LATER,
    MISADDRESSED,
    NOT_CONNECTED,
    NOT_JSON,
    REFUSED,
    UNKNOWN,
    UNREADABLE,
    Rule,
    Trouble,
    first_fit,
)
from scheduler.channel import Outcome

DEAD_TOKEN = (-216, -220)
NO_FUNDS = "NO_FUNDS"
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
    # What costs money, to whomever it goes: see `OaChannel`. Whoever wrote within 48 hours is still answered, so the
    # gate stays open.
    Rule(NO_FUNDS, LATER, codes=[-320, -321], seconds=HOUR),
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


def rule_for(trouble: Trouble) -> Rule:
    """The first rule that fits."""
    return first_fit(RULES, trouble)


def outcome_of(trouble: Trouble) -> Outcome:
    """What a failed send means for its parcel."""
    rule = rule_for(trouble)
    return rule.outcome("outside the interaction window" if rule.person == "window" else rule.reason(trouble))
