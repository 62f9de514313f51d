"""``hết hạn``: what lapses within a month or has lapsed, and what is not scored, for content admins."""

from bot.conversation.menu import is_content_admin
from bot.conversation.talk import Talk
from content.message import Message
from content.validity import lapsing, unscored

LISTED = 5  # sources in one message


def ask(talk: Talk) -> Message:
    """The list, the first to end first."""
    if not is_content_admin(talk):
        return talk.say("menu.unclear")
    lapses = lapsing(talk.session, talk.today)
    cards, questions = unscored(talk.session)
    text = talk.words(
        "validity.list",
        lapses=lapses[:LISTED],
        more=max(0, len(lapses) - LISTED),
        unscored=[*cards, *questions],
        today=talk.today,
    )
    return Message(
        text, (talk.choice("menu.content", "say:noidung"), talk.choice("menu.back", "say:menu")), inline=True
    )
