"""What went wrong with a call to the Bot API, and what follows from it: an ordered table, the first rule that fits.

Knows nothing of aiogram: the session reports trouble by phase, status and description.
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
    SENT,
    UNKNOWN,
    UNREADABLE,
    DoorClosed,
    Rule,
    Trouble,
    first_fit,
)
from scheduler.channel import Outcome

RULES = (
    # Before Telegram has spoken: only what was certainly never written may be tried again.
    Rule("MISADDRESSED", REFUSED, kinds=[MISADDRESSED], whole_bot=True),
    Rule("T_CONNECT", LATER, kinds=[NOT_CONNECTED], seconds=1),
    Rule("T_AFTER_WRITE", UNKNOWN, kinds=[CUT]),
    Rule("T_2XX_UNPARSABLE", UNKNOWN, kinds=[UNREADABLE]),
    Rule("T_413", REFUSED, statuses=[413]),
    Rule("T_5XX_NONJSON", UNKNOWN, kinds=[NOT_JSON], statuses=BROKEN),
    # The whole bot.
    Rule("FLOOD", LATER, statuses=[429], seconds=60, whole_bot=True),
    Rule("INTERMEDIARY", LATER, kinds=[NOT_JSON], seconds=60, whole_bot=True),  # a proxy said no in Telegram's place
    Rule("TOKEN_DEAD", REFUSED, statuses=[401], whole_bot=True),
    Rule("NO_METHOD", REFUSED, statuses=[404], pattern="method not found", whole_bot=True),
    Rule("BAD_URL_OR_TOKEN", REFUSED, statuses=[404], pattern="^not found", whole_bot=True),
    Rule("CONFLICT", LATER, statuses=[409], seconds=60),
    Rule("MISDIRECTED", REFUSED, statuses=[421], pattern="misdirected", whole_bot=True),
    # One person. Blocked accounts come back by a new message or by my_chat_member.
    Rule("BLOCKED", REFUSED, statuses=[403], pattern="blocked by the user", person="blocked"),
    Rule("DEACTIVATED", REFUSED, statuses=[403], pattern="user is deactivated", person="blocked"),
    Rule("NEVER_STARTED", REFUSED, statuses=[403], pattern="can't initiate conversation", person="blocked"),
    Rule("SOFT_403", LATER, statuses=[403], pattern="can't send messages to", seconds=6 * HOUR),  # comes and goes
    Rule("GROUP_GONE", REFUSED, statuses=[403], pattern="kicked|not a member|was deleted"),
    Rule("OTHER_403", REFUSED, statuses=[403]),
    # One message or its content.
    Rule("MIGRATED", REFUSED, statuses=[400], pattern="upgraded to a supergroup"),
    Rule("NOT_MODIFIED", SENT, statuses=[400], pattern="message is not modified"),
    Rule("EDIT_GONE", REFUSED, statuses=[400], pattern="message to edit not found|can't be edited|message_id_invalid"),
    Rule("DELETE_GONE", SENT, statuses=[400], pattern="message to delete not found|can't be deleted"),
    Rule("CALLBACK_LATE", REFUSED, statuses=[400], pattern="query is too old|query id is invalid"),
    Rule("REPLY_GONE", REFUSED, statuses=[400], pattern="message to be replied not found"),
    Rule("THREAD_GONE", REFUSED, statuses=[400], pattern="message thread not found|topic_"),
    # Another bot's token makes every chat unknown, so this never marks a person.
    Rule("CHAT_UNKNOWN", REFUSED, statuses=[400], pattern="chat not found|user not found|peer_id_invalid"),
    # Cannot happen while texts go out without a parse mode; there is nothing plainer to try.
    Rule("ENTITIES", REFUSED, statuses=[400], pattern="can't parse entities|can't find end|unsupported start tag"),
    Rule("TOO_LONG", REFUSED, statuses=[400], pattern="is too long|too_long"),
    Rule("EMPTY", REFUSED, statuses=[400], pattern="text is empty|must be non-empty"),
    Rule("KEYBOARD", REFUSED, statuses=[400], pattern="button_|inline keyboard|reply markup|keyboard button"),
    Rule("POLL_BAD", REFUSED, statuses=[400], pattern="poll|quiz|answer option|explanation"),
    Rule("MEDIA", REFUSED, statuses=[400], pattern="file|photo|web page content|http url|image_|webpage_|media"),
    Rule(
        "RIGHTS",
        REFUSED,
        statuses=[400],
        pattern="not enough rights|have no (rights|write)|write_forbidden|need administrator",
    ),
    Rule("LOGGED_OUT", REFUSED, statuses=[400], pattern="logged out", whole_bot=True),
    Rule("OTHER_400", REFUSED, statuses=[400]),
    # Telegram is unwell: it may have sent the message all the same.
    Rule("RESTART", UNKNOWN, statuses=[500], pattern="restart|aborted"),
    Rule("OTHER_5XX", UNKNOWN, statuses=BROKEN),
)


def rule_for(trouble: Trouble) -> Rule:
    """The first rule that fits."""
    return first_fit(RULES, trouble)


def outcome_of(trouble: Trouble) -> Outcome:
    """What a failed send means for its parcel."""
    rule = rule_for(trouble)
    return rule.outcome(rule.reason(trouble), trouble.retry_after)


def close_if_hopeless(trouble: Trouble) -> None:
    """Raise DoorClosed for trouble that no waiting ends: a dead token, a wrong address, a server too old."""
    rule = rule_for(trouble)
    if rule.verdict == REFUSED and rule.whole_bot:
        key = "telegram.closed.token" if rule.name in ("TOKEN_DEAD", "BAD_URL_OR_TOKEN") else "telegram.closed.server"
        raise DoorClosed(key, rule.reason(trouble))
