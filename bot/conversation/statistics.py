"""Figures for unit heads. Rights are checked at every turn: a unit that is not theirs does not exist for them."""

from bot.conversation.talk import Talk
from content.message import Choice, Message
from participation import rounds, units
from participation.absent import absent
from participation.figures import round_figures
from reports.statement import statement, units_message
from store import ledger

LONGEST_LIST = 25  # names in one list of a message; more are counted


def ask(talk: Talk) -> Message:
    """``thống kê``: the figures of the unit headed; with several, the person chooses."""
    return _of_one_unit(talk, "figures")


def ask_absent(talk: Talk) -> Message:
    """``chưa tham gia``: the names, for the direct head."""
    return _of_one_unit(talk, "missing")


def figures(talk: Talk, unit_id: int) -> Message:
    """The newest round's figures of a unit."""
    if not units.may_see(talk.session, talk.person_id, unit_id, talk.today):
        return _not_theirs(talk, unit_id)
    round_ = rounds.latest_round(talk.session, unit_id)
    told = statement(talk.session, talk.house.phrases, unit_id, round_.id or 0, talk.now) if round_ else None
    return told or talk.say("statistics.no_round", unit=_name(talk, unit_id))


def by_unit(talk: Talk, round_id: int, unit_id: int) -> Message:
    """The same round for each child unit."""
    if not units.may_see(talk.session, talk.person_id, unit_id, talk.today):
        return _not_theirs(talk, unit_id)
    told = units_message(talk.session, talk.house.phrases, unit_id, round_id, talk.now)
    return told or _not_theirs(talk, unit_id)


def missing(talk: Talk, unit_id: int) -> Message:
    """Who of a unit has not taken part in its newest round."""
    if not units.may_see(talk.session, talk.person_id, unit_id, talk.today):
        return _not_theirs(talk, unit_id)
    round_ = rounds.latest_round(talk.session, unit_id)
    if round_ is None:
        return talk.say("statistics.no_round", unit=_name(talk, unit_id))
    return missing_in(talk, round_.id or 0, unit_id)


def missing_in(talk: Talk, round_id: int, unit_id: int) -> Message:
    """Who of a unit has not taken part in a round: names for its direct head, deputy or delegate alone."""
    if not units.may_see(talk.session, talk.person_id, unit_id, talk.today):
        return _not_theirs(talk, unit_id)
    found = round_figures(talk.session, round_id, unit_id, talk.now)
    if found is None:
        return _not_theirs(talk, unit_id)
    if not units.is_direct_head(talk.session, talk.person_id, unit_id, talk.today):
        return talk.say("statistics.absent_elsewhere")
    people = absent(talk.session, round_id, unit_id)
    if not found.counts.absent:
        return talk.say("statistics.absent_nobody", unit=found.unit_name, number=found.number)
    ledger.audit(talk.session, f"person {talk.person_id}", "see_absent", f"round {round_id} unit {unit_id}", talk.now)
    return talk.say(
        "statistics.absent",
        unit=found.unit_name,
        number=found.number,
        total=people.total,
        connected=people.connected[:LONGEST_LIST],
        unconnected=people.unconnected[:LONGEST_LIST],
        more=max(0, len(people.connected) - LONGEST_LIST) + max(0, len(people.unconnected) - LONGEST_LIST),
        withdrawn=people.withdrawn,
        below=found.counts.absent - people.total,
    )


def _of_one_unit(talk: Talk, action: str) -> Message:
    headed = units.head_units(talk.session, talk.person_id, talk.today)
    if not headed:
        return talk.say("statistics.not_a_head")
    if len(headed) == 1:
        return figures(talk, headed[0].id) if action == "figures" else missing(talk, headed[0].id)
    choices = tuple(Choice(unit.name, f"{action}:{unit.id}") for unit in headed)
    return Message(talk.words("statistics.which_unit"), choices)


def _name(talk: Talk, unit_id: int) -> str:
    found = units.unit(talk.session, unit_id, talk.today)
    return found.name if found else ""


def _not_theirs(talk: Talk, unit_id: int) -> Message:
    """The same answer whether the unit exists or not; the attempt stays in the audit log."""
    ledger.audit(talk.session, f"person {talk.person_id}", "refused_unit", f"unit {unit_id}", talk.now)
    return talk.say("statistics.not_a_head")
