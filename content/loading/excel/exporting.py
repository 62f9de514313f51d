"""Drafts as the rows of a sheet: names where names are clear, codes where they are not, every cell text."""

from collections.abc import Mapping
from datetime import date

from content.loading.checks.key import letter
from content.loading.checks.names import Names
from content.loading.drafts import CARD, OPTIONS, QUESTION, SOURCE, CardDraft, Known, QuestionDraft, SourceDraft
from content.loading.excel.columns import BY_KIND, DIFFICULTIES, GRADES, KINDS
from content.phrases import Phrases
from content.sheets import shown


class Exporting:
    """Turns drafts into cells. Reading the cells with the same `known` gives the same drafts."""

    def __init__(self, known: Known, phrases: Phrases) -> None:
        self._phrases = phrases
        self._topics, self._tracks, self._sources = (
            _clear(names) for names in (known.topics, known.tracks, known.sources)
        )

    def question(self, draft: QuestionDraft) -> list[str]:
        """The row of a question; what it lacks is an empty cell."""
        options = dict(zip(OPTIONS, draft.options, strict=False))
        fields = options | {
            "code": draft.code,
            "kind": shown(self._phrases, KINDS, draft.kind),
            "difficulty": shown(self._phrases, DIFFICULTIES, str(draft.difficulty)),
            "stem": draft.stem,
            "right": ", ".join(letter(number) for number in draft.right),
            "explanation": draft.explanation,
            "card": draft.card,
        }
        return _row(QUESTION, fields | self._filed(draft))

    def card(self, draft: CardDraft) -> list[str]:
        """The row of a card."""
        fields = {"code": draft.code, "title": draft.title, "text": draft.text}
        return _row(CARD, fields | self._filed(draft))

    def source(self, draft: SourceDraft) -> list[str]:
        """The row of a source."""
        fields = {
            "code": draft.code,
            "form": draft.form,
            "number": draft.number,
            "title": draft.title,
            "issuer": draft.issuer,
            "issued_on": _day(draft.issued_on),
            "in_force_from": _day(draft.in_force_from),
            "in_force_until": _day(draft.in_force_until),
            "replaced_by": draft.replaced_by,
            "verified": shown(self._phrases, GRADES, draft.verified),
        }
        return _row(SOURCE, fields)

    def _filed(self, draft: QuestionDraft | CardDraft) -> dict[str, str]:
        return {
            "topic": self._topics.get(draft.topic, draft.topic),
            "source": self._sources.get(draft.source, draft.source),
            "track": self._tracks.get(draft.track, draft.track),
            "article": draft.article,
            "verified": shown(self._phrases, GRADES, draft.verified),
        }


def _clear(names: Mapping[str, str]) -> dict[str, str]:
    """Code → name, where the name leads back to this code alone."""
    found = Names(names)
    return {code: name for code, name in names.items() if found.find(name) == {code}}


def _row(kind: str, fields: Mapping[str, str]) -> list[str]:
    return [fields.get(column.name, "") for column in BY_KIND[kind].columns]


def _day(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""
