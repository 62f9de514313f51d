"""Pausing and resuming the scheduled messages."""

import re

from bot.conversation.talk import Talk
from bot.conversation.typed import NUMBER_WORDS
from content.fold import fold
from content.message import Message
from participation import pausing

LONGEST = 180  # days; a longer absence is a matter for the roster
UNITS = {"ngay": 1, "tuan": 7, "thang": 30}
LENGTH = re.compile(rf"(?<!\d)(\d{{1,4}}|{'|'.join(NUMBER_WORDS)}) ?({'|'.join(UNITS)})")


def ask(talk: Talk, said: str = "") -> Message:
    """``tạm dừng`` offers lengths; ``tạm dừng 10 ngày`` pauses at once."""
    length = LENGTH.search(fold(said))
    count = NUMBER_WORDS.get(length[1]) or int(length[1]) if length else 0
    if length and count:  # "0 ngày" is no length, and to `pause` it would mean for ever
        return pause(talk, count * UNITS[length[2]])
    return Message(
        talk.words("pausing.ask"),
        (
            talk.choice("pausing.week", "pause:7"),
            talk.choice("pausing.fortnight", "pause:14"),
            talk.choice("pausing.month", "pause:30"),
            talk.choice("pausing.open_ended", "pause:0"),
            talk.choice("pausing.no", "say:menu"),
        ),
    )


def pause(talk: Talk, days: int) -> Message:
    """Pause for so many days; 0 means until the person says so."""
    if days > LONGEST:
        return talk.say("pausing.too_long", longest=LONGEST)
    last = pausing.pause(talk.session, talk.person_id, days or None, talk.now)
    return talk.say("pausing.paused", last=last)


def resume(talk: Talk) -> Message:
    """End the pause."""
    ended = pausing.resume(talk.session, talk.person_id, talk.now)
    return talk.say("pausing.resumed" if ended else "pausing.not_paused")
