"""Plain YAML with line numbers: every value is text, and what makes YAML surprising is refused.

No anchors, aliases, tags or repeated keys; `no`, `on` and `1.0` stay the letters that were written.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from content.faults import Fault

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there
EXACT = yaml.SafeLoader  # tells better what is wrong, and where

DEEPEST = 12  # nesting no file of ours needs; a hostile upload must not exhaust the stack


@dataclass(frozen=True, slots=True)
class Text:
    """A value as written, and the line it starts on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Series:
    """A YAML list."""

    entries: "tuple[Tree, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A YAML mapping with its keys as text; `lines` says where each key stands."""

    entries: "dict[str, Tree]"
    lines: dict[str, int]
    line: int


Tree: TypeAlias = Text | Series | Table


def decoded(file: str, body: bytes, faults: list[Fault]) -> str | None:
    """The bytes of a file as text, or None with a fault when they are not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = body[: reason.start].count(b"\n") + 1
        faults.append(Fault(file, line, "is not UTF-8 text", "encoding"))
        return None


def read_yaml(file: str, text: str, faults: list[Fault]) -> Table | None:
    """The mapping a YAML text holds. Adds to `faults`; None when nothing in the file can be trusted."""
    try:
        refused, node = _composed(file, text)
    except yaml.YAMLError as reason:
        faults.append(Fault(file, _line_of(reason, text), f"YAML syntax: {_words_of(reason)}", "syntax"))
        return None
    if refused:
        faults.extend(refused)
        return None
    if not isinstance(node, yaml.MappingNode):
        faults.append(Fault(file, 1, "must hold keys and values at the top level", "shape"))
        return None
    return _table(file, node, faults)


def _composed(file: str, text: str) -> tuple[list[Fault], yaml.Node | None]:
    """What is refused, or else the tree. Raises YAMLError in the words of the exact loader."""
    try:
        return _composed_by(FAST, file, text)
    except yaml.YAMLError:
        return _composed_by(EXACT, file, text)


def _composed_by(loader: Any, file: str, text: str) -> tuple[list[Fault], yaml.Node | None]:
    refused = _refused(file, text, loader)
    return refused, None if refused else yaml.compose(text, Loader=loader)


def _refused(file: str, text: str, loader: Any) -> list[Fault]:
    """Constructs that are valid YAML but not welcome; looked for before anything is built from them."""
    faults = []
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                return [Fault(file, line, f"is nested more than {DEEPEST} levels deep", "deep")]
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.AliasEvent):
            text = f"alias *{event.anchor} is not allowed; write the value out"
            faults.append(Fault(file, line, text, "alias", str(event.anchor)))
        elif anchor := getattr(event, "anchor", None):
            faults.append(Fault(file, line, f"anchor &{anchor} is not allowed; write the value out", "anchor", anchor))
        if tag := getattr(event, "tag", None):
            faults.append(Fault(file, line, f"tag {tag} is not allowed", "tag", tag))
    return faults


def _tree(file: str, node: yaml.Node, faults: list[Fault]) -> Tree:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _table(file, node, faults)
    if isinstance(node, yaml.SequenceNode):
        return Series(tuple(_tree(file, entry, faults) for entry in node.value), line)
    return Text(str(node.value), line)


def _table(file: str, node: yaml.MappingNode, faults: list[Fault]) -> Table:
    table = Table({}, {}, node.start_mark.line + 1)
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault(file, line, "a key must be plain text", "key"))
        elif key.value in table.entries:
            text = f"key '{key.value}' is given twice, first on line {table.lines[key.value]}"
            faults.append(Fault(file, line, text, "key_twice", key.value))
        else:
            table.entries[key.value] = _tree(file, value, faults)
            table.lines[key.value] = line
    return table


def _line_of(reason: yaml.YAMLError, text: str) -> int:
    if isinstance(reason, yaml.MarkedYAMLError) and reason.problem_mark is not None:
        return int(reason.problem_mark.line) + 1
    # a character YAML does not admit is reported by its position only
    position = getattr(reason, "position", 0)
    return text[:position].count("\n") + 1


def _words_of(reason: yaml.YAMLError) -> str:
    if isinstance(reason, yaml.MarkedYAMLError):
        return ", ".join(part for part in (reason.context, reason.problem) if part)
    return str(getattr(reason, "reason", "cannot be read"))
