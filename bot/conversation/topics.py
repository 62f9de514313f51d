"""Weak topics, phrased as five minutes of Monday's meeting: no names, no scores of persons."""

from bot.conversation.headship import choose, headed, heads, not_theirs, unit_name
from bot.conversation.talk import Talk
from content.message import Message
from participation import lineage, rounds
from reports.standing import may_read
from reports.topics import fitting_card, weak_topics

LISTED = 3
GOOD = 800  # tenths of a percent: at or above it no meeting needs to spend time on it


def ask(talk: Talk) -> Message:
    """``chủ đề``: for the unit headed; with several, the person chooses."""
    unit = choose(talk, "weak")
    return unit if isinstance(unit, Message) else weakest(talk, unit)


def weakest(talk: Talk, unit_id: int) -> Message:
    """The weakest topics of the rounds that are over, and an agenda of five minutes for the weakest of all."""
    if not heads(talk, unit_id):
        return not_theirs(talk, unit_id)
    mine = headed(talk)
    newest = lineage.newest_round(talk.session, unit_id)
    if newest is not None and not may_read(talk.session, newest.id or 0, unit_id, mine):
        return not_theirs(talk, unit_id)
    found, name = weak_topics(talk.session, unit_id, mine, talk.now), unit_name(talk, unit_id)
    running = rounds.running_round(talk.session, unit_id, talk.now)
    closes_at = running.closes_at if running else None
    if not found.topics:
        key = "topics.too_few" if found.numbers else "topics.no_round"
        return talk.say(key, unit=name, numbers=found.numbers, closes_at=closes_at)
    weak = found.topics[0]
    card = fitting_card(talk.session, weak, talk.today)
    text = talk.words(
        "topics.agenda",
        unit=name,
        numbers=found.numbers,
        topics=[(talk.house.topics.get(one.code, one.code), str(one.right)) for one in found.topics[:LISTED]],
        hidden=found.hidden,
        is_weak=(weak.right.tenths or 0) < GOOD,
        weakest=talk.house.topics.get(weak.code, weak.code),
        card=card.title if card else "",
        source=card.citation if card else "",
        closes_at=closes_at,
    )
    choices = [talk.choice("topics.read", f"card:{card.code}")] if card else []
    choices.append(talk.choice("topics.figures", f"figures:{unit_id}"))
    return Message(text, tuple(choices), inline=True)
