"""Figures for unit heads. Rights are checked at every turn: a unit that is not theirs does not exist for them."""

from bot.conversation.headship import choose, headed, heads, not_theirs, reads, unit_name
from bot.conversation.talk import Talk
from content.message import Message
from participation import lineage, units
from reports.statement import statement
from reports.unit_list import units_message


def ask(talk: Talk) -> Message:
    """``thống kê``: the figures of the unit headed; with several, the person chooses."""
    unit = choose(talk, "figures")
    return unit if isinstance(unit, Message) else figures(talk, unit)


def figures(talk: Talk, unit_id: int, round_id: int = 0) -> Message:
    """A unit's figures of a round, by default the newest."""
    if not heads(talk, unit_id):
        return not_theirs(talk, unit_id)
    newest = None if round_id else lineage.newest_round(talk.session, unit_id)
    round_id = round_id or (newest.id or 0 if newest else 0)
    if not round_id:
        return talk.say("statistics.no_round", unit=unit_name(talk, unit_id))
    if not reads(talk, round_id, unit_id):
        return not_theirs(talk, unit_id)
    told = statement(talk.session, talk.house.phrases, unit_id, round_id, talk.now, headed(talk))
    return told or talk.say("statistics.no_round", unit=unit_name(talk, unit_id))


def by_unit(talk: Talk, round_id: int, unit_id: int, page: int = 1) -> Message:
    """The same round for each child unit, a screen at a time; each leads to its own figures."""
    if not reads(talk, round_id, unit_id):
        return not_theirs(talk, unit_id)
    below = units.subtree_ids(talk.session, unit_id, talk.today)
    told = units_message(talk.session, talk.house.phrases, unit_id, round_id, talk.now, page, below)
    return told or not_theirs(talk, unit_id)
