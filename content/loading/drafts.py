"""What a file holds, as values: raw entries as written, drafts without faults, and flaws by row and column."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

QUESTION, CARD, SOURCE = "question", "card", "source"
OPTIONS = ("option_1", "option_2", "option_3", "option_4")


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One row of a sheet, or one entry of a text file, before anything is believed.

    `fields` holds text as written (NFC, no white space at the ends) by field name, empty ones left out; the names are
    those of the drafts below, options as `option_1` … `option_4`, `right` as written (``B``, ``1;3``). `row` is the row
    of the sheet or the first line of the entry; `rows` says where single fields stand when that is elsewhere.
    `sheet` is a phrase key, or empty in files without sheets.
    """

    kind: str
    row: int
    fields: Mapping[str, str]
    rows: Mapping[str, int] = field(default_factory=dict)
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing about one place of a file: a phrase key (``loading.flaw.…``) with its values.

    `column` is the name of a field of the entry, or empty when the whole row is meant; `row` 0 means the whole file.
    """

    key: str
    row: int = 0
    column: str = ""
    sheet: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question as loaded. What a format cannot carry is empty (0 for `difficulty`): it lacks until approval."""

    code: str
    topic: str
    kind: str
    difficulty: int
    stem: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    explanation: str
    source: str
    article: str
    card: str
    track: str
    verified: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CardDraft:
    """A card as loaded."""

    code: str
    topic: str
    title: str
    text: str
    source: str
    article: str
    track: str
    verified: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A legal text or a regulation of the office's own as loaded."""

    code: str
    form: str
    number: str
    title: str
    issuer: str
    issued_on: date | None
    in_force_from: date | None
    in_force_until: date | None
    replaced_by: str
    verified: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What the house holds already, as far as checking a file needs it: names by code, stems by question code.

    `sources` maps a source's code to its citation without an article (``Quyết định 129/2007/QĐ-TTg``).
    """

    topics: Mapping[str, str] = field(default_factory=dict)
    tracks: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    cards: Mapping[str, str] = field(default_factory=dict)
    stems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file read. An entry with a flaw is not among the drafts; `rows` counts it all the same.

    `format`: excel, yaml, gift or aiken. `flaws` must be put right, `warnings` are worth a look.
    """

    format: str
    rows: int = 0
    faulty: int = 0
    questions: tuple[QuestionDraft, ...] = ()
    cards: tuple[CardDraft, ...] = ()
    sources: tuple[SourceDraft, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    warnings: tuple[Flaw, ...] = ()


class FileRefused(Exception):
    """The file as a whole is not taken. `key` is a phrase (``refused.…``), `values` what it names."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
