"""Who has not taken part yet: names for the direct head, deputy or delegate alone, never with an answer."""

from bot.conversation.headship import choose, heads, not_theirs, reads, unit_name
from bot.conversation.talk import Talk
from content.message import Choice, Message
from participation import rounds, units
from participation.absent import absent
from participation.figures import round_figures
from store import ledger

AT_ONCE = 20  # names on one screen


def ask(talk: Talk) -> Message:
    """``chưa tham gia``: the names, for the direct head."""
    unit = choose(talk, "missing")
    return unit if isinstance(unit, Message) else newest(talk, unit)


def newest(talk: Talk, unit_id: int) -> Message:
    """Who of a unit has not taken part in its newest round."""
    if not heads(talk, unit_id):
        return not_theirs(talk, unit_id)
    round_ = rounds.latest_round(talk.session, unit_id)
    if round_ is None:
        return talk.say("statistics.no_round", unit=unit_name(talk, unit_id))
    return in_round(talk, round_.id or 0, unit_id)


def in_round(talk: Talk, round_id: int, unit_id: int, page: int = 1) -> Message:
    """Who of a unit has not taken part in a round, the connected first; the not connected with what to do."""
    if not reads(talk, round_id, unit_id):
        return not_theirs(talk, unit_id)
    found = round_figures(talk.session, round_id, unit_id, talk.now)
    if found is None:
        return not_theirs(talk, unit_id)
    if not units.is_direct_head(talk.session, talk.person_id, unit_id, talk.today):
        return talk.say("statistics.absent_elsewhere")
    people = absent(talk.session, round_id, unit_id, talk.now)
    if not found.counts.absent:
        return talk.say("statistics.absent_nobody", unit=found.unit_name, number=found.number)
    ledger.audit(talk.session, f"person {talk.person_id}", "see_absent", f"round {round_id} unit {unit_id}", talk.now)
    kinds = {"connected": people.connected, "silent": people.silent, "unconnected": people.unconnected}
    named = [(name, kind) for kind, names in kinds.items() for name in names]
    shown, pages = named[(page - 1) * AT_ONCE : page * AT_ONCE], -(-len(named) // AT_ONCE)
    text = talk.words(
        "statistics.absent",
        unit=found.unit_name,
        number=found.number,
        total=people.total,
        **{kind: [name for name, its in shown if its == kind] for kind in kinds},
        page=page,
        pages=pages,
        withdrawn=people.withdrawn,
        below=found.counts.absent - people.total,
    )
    return Message(text, tuple(_choices(talk, round_id, unit_id, page, pages)), inline=True)


def _choices(talk: Talk, round_id: int, unit_id: int, page: int, pages: int) -> list[Choice]:
    choices = []
    if page < pages:
        choices.append(talk.choice("statistics.more_names", f"absent:{round_id}:{unit_id}:{page + 1}"))
    if rounds.is_running(talk.session, round_id, talk.now):
        choices.append(talk.choice("statistics.menu_nudge", f"nudge:{unit_id}:{round_id}"))
    return choices
