"""The example rows of the template: marked as such, and passed over when they come back unchanged."""

from collections.abc import Mapping

from content.fold import fold
from content.loading.drafts import CARD, QUESTION, SOURCE, Known
from content.loading.excel.columns import DIFFICULTIES, GRADES, KINDS, Sheet
from content.phrases import Phrases

FIRST = {
    "code": "loading.example.question_code",
    "kind": KINDS[0].key,
    "difficulty": DIFFICULTIES[0].key,
    "stem": "loading.example.question_stem",
    "option_1": "loading.example.question_option_1",
    "option_2": "loading.example.question_option_2",
    "option_3": "loading.example.question_option_3",
    "right": "loading.example.question_right",
    "explanation": "loading.example.question_explanation",
    "verified": GRADES[1].key,
}
SECOND = {
    "code": "loading.example.second_code",
    "kind": KINDS[0].key,
    "difficulty": DIFFICULTIES[1].key,
    "stem": "loading.example.second_stem",
    "option_1": "loading.example.second_option_1",
    "option_2": "loading.example.second_option_2",
    "option_3": "loading.example.second_option_3",
    "right": "loading.example.second_right",
    "explanation": "loading.example.second_explanation",
    "verified": GRADES[1].key,
}
SAMPLE_CARD = {
    "code": "loading.example.card_code",
    "title": "loading.example.card_title",
    "text": "loading.example.card_text",
    "verified": GRADES[1].key,
}
SAMPLE_SOURCE = {
    "code": "loading.example.source_code",
    "form": "loading.example.source_form",
    "number": "loading.example.source_number",
    "title": "loading.example.source_title",
    "issuer": "loading.example.source_issuer",
    "issued_on": "loading.example.source_day",
    "in_force_from": "loading.example.source_day",
    "verified": GRADES[0].key,
}
TOPIC = "giao-tiep-nhan-dan"
BY_SHEET = {QUESTION: (FIRST, SECOND), CARD: (SAMPLE_CARD,), SOURCE: (SAMPLE_SOURCE,)}
TELLING = {QUESTION: ("code", "stem"), CARD: ("code", "text"), SOURCE: ("code", "title")}


def example_rows(sheet: Sheet, known: Known, phrases: Phrases) -> list[list[str]]:
    """The examples of a sheet as rows, filed under a topic and a source the house holds."""
    topic = known.topics.get(TOPIC, next(iter(known.topics.values()), ""))
    first = {"topic": topic, "source": next(iter(known.sources.values()), "")}
    rows = []
    for example in BY_SHEET[sheet.kind]:
        said = first | {name: phrases(key) for name, key in example.items()}
        rows.append([said.get(column.name, "") for column in sheet.columns])
    return rows


class Examples:
    """Recognises the example rows of a sheet."""

    def __init__(self, sheet: Sheet, phrases: Phrases) -> None:
        self._names = TELLING[sheet.kind]
        self._known = {tuple(fold(phrases(example[name])) for name in self._names) for example in BY_SHEET[sheet.kind]}

    def unchanged(self, fields: Mapping[str, str]) -> bool:
        """Whether a row still is one of the examples."""
        return tuple(fold(fields.get(name, "")) for name in self._names) in self._known
