"""What the library holds: sources of law, topics, tracks, cards and questions, as values that never change."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Grade(StrEnum):
    """How far the statement was checked: in the text of law, in the press, at second hand, from memory."""

    TEXT = "text"
    PRESS = "press"
    SECONDARY = "secondary"
    MEMORY = "memory"


SCORED = frozenset({Grade.TEXT, Grade.PRESS, Grade.SECONDARY})  # memory waits for a reviewer


class Kind(StrEnum):
    """A question tells a short scene at work or asks for a fact."""

    SITUATION = "situation"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True)
class Source:
    """One legal text. A date is None where it could not be established; days in force count inclusively."""

    code: str
    form: str  # the kind of document, as written before its number
    number: str
    title: str
    issuer: str
    issued_on: date | None
    in_force_from: date | None
    in_force_until: date | None
    replaced_by: str | None
    verified: Grade

    def in_force(self, on: date) -> bool:
        """Whether the text binds on that day; the day of issue stands in for an unknown first day."""
        starts_on = self.in_force_from or self.issued_on
        return (starts_on is None or starts_on <= on) and (self.in_force_until is None or on <= self.in_force_until)


def citation(source: Source, article: str = "") -> str:
    """The short form shown to people, e.g. ``Điều 9 Quyết định 129/2007/QĐ-TTg``."""
    return " ".join(part for part in (article, source.form, source.number) if part)


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading cards and questions are filed under; `group` gathers topics (``nam-khong``, ``cong-so``)."""

    code: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class Track:
    """A line of content for one kind of office (``y-te``); what names no track is for everybody."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Card:
    """One regulation or reminder. `source` is a source's code; `article` and `track` may be empty."""

    code: str
    topic: str
    title: str
    text: str
    source: str
    article: str
    verified: Grade  # of the article cited; a text may be read in part only
    track: str = ""

    @property
    def checksum(self) -> str:
        """Changes exactly when what people read changes (64 hex digits)."""
        return _checksum([self.code, self.topic, self.title, self.text, self.source, self.article])


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `right` holds numbers of options counted from 1; `card` is a fitting card's code or None."""

    code: str
    topic: str
    difficulty: int
    kind: Kind
    stem: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    explanation: str
    source: str
    article: str
    card: str | None
    verified: Grade
    track: str = ""

    @property
    def checksum(self) -> str:
        """Changes exactly when what people read or how they are marked changes (64 hex digits)."""
        seen = [self.code, self.topic, self.stem, list(self.options), list(self.right)]
        return _checksum([*seen, self.explanation, self.source, self.article])


def _checksum(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
