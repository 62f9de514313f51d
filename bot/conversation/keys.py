"""Correcting a key in chat: what it would do is shown first; only then, on a word of the content admin, is it done."""

import json
from urllib.parse import quote, unquote

from bot.conversation.talk import Talk
from content.message import Message
from participation import rescoring, units
from participation.option_keys import letters, read_key
from participation.refusals import Refusal
from scheduler.calendar import load_calendar
from scheduler.rekeying import rekey

KEEPER = "content_admin"


def ask(talk: Talk) -> Message:
    """``sửa đáp án`` alone explains itself."""
    return talk.say("rekey.how") if may_correct(talk) else talk.say("menu.unclear")


def preview(talk: Talk, said: str) -> Message:
    """``sửa đáp án NN-01 B lý do``: the question, both keys, and how many answers would become right."""
    if not may_correct(talk):
        return talk.say("menu.unclear")
    code, _, behind = said.strip().partition(" ")
    right, reason = read_key(behind)
    if not right:
        return talk.say("rekey.how")
    try:
        rescoring.check_reason(reason)
        found = rescoring.prospect(talk.session, code, right)
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    shown = talk.words(
        "rekey.preview",
        code=found.code,
        stem=found.stem,
        options=[(letters([number]), option) for number, option in enumerate(found.options, 1)],
        before=letters(found.before),
        after=letters(found.after),
        reason=reason,
        answers=found.answers,
        raised=found.raised,
        rounds=found.rounds,
    )
    wish = quote(json.dumps([found.code, found.before, found.after, reason]), safe="")
    choices = (talk.choice("rekey.confirm", f"rekey:{wish}"), talk.choice("rekey.cancel", "say:menu"))
    return Message(shown, choices, inline=True)


def correct(talk: Talk, wish: str) -> Message:
    """What was shown is done, if it still stands as it was shown and the person still keeps the content."""
    if not may_correct(talk):
        return talk.say("menu.unclear")
    code, before, after, reason = json.loads(unquote(wish))
    try:
        if rescoring.prospect(talk.session, code, after).before != tuple(before):
            return talk.say("rekey.changed_meanwhile", code=code)
        done = rekey(
            talk.session,
            talk.house.phrases,
            load_calendar(talk.session),
            code,
            after,
            reason,
            f"person {talk.person_id}",
            talk.now,
        )
    except Refusal as refusal:
        return talk.say(refusal.key, **refusal.values)
    return talk.say(
        "rekey.done",
        code=done.rescored.code,
        before=letters(done.rescored.before),
        after=letters(done.rescored.after),
        raised=done.rescored.raised,
        rounds=done.rescored.rounds,
        notes=done.notes.sent + done.notes.held,
    )


def may_correct(talk: Talk) -> bool:
    """Whether the person keeps the content today."""
    return KEEPER in units.roles(talk.session, talk.person_id, talk.today)
