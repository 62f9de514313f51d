"""The one place where raw entries of every format become drafts or flaws; warnings block nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from content.fold import fold
from content.loading.checks.advice import advice
from content.loading.checks.drafting import LATER, card_draft, question_draft, source_draft
from content.loading.checks.entry import EntryReading
from content.loading.checks.ground import Ground
from content.loading.drafts import (
    CARD,
    OPTIONS,
    QUESTION,
    SOURCE,
    CardDraft,
    Flaw,
    Known,
    QuestionDraft,
    RawEntry,
    Reading,
    SourceDraft,
)
from content.loading.excel.columns import SHEETS

Draft = TypeVar("Draft", QuestionDraft, CardDraft, SourceDraft)
Drafted: TypeAlias = list[tuple[EntryReading, Draft]]
Places: TypeAlias = set[tuple[str, int]]


def check(
    format: str, entries: Sequence[RawEntry], known: Known, flaws: Sequence[Flaw] = (), *, partial: bool = False
) -> Reading:
    """The drafts of a file and everything wrong with its entries; `flaws` are those its reader found.

    Entries may name topics, tracks, sources and cards by code or by name, those of the same file included. With
    `partial` what a format cannot carry may be missing; it stays empty and lacks until approval.
    """
    at_fault = {(flaw.sheet, flaw.row) for flaw in flaws if flaw.row}
    ground = Ground.under(known)
    ground.lay(entries)
    readings = [EntryReading(entry, LATER if partial else frozenset(), _spoilt(entry, flaws)) for entry in entries]
    sources = _drafted(SOURCE, source_draft, readings, ground)
    cards = _drafted(CARD, card_draft, readings, ground)
    questions = _drafted(QUESTION, question_draft, readings, ground)
    lost_sources = _lost(_only_once(sources, "number"), known.sources, at_fault)
    _lean(_only_once(cards, "title"), "source", lost_sources, "loading.flaw.leans_on_source")
    _lean(_only_once(questions, "stem"), "source", lost_sources, "loading.flaw.leans_on_source")
    _lean(questions, "card", _lost(cards, known.cards, at_fault), "loading.flaw.leans_on_card")
    kept = _kept(questions, at_fault), _kept(cards, at_fault), _kept(sources, at_fault)
    rows = len(entries) + len(at_fault - {place for entry in entries for place in _places(entry)})
    return Reading(
        format=format,
        rows=rows,
        faulty=rows - sum(map(len, kept)),
        questions=kept[0],
        cards=kept[1],
        sources=kept[2],
        flaws=in_order([*flaws, *(flaw for reading in readings for flaw in reading.flaws)]),
        warnings=in_order(advice(kept[0], kept[1], known, {entry.kind: entry.sheet for entry in entries})),
    )


def in_order(flaws: Iterable[Flaw]) -> tuple[Flaw, ...]:
    """Of the whole file first, then by sheet and row."""
    sheets = ["", *(sheet.key for sheet in SHEETS)]
    return tuple(sorted(flaws, key=lambda flaw: (sheets.index(flaw.sheet), flaw.row)))


def _drafted(
    kind: str,
    draft: Callable[[EntryReading, Ground], Draft],
    readings: Sequence[EntryReading],
    ground: Ground,
) -> Drafted[Draft]:
    return [(reading, draft(reading, ground)) for reading in readings if reading.entry.kind == kind]


def _spoilt(entry: RawEntry, flaws: Sequence[Flaw]) -> frozenset[str]:
    """The fields of an entry that its reader could not read; what they lack is no flaw of its own."""
    if not flaws:
        return frozenset()
    places = _places(entry)
    columns = {flaw.column for flaw in flaws if (flaw.sheet, flaw.row) in places}
    return frozenset(columns | set(OPTIONS) if "options" in columns else columns)


def _places(entry: RawEntry) -> Places:
    """Where an entry stands: its own row and those of its fields."""
    return {(entry.sheet, row) for row in (entry.row, *entry.rows.values())}


def _only_once(drafted: Drafted[Draft], identity: str) -> Drafted[Draft]:
    """A code stands for one entry of a file. `identity`: the field a missing code was made from."""
    first: dict[str, int] = {}
    for reading, draft in drafted:
        name = "code" if reading.written("code") else identity
        if reading.flawed(name):
            continue
        row = first.setdefault(fold(draft.code), draft.row)
        if row != draft.row:
            key = "loading.flaw.code_twice" if name == "code" else "loading.flaw.entry_twice"
            reading.flaw(name, key, value=draft.code, first=row)
    return drafted


def _lost(drafted: Drafted[Draft], known: Mapping[str, str], at_fault: Places) -> dict[str, int]:
    """Codes of the file's entries that cannot be loaded and that the house does not hold either, with their rows."""
    kept = {draft.code for draft in _kept(drafted, at_fault)}
    return {draft.code: draft.row for _, draft in drafted if draft.code not in kept and draft.code not in known}


def _lean(drafted: "Drafted[QuestionDraft] | Drafted[CardDraft]", name: str, lost: Mapping[str, int], key: str) -> None:
    """What rests on a faulty entry of the same file cannot be loaded without it."""
    for reading, draft in drafted:
        code = getattr(draft, name)
        if code in lost:
            reading.flaw(name, key, value=code, row=lost[code])


def _kept(drafted: Drafted[Draft], at_fault: Places) -> tuple[Draft, ...]:
    return tuple(draft for reading, draft in drafted if not reading.flaws and not _places(reading.entry) & at_fault)
