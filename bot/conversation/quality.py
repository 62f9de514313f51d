"""How questions do, for content admins: one question, or those most worth a look. Never by person or unit."""

from bot.conversation.keys import may_correct
from bot.conversation.talk import Talk
from content.message import Message
from participation.item_statistics import item_statistics, worth_a_look
from participation.key_changes import UnknownCode
from reports.item_quality import listing, one


def ask(talk: Talk) -> Message:
    """``thống kê câu``: the questions most worth a look."""
    if not may_correct(talk):
        return talk.say("menu.unclear")
    return Message(listing(talk.house.phrases, worth_a_look(talk.session, talk.now)))


def of_one(talk: Talk, code: str) -> Message:
    """``thống kê câu NN-01``: that question."""
    if not may_correct(talk):
        return talk.say("menu.unclear")
    try:
        found = item_statistics(talk.session, code)
    except UnknownCode as refusal:
        return talk.say("quality.unknown_code", **refusal.values)
    return Message(one(talk.house.phrases, found)) if found else talk.say("quality.too_few", code=code.strip())
