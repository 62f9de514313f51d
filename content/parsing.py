"""From one entry of a library file to the value it describes, with the rules that need no other entry."""

from collections.abc import Mapping

from content.entries import Card, Grade, Kind, Question, Source, Topic, Track
from content.fields import Entry

CARD_LENGTH = 350
STEM_LENGTH = 200
OPTION_LENGTH = 80
EXPLANATION_LENGTH = 160
CITED_LENGTH = 260  # explanation, the nine characters that introduce the source, and the citation
CITED_LEAD = 9
TITLE_LENGTH = 60  # of a card
ARTICLE_LENGTH = 40
FORM_LENGTH = 40
NUMBER_LENGTH = 40
NAME_LENGTH = 200  # of a source, as its text calls itself
ISSUER_LENGTH = 80


def parse_source(entry: Entry) -> Source:
    """A legal text; its dates must make sense among themselves."""
    source = Source(
        code=entry.code(),
        form=entry.text("form", FORM_LENGTH),
        number=entry.text("number", NUMBER_LENGTH),
        title=entry.text("title", NAME_LENGTH),
        issuer=entry.text("issuer", ISSUER_LENGTH),
        issued_on=entry.day("issued_on"),
        in_force_from=entry.day("in_force_from"),
        in_force_until=entry.day("in_force_until"),
        replaced_by=entry.code("replaced_by", needed=False) or None,
        verified=entry.choice("verified", Grade),
    )
    entry.finish()
    issued, starts, ends = source.issued_on, source.in_force_from, source.in_force_until
    if issued and starts and starts < issued:
        entry.fault(f"'in_force_from' {starts} is before 'issued_on' {issued}", "in_force_from")
    if (first := starts or issued) and ends and ends < first:
        entry.fault(f"'in_force_until' {ends} is before the text came into force on {first}", "in_force_until")
    return source


def parse_topic(entry: Entry) -> Topic:
    """A heading."""
    topic = Topic(code=entry.code(), name=entry.text("name", 60), group=entry.code("group"))
    entry.finish()
    return topic


def parse_track(entry: Entry) -> Track:
    """A line of content for one kind of office."""
    track = Track(code=entry.code(), name=entry.text("name", 60))
    entry.finish()
    return track


def parse_card(entry: Entry, grades: Mapping[str, Grade]) -> Card:
    """A card. `grades` holds each source's grade, which counts where the entry names none of its own."""
    source = entry.code("source")
    card = Card(
        code=entry.code(),
        topic=entry.code("topic"),
        title=entry.text("title", TITLE_LENGTH),
        text=entry.text("text", CARD_LENGTH),
        source=source,
        article=entry.text("article", ARTICLE_LENGTH, needed=False),
        verified=entry.choice("verified", Grade, grades.get(source, Grade.MEMORY)),
        track=entry.code("track", needed=False),
    )
    entry.finish()
    return card


def parse_question(entry: Entry, grades: Mapping[str, Grade]) -> Question:
    """A question with 2–4 different options, at least one right and at least one not."""
    source = entry.code("source")
    options = entry.texts("options", OPTION_LENGTH)
    if options and not 2 <= len(options) <= 4:
        entry.fault(f"'options' holds {len(options)} texts; give 2 to 4", "options")
    if len({" ".join(option.casefold().split()) for option in options}) < len(options):
        entry.fault("'options' holds the same text twice", "options")
    right = entry.numbers("right", 1, len(options) or 4)
    if len(options) > 1 and len(right) >= len(options):
        entry.fault("'right' names every option", "right")
    question = Question(
        code=entry.code(),
        topic=entry.code("topic"),
        difficulty=entry.number("difficulty", 1, 3),
        kind=entry.choice("kind", Kind),
        stem=entry.text("stem", STEM_LENGTH),
        options=options,
        right=right,
        explanation=entry.text("explanation", EXPLANATION_LENGTH),
        source=source,
        article=entry.text("article", ARTICLE_LENGTH, needed=False),
        card=entry.code("card", needed=False) or None,
        verified=entry.choice("verified", Grade, grades.get(source, Grade.MEMORY)),
        track=entry.code("track", needed=False),
    )
    entry.finish()
    return question
