"""Looking up regulations by topic: topics, the cards of one, a card with its legal basis."""

from bot.conversation.talk import Talk
from content import browsing
from content.composing import card_text
from content.message import Choice, Message

AT_ONCE = 8  # choices on one screen


def topics(talk: Talk, page: int = 1) -> Message:
    """Topics that hold cards in force, a screen at a time."""
    held = browsing.topics(talk.session, talk.today)
    names = [
        Choice(talk.words("lookup.topic", name=name, count=held[code]), f"topic:{code}")
        for code, name in talk.house.topics.items()
        if code in held
    ]
    shown = names[(page - 1) * AT_ONCE : page * AT_ONCE]
    if page * AT_ONCE < len(names):
        shown.append(talk.choice("lookup.more", f"topics:{page + 1}"))
    return Message(talk.words("lookup.topics"), tuple(shown), talk.words("lookup.topics_closing"))


def topic(talk: Talk, code: str) -> Message:
    """The cards of a topic; a single card is shown at once."""
    cards = browsing.cards(talk.session, code, talk.today)
    if not cards:
        return talk.say("lookup.gone")
    if len(cards) == 1:
        return card(talk, cards[0].code)
    choices = tuple(Choice(found.title, f"card:{found.code}") for found in cards)
    return Message(talk.words("lookup.cards", topic=talk.house.topics.get(code, "")), choices)


def card(talk: Talk, code: str) -> Message:
    """One card with its source and how long that binds."""
    found = browsing.card(talk.session, code, talk.today)
    if found is None:
        return talk.say("lookup.gone")
    text = card_text(talk.house.phrases, found)
    return Message(
        text,
        (talk.choice("lookup.other_topics", "topics:1"), talk.choice("menu.back", "say:menu")),
        inline=True,
    )
