"""The content library as one unchanging value, read from YAML files that people edit.

A library with a single fault is not loaded at all: half a library would be sent as if it were whole.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

from content.entries import SCORED, Card, Grade, Kind, Question, Source, Topic, Track, citation
from content.faults import Fault, Faults, LibraryFaults
from content.fields import Entry
from content.parsing import CITED_LEAD, CITED_LENGTH, parse_card, parse_question, parse_source, parse_topic, parse_track
from content.reading import Series, Table, decoded, read_yaml

__all__ = [
    "Card", "Fault", "Faults", "Grade", "Kind", "Library", "LibraryFaults", "Question", "Source", "Topic", "Track",
    "citation", "load_library", "read_library",
]  # fmt: skip

SECTIONS = ("sources", "topics", "tracks", "cards", "questions")


class Coded(Protocol):
    """Whatever a library file lists under a code: the kinds of entry share nothing else."""

    @property
    def code(self) -> str: ...


Kept = TypeVar("Kept", bound=Coded)


@dataclass(frozen=True, slots=True)
class Library:
    """Everything by code, in the order of the files; an unknown code raises KeyError."""

    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]
    tracks: Mapping[str, Track]
    cards: Mapping[str, Card]
    questions: Mapping[str, Question]

    def scorable(self, piece: Card | Question, on: date) -> bool:
        """Whether the piece may enter a scored round that day: its source in force, neither resting on memory."""
        source = self.sources[piece.source]
        return source.in_force(on) and {source.verified, piece.verified} <= SCORED

    def citation(self, piece: Card | Question) -> str:
        """The legal basis shown with the piece."""
        return citation(self.sources[piece.source], piece.article)

    def cards_on(self, topic: str) -> tuple[Card, ...]:
        """The cards filed under a topic's code."""
        return tuple(card for card in self.cards.values() if card.topic == topic)

    def questions_on(self, topic: str) -> tuple[Question, ...]:
        """The questions filed under a topic's code."""
        return tuple(question for question in self.questions.values() if question.topic == topic)

    def lapsed(self, on: date) -> tuple[Card | Question, ...]:
        """What rests on a source not in force that day: never sent, listed for the content admin."""
        pieces: tuple[Card | Question, ...] = (*self.cards.values(), *self.questions.values())
        return tuple(piece for piece in pieces if not self.sources[piece.source].in_force(on))


def load_library(folder: Path) -> Library:
    """The library in the `*.yaml` files of a folder. Raises LibraryFaults with every fault in all of them."""
    return read_library({path.name: path.read_bytes() for path in sorted(folder.glob("*.y*ml"))})


def read_library(files: Mapping[str, bytes]) -> Library:
    """The same from file names and contents. Any file may hold any of the sections."""
    faults: list[Fault] = []
    tables = {file: _table(file, body, faults) for file, body in files.items()}
    whole = None not in tables.values()
    read = {file: table for file, table in tables.items() if table is not None}
    if not any("questions" in table.entries or "cards" in table.entries for table in read.values()) and whole:
        faults.append(Fault("library", 1, "no file holds any card or question"))
    sources = _collect(read, "sources", parse_source, faults)
    grades = {code: source.verified for code, (source, _) in sources.items()}
    topics = _collect(read, "topics", parse_topic, faults)
    tracks = _collect(read, "tracks", parse_track, faults)
    cards = _collect(read, "cards", lambda entry: parse_card(entry, grades), faults)
    questions = _collect(read, "questions", lambda entry: parse_question(entry, grades), faults)
    if whole:  # with a file unread, every reference into it would be reported as well
        _check_sources(sources)
        for card, entry in cards.values():
            _check_references(card, entry, sources, topics, tracks, cards)
        for question, entry in questions.values():
            _check_references(question, entry, sources, topics, tracks, cards)
    if faults:
        raise LibraryFaults(faults)
    return Library(_kept(sources), _kept(topics), _kept(tracks), _kept(cards), _kept(questions))


def _table(file: str, body: bytes, faults: list[Fault]) -> Table | None:
    text = decoded(file, body, faults)
    table = None if text is None else read_yaml(file, text, faults)
    for key in () if table is None else table.entries:
        if table is not None and key not in SECTIONS:
            faults.append(Fault(file, table.lines[key], f"unknown section '{key}'; use {', '.join(SECTIONS)}"))
    return table


def _entries(tables: Mapping[str, Table], section: str, faults: list[Fault]) -> Iterator[Entry]:
    for file, table in tables.items():
        listed = table.entries.get(section, Series((), 0))
        if not isinstance(listed, Series):
            faults.append(Fault(file, table.lines[section], f"'{section}' must be a list"))
            continue
        for raw in listed.entries:
            if isinstance(raw, Table):
                yield Entry(raw, file, faults)
            else:
                faults.append(Fault(file, raw.line, f"each of '{section}' must hold keys and values"))


def _collect(
    tables: Mapping[str, Table], section: str, parse: Callable[[Entry], Kept], faults: list[Fault]
) -> dict[str, tuple[Kept, Entry]]:
    """The entries of one section by code, each with its place in the file for later checks."""
    found: dict[str, tuple[Kept, Entry]] = {}
    for entry in _entries(tables, section, faults):
        value = parse(entry)
        if value.code in found:
            entry.fault(f"code '{value.code}' is used already at {found[value.code][1].place}", "code")
        elif value.code:
            found[value.code] = value, entry
    return found


def _check_sources(sources: Mapping[str, tuple[Source, Entry]]) -> None:
    for source, entry in sources.values():
        if source.replaced_by is None:
            continue
        if source.in_force_until is None:
            entry.fault("'replaced_by' needs 'in_force_until', the last day the text was in force", "replaced_by")
        if source.replaced_by not in sources:
            entry.fault(f"'replaced_by' names unknown source '{source.replaced_by}'", "replaced_by")
            continue
        successor = sources[source.replaced_by][0]
        ended, next_ended = source.in_force_until, successor.in_force_until
        if successor is source:
            entry.fault("'replaced_by' names the source itself", "replaced_by")
        elif ended and next_ended and next_ended <= ended:
            entry.fault(f"'replaced_by' names '{successor.code}', itself expired on {next_ended}", "replaced_by")


def _check_references(
    piece: Card | Question,
    entry: Entry,
    sources: Mapping[str, tuple[Source, Entry]],
    topics: Mapping[str, object],
    tracks: Mapping[str, object],
    cards: Mapping[str, object],
) -> None:
    """Codes must lead somewhere, and an explanation must leave room for the source it names."""
    if piece.topic and piece.topic not in topics:
        entry.fault(f"unknown topic '{piece.topic}'", "topic")
    if piece.track and piece.track not in tracks:
        entry.fault(f"unknown track '{piece.track}'", "track")
    if piece.source and piece.source not in sources:
        entry.fault(f"unknown source '{piece.source}'", "source")
    if isinstance(piece, Card):
        return
    if piece.card is not None and piece.card not in cards:
        entry.fault(f"unknown card '{piece.card}'", "card")
    if piece.source in sources:
        length = len(piece.explanation) + CITED_LEAD + len(citation(sources[piece.source][0], piece.article))
        if length > CITED_LENGTH:
            entry.fault(f"'explanation' with its source has {length} characters, at most {CITED_LENGTH}", "explanation")


def _kept(found: Mapping[str, tuple[Kept, Entry]]) -> Mapping[str, Kept]:
    return MappingProxyType({code: value for code, (value, _) in found.items()})
