"""The three sheets of a content file: their columns and the words these accept. Limits are those of the library."""

from dataclasses import dataclass

from content.fields import CODE_LENGTH
from content.loading.drafts import CARD, OPTIONS, QUESTION, SOURCE
from content.parsing import (
    ARTICLE_LENGTH,
    CARD_LENGTH,
    EXPLANATION_LENGTH,
    FORM_LENGTH,
    ISSUER_LENGTH,
    NAME_LENGTH,
    NUMBER_LENGTH,
    OPTION_LENGTH,
    STEM_LENGTH,
    TITLE_LENGTH,
)
from content.sheets import Column, Word

WRITTEN_LENGTH = 100  # of a name, word, key or day before it is understood
LETTERS = "ABCD"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the file: the kind of entry its rows hold, the phrase key of its name, its columns in order."""

    kind: str
    key: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The column of a field; None for a field the sheet has no column for."""
        return next((column for column in self.columns if column.name == name), None)


KINDS = (
    Word("situation", "loading.word.situation", "loading.word.situation_also"),
    Word("knowledge", "loading.word.knowledge", "loading.word.knowledge_also"),
)
DIFFICULTIES = (
    Word("1", "loading.word.easy", "loading.word.easy_also"),
    Word("2", "loading.word.medium", "loading.word.medium_also"),
    Word("3", "loading.word.hard", "loading.word.hard_also"),
)
GRADES = (
    Word("text", "loading.word.text", "loading.word.text_also"),
    Word("press", "loading.word.press", "loading.word.press_also"),
    Word("secondary", "loading.word.secondary", "loading.word.secondary_also"),
    Word("memory", "loading.word.memory", "loading.word.memory_also"),
)

TOPIC = Column(
    "topic", "loading.column.topic", "loading.note.topic", WRITTEN_LENGTH, 24, "loading.column.topic_also", filled=True
)
SOURCE_NAME = Column(
    "source",
    "loading.column.source",
    "loading.note.source",
    WRITTEN_LENGTH,
    30,
    "loading.column.source_also",
    filled=True,
)
ARTICLE = Column(
    "article",
    "loading.column.article",
    "loading.note.article",
    ARTICLE_LENGTH,
    16,
    "loading.column.article_also",
    needed=False,
)
VERIFIED = Column(
    "verified",
    "loading.column.verified",
    "loading.note.verified",
    WRITTEN_LENGTH,
    22,
    "loading.column.verified_also",
    needed=False,
    words=GRADES,
)
TRACK = Column(
    "track",
    "loading.column.track",
    "loading.note.track",
    WRITTEN_LENGTH,
    18,
    "loading.column.track_also",
    needed=False,
)


def _code(note: str) -> Column:
    return Column("code", "loading.column.code", note, CODE_LENGTH, 14, "loading.column.code_also", needed=False)


def _option(number: int, key: str, also: str) -> Column:
    name = OPTIONS[number - 1]
    return Column(name, key, "loading.note.option", OPTION_LENGTH, 28, also, needed=number <= 2)


QUESTIONS = Sheet(
    QUESTION,
    "loading.sheet.questions",
    (
        _code("loading.note.question_code"),
        TOPIC,
        Column(
            "kind",
            "loading.column.kind",
            "loading.note.kind",
            WRITTEN_LENGTH,
            14,
            "loading.column.kind_also",
            filled=True,
            words=KINDS,
        ),
        Column(
            "difficulty",
            "loading.column.difficulty",
            "loading.note.difficulty",
            WRITTEN_LENGTH,
            10,
            "loading.column.difficulty_also",
            filled=True,
            words=DIFFICULTIES,
        ),
        Column(
            "stem",
            "loading.column.stem",
            "loading.note.stem",
            STEM_LENGTH,
            52,
            "loading.column.stem_also",
            filled=True,
        ),
        _option(1, "loading.column.option_1", "loading.column.option_1_also"),
        _option(2, "loading.column.option_2", "loading.column.option_2_also"),
        _option(3, "loading.column.option_3", "loading.column.option_3_also"),
        _option(4, "loading.column.option_4", "loading.column.option_4_also"),
        Column(
            "right",
            "loading.column.right",
            "loading.note.right",
            WRITTEN_LENGTH,
            10,
            "loading.column.right_also",
            filled=True,
        ),
        Column(
            "explanation",
            "loading.column.explanation",
            "loading.note.explanation",
            EXPLANATION_LENGTH,
            44,
            "loading.column.explanation_also",
            filled=True,
        ),
        SOURCE_NAME,
        ARTICLE,
        VERIFIED,
        Column(
            "card",
            "loading.column.card",
            "loading.note.card",
            WRITTEN_LENGTH,
            14,
            "loading.column.card_also",
            needed=False,
        ),
        TRACK,
    ),
)
CARDS = Sheet(
    CARD,
    "loading.sheet.cards",
    (
        _code("loading.note.card_code"),
        TOPIC,
        Column(
            "title",
            "loading.column.card_title",
            "loading.note.card_title",
            TITLE_LENGTH,
            30,
            "loading.column.card_title_also",
            filled=True,
        ),
        Column(
            "text",
            "loading.column.text",
            "loading.note.text",
            CARD_LENGTH,
            70,
            "loading.column.text_also",
            filled=True,
        ),
        SOURCE_NAME,
        ARTICLE,
        VERIFIED,
        TRACK,
    ),
)
SOURCES = Sheet(
    SOURCE,
    "loading.sheet.sources",
    (
        _code("loading.note.source_code"),
        Column(
            "form",
            "loading.column.form",
            "loading.note.form",
            FORM_LENGTH,
            16,
            "loading.column.form_also",
            filled=True,
        ),
        Column("number", "loading.column.number", "loading.note.number", NUMBER_LENGTH, 20, filled=True),
        Column(
            "title",
            "loading.column.source_title",
            "loading.note.source_title",
            NAME_LENGTH,
            50,
            "loading.column.source_title_also",
            filled=True,
        ),
        Column("issuer", "loading.column.issuer", "loading.note.issuer", ISSUER_LENGTH, 26, filled=True),
        Column("issued_on", "loading.column.issued_on", "loading.note.day", WRITTEN_LENGTH, 16, needed=False),
        Column("in_force_from", "loading.column.in_force_from", "loading.note.day", WRITTEN_LENGTH, 16, needed=False),
        Column(
            "in_force_until",
            "loading.column.in_force_until",
            "loading.note.in_force_until",
            WRITTEN_LENGTH,
            16,
            needed=False,
        ),
        Column(
            "replaced_by", "loading.column.replaced_by", "loading.note.replaced_by", WRITTEN_LENGTH, 26, needed=False
        ),
        VERIFIED,
    ),
)
SHEETS = (QUESTIONS, CARDS, SOURCES)
BY_KIND = {sheet.kind: sheet for sheet in SHEETS}
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
