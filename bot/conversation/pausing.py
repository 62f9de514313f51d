"""Pausing and resuming the scheduled messages."""

import re

from bot.conversation.talk import Talk
from content.fold import fold
from content.message import Message
from participation import pausing

LONGEST = 180  # days; a longer absence is a matter for the roster


def ask(talk: Talk, said: str = "") -> Message:
    """``tạm dừng`` offers lengths; ``tạm dừng 10 ngày`` pauses at once."""
    days = re.search(r"(?<!\d)(\d{1,4}) ?(ngay|tuan|thang)", fold(said))
    if days and int(days[1]):  # "0 ngày" is no length, and to `pause` it would mean for ever
        return pause(talk, int(days[1]) * {"ngay": 1, "tuan": 7, "thang": 30}[days[2]])
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
