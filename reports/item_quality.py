"""Item statistics in words, the same in chat and on the command line."""

from collections.abc import Sequence

from content.phrases import Phrases
from participation.item_statistics import ItemStatistics


def one(phrases: Phrases, found: ItemStatistics) -> str:
    """One question."""
    return phrases(
        "quality.one",
        code=found.code,
        stem=found.stem,
        people=found.people,
        right=str(found.right),
        telling="" if found.discrimination is None else f"{found.discrimination:.2f}".replace(".", ","),
        fast=str(found.fast) if found.fast else "",
        flags=_flags(phrases, found),
    )


def listing(phrases: Phrases, found: Sequence[ItemStatistics]) -> str:
    """The questions most worth a look, a line each."""
    if not found:
        return phrases("quality.none")
    lines = [(item.code, str(item.right), _flags(phrases, item)) for item in found]
    return phrases("quality.listed", lines=lines)


def _flags(phrases: Phrases, found: ItemStatistics) -> list[str]:
    return [phrases(f"quality.flag.{flag}") for flag in found.flags]
