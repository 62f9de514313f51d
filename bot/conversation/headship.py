"""Headship: what every exchange about a unit begins with. A unit that is not theirs does not exist for them."""

from bot.conversation.talk import Talk
from content.message import Choice, Message
from participation import units
from reports.standing import may_read
from store import ledger


def headed(talk: Talk) -> frozenset[int]:
    """The units the speaker heads today, as head, deputy or delegate."""
    return frozenset(unit.id for unit in units.head_units(talk.session, talk.person_id, talk.today))


def choose(talk: Talk, action: str) -> Message | int:
    """The one unit the speaker heads; with several a message that asks which, to be answered by the action."""
    found = units.head_units(talk.session, talk.person_id, talk.today)
    if not found:
        return talk.say("statistics.not_a_head")
    if len(found) == 1:
        return found[0].id
    return Message(
        talk.words("statistics.which_unit"), tuple(Choice(unit.name, f"{action}:{unit.id}") for unit in found)
    )


def heads(talk: Talk, unit_id: int) -> bool:
    """Whether the speaker heads this unit or one above it today."""
    return units.may_see(talk.session, talk.person_id, unit_id, talk.today)


def reads(talk: Talk, round_id: int, unit_id: int) -> bool:
    """Whether the speaker may read the unit's figures of a round: from above not those of a hidden one."""
    return heads(talk, unit_id) and may_read(talk.session, round_id, unit_id, headed(talk))


def unit_name(talk: Talk, unit_id: int) -> str:
    """The name of a unit as it is today."""
    found = units.unit(talk.session, unit_id, talk.today)
    return found.name if found else ""


def not_theirs(talk: Talk, unit_id: int) -> Message:
    """The same answer whether the unit exists or not; the attempt stays in the audit log."""
    ledger.audit(talk.session, f"person {talk.person_id}", "refused_unit", f"unit {unit_id}", talk.now)
    return talk.say("statistics.not_a_head")
