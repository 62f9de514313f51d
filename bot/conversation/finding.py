"""Finding regulations by words: what fits as numbered choices with its legal basis, a single hit at once."""

from bot.conversation import lookup, quiz
from bot.conversation.talk import Talk
from content.message import Choice, Message
from content.ranking import MOST_WORDS
from content.searching import Hit
from content.spelling import words

AT_ONCE = 8  # hits on one screen
FEWEST_WORDS = 2  # of a text that was not said to be a query


def ask(talk: Talk) -> Message:
    """How to search, with an example; and the topics, for who would rather look around."""
    return Message(talk.words("lookup.how_to_search"), lookup.topics(talk).choices)


def find(talk: Talk, typed: str) -> Message:
    """What fits the words behind the command."""
    said = _query(typed)
    return _hits(talk, said, 1) if said else ask(talk)


def page(talk: Talk, number: int, said: str) -> Message:
    """A further screen of hits; `said` begins with a sign that keeps a number from being read as one."""
    return _hits(talk, said[1:], number)


def offer(talk: Talk, typed: str) -> Message | None:
    """Hits for a text that is no command and no choice, when nearly all of it stands in a card; else None.

    While a question is open nothing is looked up: the text may be meant as its answer.
    """
    said = _query(typed)
    if len(said.split()) < FEWEST_WORDS or quiz.open_labels(talk):
        return None
    fits = talk.house.search.find(talk.session, said, talk.today, 1, sure=True)
    return _hits(talk, said, 1) if fits else None


def _hits(talk: Talk, said: str, number: int) -> Message:
    found = talk.house.search.find(talk.session, said, talk.today)
    if not found:
        return Message(talk.words("lookup.nothing_found", said=said), (talk.choice("lookup.by_topic", "topics:1"),))
    if len(found) == 1:
        return lookup.card(talk, found[0].code)
    choices = [Choice(_label(talk, hit), f"card:{hit.code}") for hit in found[(number - 1) * AT_ONCE :][:AT_ONCE]]
    if number * AT_ONCE < len(found):
        choices.append(talk.choice("lookup.more_hits", f"find:{number + 1}:={said}"))
    text = talk.words("lookup.hits", count=len(found), said=said)
    return Message(text, tuple(choices), talk.words("lookup.hits_closing", on=talk.today))


def _label(talk: Talk, hit: Hit) -> str:
    return talk.words("lookup.hit", title=hit.title, source=hit.citation, until_on=hit.until_on)


def _query(typed: str) -> str:
    """The words alone: nothing that would break the action it is carried in."""
    return " ".join(words(typed)[:MOST_WORDS])
