"""Leave, as whoever decides meets it: what waits, a decision once, an absence entered for somebody.

Rights are looked at again at every turn, and what is not theirs is answered as if it did not exist.
"""

from datetime import date

from bot.conversation import days as day_words
from bot.conversation import leave as reporting
from bot.conversation.talk import Talk
from content.message import Choice, Message
from participation import deciding, leave, leave_decisions, units
from participation.refusals import Refusal
from scheduler.leave_notices import request_message, tell_decision
from store import ledger
from store.tables import Unit

AT_ONCE = 8  # requests on one screen


def ask(talk: Talk) -> Message:
    """``duyệt nghỉ``, ``nghỉ``: what waits for this person's decision; who decides nothing may report leave."""
    decides = units.head_units(talk.session, talk.person_id, talk.today)
    if not decides and deciding.LAST_RESORT not in units.roles(talk.session, talk.person_id, talk.today):
        return reporting.ask(talk)
    return page(talk, 1)


def page(talk: Talk, number: int) -> Message:
    """A screen of requests."""
    waiting = leave_decisions.waiting(talk.session, talk.person_id, talk.today)
    choices = [
        talk.choice("leave.line", f"leaveshow:{one.id}", name=one.name, first=one.first, last=one.last)
        for one in waiting[(number - 1) * AT_ONCE :][:AT_ONCE]
    ]
    if number * AT_ONCE < len(waiting):
        choices.append(talk.choice("leave.more", f"leaves:{number + 1}"))
    choices.append(talk.choice("leave.my_own", "say:nghiphep"))
    return Message(talk.words("leave.list", count=len(waiting)), tuple(choices))


def show(talk: Talk, request_id: int) -> Message:
    """One request with its choices."""
    try:
        found = leave_decisions.request(talk.session, request_id, talk.person_id, talk.today)
    except Refusal as refusal:
        return _refused(talk, refusal, request_id)
    return request_message(talk.house.phrases, found)


def approve(talk: Talk, request_id: int) -> Message:
    """Approve: open rounds feel it at once, closed ones are corrected."""
    try:
        found = leave_decisions.request(talk.session, request_id, talk.person_id, talk.today)
        done = leave_decisions.approve(
            talk.session, request_id, _actor(talk), _why(talk, found.first, found.last), talk.now
        )
    except Refusal as refusal:
        return _refused(talk, refusal, request_id)
    return _approved(talk, found.name, done)


def refuse(talk: Talk, request_id: int) -> Message:
    """Do not approve; the person is told."""
    try:
        found = leave_decisions.request(talk.session, request_id, talk.person_id, talk.today)
        refused = leave_decisions.refuse(talk.session, request_id, _actor(talk), talk.now)
    except Refusal as refusal:
        return _refused(talk, refusal, request_id)
    tell_decision(talk.session, talk.house.phrases, refused, talk.now)
    return talk.say("leave.refused", name=found.name)


def how(talk: Talk) -> Message:
    """``ghi nghỉ`` alone explains itself."""
    return talk.say("leave.enter_how")


def preview(talk: Talk, said: str) -> Message:
    """``ghi nghỉ SVC012 từ 24/11 đến 30/11``: what it would do; nothing is written before a group is chosen."""
    code, _, behind = said.strip().partition(" ")
    days = day_words.read(behind, talk.today)
    person = deciding.enterable(talk.session, talk.person_id, code, talk.today)
    if person is None:
        return _nothing(talk, f"leave of {code[:20]}")
    if days.first is None or days.last is None or days.rest:
        return talk.say("leave.enter_how")
    try:
        leave.check(days.first, days.last, talk.today)
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    opened, closed = leave_decisions.prospect(talk.session, person.id or 0, days.first, days.last, talk.now)
    text = talk.words(
        "leave.enter_preview",
        name=person.name,
        unit=talk.session.get_one(Unit, person.unit_id).name,
        days=reporting.in_words(talk, days.first, days.last),
        opened=opened,
        closed=closed,
    )
    wish = f"leaveenter:{person.staff_code}:{days.first.toordinal()}:{days.last.toordinal()}"
    groups = tuple(Choice(label, f"{wish}:{group}") for group, label in reporting.groups_in_words(talk))
    return Message(text, (*groups, talk.choice("leave.enter_cancel", "say:menu")))


def enter(talk: Talk, code: str | int, first: int, last: int, group: str) -> Message:
    """Enter what was shown."""
    person = deciding.enterable(talk.session, talk.person_id, str(code), talk.today)
    if person is None:
        return _nothing(talk, f"leave of {str(code)[:20]}")
    begin_on, end_on = date.fromordinal(first), date.fromordinal(last)
    why = _why(talk, begin_on, end_on)
    try:
        done = leave_decisions.enter(talk.session, person.id or 0, begin_on, end_on, group, _actor(talk), why, talk.now)
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    return _approved(talk, person.name, done)


def _approved(talk: Talk, name: str, done: leave_decisions.Approval) -> Message:
    tell_decision(talk.session, talk.house.phrases, done.absence, talk.now)
    days = reporting.in_words(talk, done.absence.from_on, done.absence.until_on)
    return talk.say("leave.approved", name=name, days=days, exempted=done.exempted, corrected=done.corrected)


def _why(talk: Talk, first: date, last: date) -> str:
    return talk.words("leave.correction_reason", days=reporting.in_words(talk, first, last))


def _refused(talk: Talk, refusal: Refusal, request_id: int) -> Message:
    if isinstance(refusal, leave.NoSuchRequest):
        return _nothing(talk, f"leave {request_id}")
    return talk.say(refusal.key, **refusal.values)


def _nothing(talk: Talk, subject: str) -> Message:
    """The same answer whether it exists or not; the attempt stays in the audit log."""
    ledger.audit(talk.session, _actor(talk), "refused_leave", subject, talk.now)
    return talk.say("leave.no_such_request")


def _actor(talk: Talk) -> str:
    return f"person {talk.person_id}"
