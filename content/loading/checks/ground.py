"""What the entries of a file may refer to: what the house holds, and what stands beside them in the same file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from content.cells import spaced
from content.loading.checks.names import Names, derived
from content.loading.drafts import CARD, SOURCE, Known, RawEntry


@dataclass(slots=True)
class Ground:
    """What entries may refer to: what the house holds and what stands in the same file."""

    topics: Names
    tracks: Names
    sources: Names
    cards: Names
    questions: Names
    citations: dict[str, str]
    grades: dict[str, str] = field(default_factory=dict)

    @classmethod
    def under(cls, known: Known) -> "Ground":
        """What the house holds. A source is also known by its number alone, the last word of its citation."""
        ground = cls(
            Names(known.topics),
            Names(known.tracks),
            Names(known.sources),
            Names(known.cards),
            Names(dict.fromkeys(known.stems, "")),
            dict(known.sources),
        )
        for code, citation in known.sources.items():
            if "/" in citation:
                ground.sources.add(code, [citation.split()[-1]])
        return ground

    def lay(self, entries: Sequence[RawEntry]) -> None:
        """Let entries refer to the sources and cards of their own file, also to those with flaws elsewhere in them."""
        for entry in entries:
            said = {name: spaced(text[:500]) for name, text in entry.fields.items()}
            if entry.kind == SOURCE:
                code, citation = source_code(self, said), citation_of(said)
                names = [] if self.sources.named(citation) else [citation, said.get("number", "")]
                self.sources.add(code, names)
                self.citations[code] = citation
            elif entry.kind == CARD:
                self.cards.add(card_code(self, said), [said.get("title", "")])


def source_code(ground: Ground, said: dict[str, str]) -> str:
    """The code of a source: as written, as known under that citation, or made from it."""
    citation = citation_of(said)
    known = min(ground.sources.named(citation), default="")
    return ground.sources.spelt(said.get("code") or known or derived("CC", citation))


def card_code(ground: Ground, said: dict[str, str]) -> str:
    """The code of a card: as known, as written, or made from its title."""
    return ground.cards.spelt(said.get("code") or derived("THE", said.get("title", "")))


def citation_of(said: dict[str, str]) -> str:
    """The citation of a source as written, without an article."""
    return " ".join(part for part in (said.get("form", ""), said.get("number", "")) if part)
