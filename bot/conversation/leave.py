"""Leave, as a person reports it: days, a coarse group, and a word to whoever decides. It can be taken back."""

from datetime import date, timedelta

from bot.conversation import days as day_words
from bot.conversation import leave_words
from bot.conversation.talk import Talk
from content.message import Choice, Message
from participation import leave, pausing
from participation.refusals import Refusal
from scheduler.leave_notices import ask_deciders, days_in_words
from store.tables import Exemption

UNKNOWN = "unknown"  # the group of who has not named one yet


def ask(talk: Talk) -> Message:
    """``nghỉ phép``: what is reported already, with a way back; else the days are asked for."""
    mine = leave.standing(talk.session, talk.person_id, talk.today)
    if not mine:
        return ask_days(talk)
    lines = [(in_words(talk, one.from_on, one.until_on), one.approved_at is not None) for one in mine]
    choices = (*_ways_back(talk, mine), talk.choice("leave.others", "leaveask"), talk.choice("leave.keep", "say:menu"))
    return Message(talk.words("leave.mine", requests=lines), choices)


def by_words(talk: Talk, said: str) -> Message:
    """``nghỉ phép 24/11-30/11``: the days behind the command."""
    return begin(talk, day_words.read(said, talk.today), "")


def hear(talk: Talk, text: str) -> Message | None:
    """A sentence that reports leave; None for any other."""
    told = leave_words.report(text, talk.today)
    return begin(talk, told.days, told.group) if told else None


def begin(talk: Talk, said: day_words.Said, group: str) -> Message:
    """Leave on the days that were said; what is missing is asked for in one question."""
    if said.first and said.last:
        return on_days(talk, group or UNKNOWN, said.first.toordinal(), said.last.toordinal())
    if said.first:
        return _ask(talk, talk.words("leave.ask_from", first=said.first), said.first, group)
    return _ask(talk, talk.words("leave.odd"), talk.today, group) if said.is_odd else ask_days(talk, group)


def ask_days(talk: Talk, group: str = "", *, muted: bool = False) -> Message:
    """Until when? `muted` tells that the round's reminders are off as it is."""
    return _ask(talk, talk.words("leave.ask", muted=muted), talk.today, group)


def on_days(talk: Talk, group: str, first: int, last: int) -> Message:
    """The days are known: no scheduled message on them from now on, and the group is asked for unless it was said."""
    begin_on, end_on = date.fromordinal(first), date.fromordinal(last)
    if group in leave.GROUPS:
        return report(talk, group, first, last)
    try:
        leave.check(begin_on, end_on, talk.today)
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    pausing.pause_between(talk.session, talk.person_id, begin_on, end_on, talk.now)
    groups = tuple(Choice(label, f"leavewhy:{code}:{first}:{last}") for code, label in groups_in_words(talk))
    text = talk.words("leave.why", days=in_words(talk, begin_on, end_on))
    return Message(text, (*groups, talk.choice("leave.no_request", "leaveonly")))


def only_paused(talk: Talk) -> Message:
    """No request: the pause alone, which exempts from nothing."""
    return talk.say("leave.only_paused")


def report(talk: Talk, group: str, first: int, last: int) -> Message:
    """Report leave: a request for whoever decides."""
    begin_on, end_on = date.fromordinal(first), date.fromordinal(last)
    try:
        request = leave.report(talk.session, talk.person_id, begin_on, end_on, group, talk.now)
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    asked = ask_deciders(talk.session, talk.house.phrases, request, talk.now)
    return talk.say("leave.reported", days=in_words(talk, begin_on, end_on), asked=asked > 0)


def withdraw(talk: Talk, request_id: int) -> Message:
    """Take a report back."""
    try:
        gone = leave.withdraw(talk.session, talk.person_id, request_id, talk.now)
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    days = in_words(talk, gone.from_on, max(gone.from_on, gone.until_on))
    return talk.say("leave.withdrawn", days=days, was_approved=gone.approved_at is not None)


def resume(talk: Talk) -> Message:
    """``tiếp tục``, ``tôi đi làm lại``: leave and pause that run end; of what is only ahead the person decides."""
    back = leave.back_at_work(talk.session, talk.person_id, talk.now)
    ended = pausing.resume(talk.session, talk.person_id, talk.now)
    if back:
        return talk.say("leave.back", was_approved=any(one.approved_at for one in back))
    if ended:
        return talk.say("pausing.resumed")
    ahead = leave.standing(talk.session, talk.person_id, talk.today)
    if not ahead:
        return talk.say("pausing.not_paused")
    return Message(talk.words("leave.ahead"), (*_ways_back(talk, ahead), talk.choice("leave.keep", "say:menu")))


def in_words(talk: Talk, first: date, last: date) -> str:
    """One day, or from a day to a day."""
    return days_in_words(talk.house.phrases, first, last)


def groups_in_words(talk: Talk) -> list[tuple[str, str]]:
    """The coarse groups: code and label."""
    labels = ("leave.group_leave", "leave.group_training", "leave.group_mission", "leave.group_other")
    return [(code, talk.words(label)) for code, label in zip(leave.GROUPS, labels, strict=True)]


def _ways_back(talk: Talk, mine: list[Exemption]) -> list[Choice]:
    return [talk.choice("leave.take_back", f"leaveback:{one.id}", first=one.from_on, last=one.until_on) for one in mine]


def _ask(talk: Talk, text: str, first: date, group: str) -> Message:
    """Ends to choose from; a typed day does as well, see `talking`."""
    sunday = first + timedelta(days=6 - first.weekday())
    ends = {"leave.one_day": first, "leave.to_sunday": sunday} if sunday > first else {"leave.one_day": first}
    ends |= {"leave.one_week": first + timedelta(days=6), "leave.two_weeks": first + timedelta(days=13)}
    known = set[date]()
    choices = []
    for key, last in ends.items():
        if last not in known:
            choices.append(
                talk.choice(key, f"leavedays:{group or UNKNOWN}:{first.toordinal()}:{last.toordinal()}", last=last)
            )
        known.add(last)
    return Message(text, (*choices, talk.choice("leave.nothing", "say:menu")))
