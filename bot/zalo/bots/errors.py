"""What went wrong with a call to the Bot Platform, and what follows: the first rule that fits decides.

The codes are those of its manual, which are HTTP's numbers with few words: where one may mean that a message did
arrive, it is unknown. `Trouble.status` is `error_code`, or the HTTP status where there is none.
"""

from bot.troubles import (
    BROKEN,
    CUT,
    LATER,
    MISADDRESSED,
    NOT_CONNECTED,
    NOT_JSON,
    REFUSAL,
    REFUSED,
    UNKNOWN,
    UNREADABLE,
    DoorClosed,
    Rule,
    Trouble,
    first_fit,
)
from scheduler.channel import Outcome

IDLE, NOT_FOUND = 408, 404

RULES = (
    # Before the platform has spoken: only what was certainly never written may be tried again.
    Rule("MISADDRESSED", REFUSED, kinds=[MISADDRESSED], whole_bot=True),
    Rule("CONNECT", LATER, kinds=[NOT_CONNECTED], seconds=1),
    Rule("AFTER_WRITE", UNKNOWN, kinds=[CUT]),
    Rule("UNREADABLE", UNKNOWN, kinds=[UNREADABLE]),
    Rule("TIMEOUT", UNKNOWN, statuses=[IDLE]),
    Rule("BROKEN", UNKNOWN, statuses=BROKEN),
    Rule("TOO_BIG", REFUSED, statuses=[413]),
    Rule("INTERMEDIARY", LATER, kinds=[NOT_JSON], seconds=60, whole_bot=True),  # a proxy said no in its place
    # The whole bot.
    Rule("QUOTA", LATER, statuses=[429], whole_bot=True),  # of the month or of the second: the manual does not say
    Rule("TOKEN_DEAD", REFUSED, statuses=[401], whole_bot=True),
    Rule("BAD_CALL", REFUSED, statuses=[400], pattern=r"\b(method|path)\b", whole_bot=True),
    # One message, or the bot: see `ZaloBotChannel`, which finds out.
    Rule("NOT_FOUND", REFUSED, statuses=[NOT_FOUND]),
    # One message. 403 is documented as "Internal server error", which proves nothing.
    Rule("INTERNAL", UNKNOWN, statuses=[403], pattern="internal|^$"),
    Rule("FORBIDDEN", REFUSED, statuses=[403]),
    Rule("BAD_REQUEST", REFUSED, statuses=[400]),
)


def rule_for(trouble: Trouble) -> Rule:
    """The first rule that fits."""
    return first_fit(RULES, trouble)


def reason_of(trouble: Trouble) -> str:
    """Rule and words, for whoever looks at the outbox."""
    return rule_for(trouble).reason(trouble)


def outcome_of(trouble: Trouble, rest_seconds: float) -> Outcome:
    """What a failed send means for its parcel; `rest_seconds` is the bot's rest where the rule names no time."""
    rule = rule_for(trouble)
    return rule.outcome(rule.reason(trouble), rule.seconds or rest_seconds)


def is_idle(trouble: Trouble) -> bool:
    """Whether a poll found nothing: the platform calls that a timeout (others have seen 504 for it)."""
    return trouble.kind == REFUSAL and (
        trouble.status == IDLE or (trouble.status == 504 and "timeout" in trouble.description.lower())
    )


def is_hopeless(trouble: Trouble) -> bool:
    """Whether no waiting ends it, of a call that concerns no chat: a dead token, a wrong address."""
    rule = rule_for(trouble)
    return rule.verdict == REFUSED and (rule.whole_bot or rule.name == "NOT_FOUND")


def close_if_hopeless(trouble: Trouble) -> None:
    """Raise DoorClosed for such trouble."""
    if is_hopeless(trouble):
        token = trouble.status in (401, NOT_FOUND)
        raise DoorClosed("zalobot.closed.token" if token else "zalobot.closed.server", reason_of(trouble))
