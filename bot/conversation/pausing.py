"""Pausing the scheduled messages. `leave` resumes them."""

import re

from bot.conversation import days, leave
from bot.conversation.talk import Talk
from bot.conversation.typed import NUMBER_WORDS
from content.fold import fold
from content.message import Message
from participation import pausing

LONGEST = 180  # days; a longer absence is a matter for the roster
UNITS = {"ngay": 1, "tuan": 7, "thang": 30}
LENGTH = re.compile(rf"(?<!\d)(\d{{1,4}}|{'|'.join(NUMBER_WORDS)}) ?({'|'.join(UNITS)})")


def ask(talk: Talk, said: str = "") -> Message:
    """``tạm dừng`` offers lengths; ``tạm dừng 10 ngày`` pauses at once; with days of the calendar it is leave."""
    plain = fold(said)
    dated = days.read(LENGTH.sub(" ", plain), talk.today)
    if dated.first or dated.is_odd:
        return leave.begin(talk, days.read(said, talk.today), "")
    length = LENGTH.search(plain)
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


def pause(talk: Talk, count: int) -> Message:
    """Pause for so many days (`count`); 0 means until the person says so."""
    if count > LONGEST:
        return talk.say("pausing.too_long", longest=LONGEST)
    last = pausing.pause(talk.session, talk.person_id, count or None, talk.now)
    return talk.say("pausing.paused", last=last)
