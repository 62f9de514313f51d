"""Delegation in chat: a head or deputy names who stands in, for how long; sees what runs, and takes it back."""

from datetime import date, timedelta

from bot.conversation import days as day_words
from bot.conversation.talk import Talk
from content.message import Choice, Message
from participation import delegating
from participation.refusals import Refusal
from participation.units import UnitView
from scheduler.leave_notices import tell_delegation, tell_revoked
from store import ledger
from store.tables import Person

AT_ONCE = 8  # people on one screen
ENDS = {"delegation.one_week": 6, "delegation.two_weeks": 13, "delegation.one_month": 29}


def ask(talk: Talk) -> Message:
    """``ủy quyền``: what runs in the unit headed; with several, the person chooses."""
    mine = _own(talk)
    if not mine:
        return talk.say("delegation.not_yours")
    if len(mine) == 1:
        return overview(talk, mine[0].id)
    choices = tuple(Choice(unit.name, f"delegations:{unit.id}") for unit in mine)
    return Message(talk.words("delegation.which_unit"), choices)


def overview(talk: Talk, unit_id: int) -> Message:
    """The delegations of a unit, each with a way to revoke it."""
    unit = _unit(talk, unit_id)
    if unit is None:
        return _not_theirs(talk, unit_id)
    standing = delegating.standing(talk.session, unit_id, talk.today)
    choices = [talk.choice("delegation.revoke", f"undelegate:{one.id}", name=one.name) for one in standing]
    choices += [
        talk.choice("delegation.add", f"delegatewho:{unit_id}:1"),
        talk.choice("delegation.back", "say:menu"),
    ]
    return Message(talk.words("delegation.standing", unit=unit.name, delegations=standing), tuple(choices))


def who(talk: Talk, unit_id: int, page: int) -> Message:
    """The people of a unit, a screen at a time."""
    unit = _unit(talk, unit_id)
    if unit is None:
        return _not_theirs(talk, unit_id)
    people = delegating.candidates(talk.session, unit_id, talk.today)
    if not people:
        return talk.say("delegation.nobody", unit=unit.name)
    shown = people[(page - 1) * AT_ONCE :][:AT_ONCE]
    choices = [Choice(name, f"delegateto:{unit_id}:{person_id}") for person_id, name in shown]
    if page * AT_ONCE < len(people):
        choices.append(talk.choice("delegation.more", f"delegatewho:{unit_id}:{page + 1}"))
    return Message(talk.words("delegation.who", unit=unit.name), tuple(choices))


def until(talk: Talk, unit_id: int, person_id: int) -> Message:
    """Until when? A typed period does as well, see `talking`."""
    if _unit(talk, unit_id) is None:
        return _not_theirs(talk, unit_id)
    wish, first = f"delegatedays:{unit_id}:{person_id}", talk.today
    try:
        delegating.check(talk.session, unit_id, talk.person_id, person_id, first, first, first)
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    choices = []
    for key, days in ENDS.items():
        last = first + timedelta(days=days)
        choices.append(talk.choice(key, f"{wish}:{first.toordinal()}:{last.toordinal()}", last=last))
    name = talk.session.get_one(Person, person_id).name
    return Message(talk.words("delegation.until", name=name), (*choices, talk.choice("delegation.cancel", "say:menu")))


def by_words(talk: Talk, said: str) -> Message:
    """``ủy quyền SVC012 từ 24/11 đến 30/11``: straight to the preview."""
    code, _, behind = said.strip().partition(" ")
    days = day_words.read(behind, talk.today)
    mine = _own(talk)
    if not mine:
        return talk.say("delegation.not_yours")
    for unit in mine:
        try:
            person_id = delegating.candidate(talk.session, unit.id, code, talk.today)
        except delegating.NoSuchPerson:
            continue
        if days.first and days.last and not days.rest:
            return preview(talk, unit.id, person_id, days.first.toordinal(), days.last.toordinal())
        if behind.strip():
            return talk.say(delegating.BadPeriod.key, longest=delegating.LONGEST)
        return until(talk, unit.id, person_id)
    return talk.say(delegating.NoSuchPerson.key)


def preview(talk: Talk, unit_id: int, person_id: int, first: int, last: int) -> Message:
    """Who would stand in where and when; nothing is written yet."""
    unit = _unit(talk, unit_id)
    if unit is None:
        return _not_theirs(talk, unit_id)
    begin_on, end_on = date.fromordinal(first), date.fromordinal(last)
    try:
        delegating.check(talk.session, unit_id, talk.person_id, person_id, begin_on, end_on, talk.today)
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    name = talk.session.get_one(Person, person_id).name
    text = talk.words("delegation.preview", name=name, unit=unit.name, first=begin_on, last=end_on)
    confirm = talk.choice("delegation.confirm", f"delegate:{unit_id}:{person_id}:{first}:{last}")
    return Message(text, (confirm, talk.choice("delegation.cancel", "say:menu")), inline=True)


def confirm(talk: Talk, unit_id: int, person_id: int, first: int, last: int) -> Message:
    """Name the delegate that was shown; the delegate and the others who head the unit are told."""
    if _unit(talk, unit_id) is None:
        return _not_theirs(talk, unit_id)
    begin_on, end_on = date.fromordinal(first), date.fromordinal(last)
    try:
        made = delegating.name(
            talk.session, unit_id, talk.person_id, person_id, begin_on, end_on, f"person {talk.person_id}", talk.now
        )
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    tell_delegation(talk.session, talk.house.phrases, made, talk.person_id, talk.now)
    return talk.say("delegation.done", name=made.name, unit=made.unit, first=made.first, last=made.last)


def revoke(talk: Talk, duty_id: int) -> Message:
    """Take a delegation back: rights stop at once."""
    found = delegating.delegation(talk.session, duty_id, talk.today)
    if found is None or _unit(talk, found.unit_id) is None:
        return talk.say("delegation.over") if _own(talk) else talk.say("delegation.not_yours")
    delegating.revoke(talk.session, duty_id, f"person {talk.person_id}", talk.now)
    tell_revoked(talk.session, talk.house.phrases, found, talk.person_id, talk.now)
    return talk.say("delegation.revoked", name=found.name, unit=found.unit)


def _own(talk: Talk) -> list[UnitView]:
    return delegating.own_units(talk.session, talk.person_id, talk.today)


def _unit(talk: Talk, unit_id: int) -> UnitView | None:
    """The unit, when the person may name delegates of it today."""
    return next((unit for unit in _own(talk) if unit.id == unit_id), None)


def _not_theirs(talk: Talk, unit_id: int) -> Message:
    """The same answer whether the unit exists or not; the attempt stays in the audit log."""
    ledger.audit(talk.session, f"person {talk.person_id}", "refused_unit", f"unit {unit_id}", talk.now)
    return talk.say("delegation.not_yours")
