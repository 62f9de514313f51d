"""Writing drafts as YAML in the layout of the library files: what is read back is equal."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

import yaml

from content.loading.drafts import CARD, OPTIONS, QUESTION, SOURCE, CardDraft, QuestionDraft, SourceDraft
from content.loading.excel.columns import BY_KIND

WIDTH = 110
LEFT_OUT: tuple[object, ...] = ("", 0, None, (), [])


class Dumper(yaml.SafeDumper):
    """Keys of questions stand on one line, as people write them."""

    def ignore_aliases(self, data: Any) -> bool:
        """The same text twice is written twice: what reads the file takes no aliases."""
        return True


class Line(list[int]):
    """A list written on one line."""


Dumper.add_representer(Line, lambda dumper, line: dumper.represent_sequence("tag:yaml.org,2002:seq", line, True))


def write_yaml(
    questions: Sequence[QuestionDraft], cards: Sequence[CardDraft] = (), sources: Sequence[SourceDraft] = ()
) -> str:
    """The text of a file that gives these drafts again; fields a draft lacks are left out."""
    sections = {
        "sources": [_fields(SOURCE, draft) for draft in sources],
        "cards": [_fields(CARD, draft) for draft in cards],
        "questions": [_question(draft) for draft in questions],
    }
    return "\n".join(_section(name, entries) for name, entries in sections.items() if entries)


def _section(name: str, entries: Sequence[Mapping[str, Any]]) -> str:
    return f"{name}:\n" + "\n".join(_lines(entries))


def _lines(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for entry in entries:
        text = yaml.dump([entry], Dumper=Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
        yield indent(text, "  ")


def _fields(kind: str, draft: QuestionDraft | CardDraft | SourceDraft) -> dict[str, Any]:
    names = [column.name for column in BY_KIND[kind].columns if column.name not in OPTIONS]
    found = {name: getattr(draft, name) for name in names}
    return {name: value for name, value in found.items() if value not in LEFT_OUT}


def _question(draft: QuestionDraft) -> dict[str, Any]:
    fields = _fields(QUESTION, draft)
    ordered: dict[str, Any] = {}
    for name, value in fields.items():
        ordered[name] = Line(value) if name == "right" else value
        if name == "stem" and draft.options:
            ordered["options"] = list(draft.options)
    return ordered
