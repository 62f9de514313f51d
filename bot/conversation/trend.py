"""The last rounds of a unit as a small picture, with the numbers beside it in words; for who heads it directly."""

from bot.conversation.headship import choose, headed, not_theirs, unit_name
from bot.conversation.talk import Talk
from content.message import Message
from reports import trend as rounds
from reports.chart_trend import trend_lines
from reports.pictures import FEWEST_ROUNDS, illustrated, picture_of_trend


def ask(talk: Talk) -> Message:
    """``xu hướng``: the last rounds of the unit headed; with several, the person chooses."""
    unit = choose(talk, "trend")
    return unit if isinstance(unit, Message) else trend(talk, unit)


def trend(talk: Talk, unit_id: int) -> Message:
    """A unit's last rounds. One alone is told in words, and so are all where no picture can be shown."""
    if unit_id not in headed(talk):
        return not_theirs(talk, unit_id)
    found = rounds.trend(talk.session, unit_id, talk.now)
    if found is None:
        return talk.say("statistics.no_round", unit=unit_name(talk, unit_id))
    lines = trend_lines(found)
    was = sorted({name for one in found.points for name in one.was})
    told = talk.say("charts.trend", unit=found.unit_name, count=len(lines), lines=lines, was=was, as_of=found.as_of)
    if len(lines) < FEWEST_ROUNDS:
        return told
    picture = picture_of_trend(talk.house.phrases, found)
    return illustrated(talk.session, told, picture, talk.person_id, talk.now)
