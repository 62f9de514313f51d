"""Warnings: what is no fault and still worth a look before a file is loaded."""

from collections.abc import Iterator, Mapping, Sequence

from content.entries import Kind
from content.loading.checks.drafting import MEMORY
from content.loading.checks.key import letter
from content.loading.checks.similar import standing
from content.loading.drafts import CARD, OPTIONS, QUESTION, CardDraft, Flaw, Known, QuestionDraft

GIVEAWAY, LONGER = 1.6, 20  # times the mean of the others, and characters more
ENOUGH = 5  # questions before their keys can look like a habit
LISTED = 10  # rows a warning names


def advice(
    questions: Sequence[QuestionDraft], cards: Sequence[CardDraft], known: Known, sheets: Mapping[str, str]
) -> Iterator[Flaw]:
    """Every warning about the drafts of a file. `sheets`: the sheet of each kind of entry, where there are sheets."""
    sheet = sheets.get(QUESTION, "")
    yield from _whole(questions, sheet)
    yield from _unconfirmed(questions, "loading.warning.questions_from_memory", sheet)
    yield from _unconfirmed(cards, "loading.warning.cards_from_memory", sheets.get(CARD, ""))
    yield from _alike(questions, known.stems, sheet)
    for question in questions:
        yield from _giveaway(question, sheet)


def _whole(questions: Sequence[QuestionDraft], sheet: str) -> Iterator[Flaw]:
    if questions and all(question.kind == Kind.KNOWLEDGE for question in questions):
        yield Flaw("loading.warning.no_situation", 0, "kind", sheet)
    keys = {question.right for question in questions}
    if len(questions) >= ENOUGH and len(keys) == 1 and len(key := next(iter(keys))) == 1:
        values = {"letter": letter(key[0]), "count": len(questions)}
        yield Flaw("loading.warning.same_letter", 0, "right", sheet, values)


def _unconfirmed(drafts: Sequence[QuestionDraft] | Sequence[CardDraft], key: str, sheet: str) -> Iterator[Flaw]:
    rows = [draft.row for draft in drafts if draft.verified == MEMORY]
    if rows:
        yield Flaw(key, 0, "verified", sheet, {"count": len(rows), "rows": rows[:LISTED], "more": len(rows) > LISTED})


def _alike(questions: Sequence[QuestionDraft], stems: Mapping[str, str], sheet: str) -> Iterator[Flaw]:
    held = standing(stems, (question.stem for question in questions))
    rows: dict[str, int] = {}
    for question in questions:
        same = held.alike(question.stem, but=question.code)
        if same in rows:
            yield Flaw("loading.warning.like_row", question.row, "stem", sheet, {"row": rows[same]})
        elif same:
            yield Flaw("loading.warning.like_known", question.row, "stem", sheet, {"code": same})
        if question.code not in stems:
            held.add(question.code, question.stem)
            rows[question.code] = question.row


def _giveaway(question: QuestionDraft, sheet: str) -> Iterator[Flaw]:
    lengths = {number: len(option) for number, option in enumerate(question.options, 1)}
    others = [length for number, length in lengths.items() if number not in question.right]
    if len(question.right) != 1 or not others:
        return
    (right,), mean = question.right, sum(others) / len(others)
    if lengths[right] > GIVEAWAY * mean and lengths[right] - mean >= LONGER:
        values = {"length": lengths[right], "mean": round(mean)}
        yield Flaw("loading.warning.giveaway", question.row, OPTIONS[right - 1], sheet, values)
