"""A head's nudge: who would get it is shown first, then it goes out on a yes. Once per round."""

from bot.conversation.headship import choose, heads, not_theirs, reads, unit_name
from bot.conversation.talk import Talk
from content.message import Message
from participation import rounds, units
from participation.refusals import Refusal
from scheduler import nudging
from scheduler.calendar import load_calendar, office_day
from scheduler.nudging import Nudge


def ask(talk: Talk) -> Message:
    """``nhắc nhẹ``: a preview for the unit headed; with several, the person chooses."""
    unit = choose(talk, "nudge")
    return unit if isinstance(unit, Message) else preview(talk, unit)


def preview(talk: Talk, unit_id: int, round_id: int = 0) -> Message:
    """Who would get it, who would not and why, and its words. Nothing is written."""
    if not heads(talk, unit_id):
        return not_theirs(talk, unit_id)
    round_ = rounds.running_round(talk.session, unit_id, talk.now)
    round_id = round_id or (round_.id or 0 if round_ else 0)
    if not round_id:
        return talk.say("nudge.none_runs", unit=unit_name(talk, unit_id))
    if not _may_nudge(talk, round_id, unit_id):
        return not_theirs(talk, unit_id)
    try:
        planned = nudging.nudge(talk.session, load_calendar(talk.session), round_id, unit_id, talk.now)
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    quoted = nudging.nudge_message(talk.house.phrases, planned, is_today=bool(planned.today)).text
    choices = [talk.choice("nudge.send", f"nudgeok:{unit_id}:{round_id}")]
    if units.is_direct_head(talk.session, talk.person_id, unit_id, talk.today):
        choices.append(talk.choice("nudge.list", f"absent:{round_id}:{unit_id}"))
    choices.append(talk.choice("nudge.cancel", f"figures:{unit_id}:{round_id}"))
    text = talk.words("nudge.preview", **_told(talk, planned), **planned.left_out, quoted=quoted)
    return Message(text, tuple(choices), inline=True)


def send(talk: Talk, unit_id: int, round_id: int) -> Message:
    """The head said yes: everything is looked at again, then written."""
    if not _may_nudge(talk, round_id, unit_id):
        return not_theirs(talk, unit_id)
    calendar = load_calendar(talk.session)
    try:
        sent = nudging.send_nudge(
            talk.session, talk.house.phrases, calendar, round_id, unit_id, talk.person_id, talk.now
        )
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    return talk.say("nudge.sent", **_told(talk, sent))


def _may_nudge(talk: Talk, round_id: int, unit_id: int) -> bool:
    """A head may nudge the own unit and every one below it whose figures he may read: the preview tells counts."""
    return reads(talk, round_id, unit_id) and rounds.knows(talk.session, round_id, unit_id)


def _told(talk: Talk, planned: Nudge) -> dict[str, object]:
    return {
        "unit": planned.unit,
        "number": planned.number,
        "people": planned.people,
        "today": len(planned.today),
        "later": len(planned.later),
        "due_at": planned.due_at,
        "is_now": planned.due_at <= talk.now,
        "is_today": office_day(planned.due_at) == talk.today,
    }
