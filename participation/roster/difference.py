"""What a roster would change, told apart by kind. Nothing here writes."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from content.phrases import Phrases
from content.sheets import shown
from participation.roster.sheets import DUTIES, ROLES

# Each kind of change: the phrase that counts it, and the phrase of one of its lines.
KINDS = {
    "unit_added": ("roster.count.unit_added", "roster.line.alone"),
    "unit_returned": ("roster.count.unit_returned", "roster.line.alone"),
    "unit_renamed": ("roster.count.unit_renamed", "roster.line.changed"),
    "unit_moved": ("roster.count.unit_moved", "roster.line.changed"),
    "unit_changed": ("roster.count.unit_changed", "roster.line.changed"),
    "unit_ended": ("roster.count.unit_ended", "roster.line.alone"),
    "lineage": ("roster.count.lineage", "roster.line.new"),
    "added": ("roster.count.added", "roster.line.new"),
    "returned": ("roster.count.returned", "roster.line.new"),
    "moved": ("roster.count.moved", "roster.line.changed"),
    "renamed": ("roster.count.renamed", "roster.line.changed"),
    "retitled": ("roster.count.retitled", "roster.line.changed"),
    "phone": ("roster.count.phone", "roster.line.alone"),
    "duty": ("roster.count.duty", "roster.line.changed"),
    "roles": ("roster.count.roles", "roster.line.changed"),
    "left": ("roster.count.left", "roster.line.gone"),
}


class Change(NamedTuple):
    """One change of one kind. `code` is the unit's or the person's; `before` and `after` are codes, names or values."""

    kind: str
    code: str
    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Difference:
    """Everything a roster would change. `working` counts the people at work before it."""

    changes: tuple[Change, ...]
    working: int

    @property
    def is_empty(self) -> bool:
        """Whether the roster says what is already known."""
        return not self.changes

    def of(self, *kinds: str) -> list[Change]:
        """The changes of these kinds, in the order of the file."""
        found = [kind for kind in kinds if kind in self._by_kind]
        if len(found) > 1:
            return [change for change in self.changes if change.kind in found]
        return list(self._by_kind[found[0]]) if found else []

    def counts(self) -> dict[str, int]:
        """How many changes of each kind; kinds that do not occur are left out."""
        return {kind: len(self._by_kind[kind]) for kind in KINDS if kind in self._by_kind}

    @cached_property
    def _by_kind(self) -> dict[str, list[Change]]:
        by_kind: dict[str, list[Change]] = {}
        for change in self.changes:
            by_kind.setdefault(change.kind, []).append(change)
        return by_kind


def told(difference: Difference, phrases: Phrases, most: int = 10) -> list[str]:
    """The difference as a person reads it: a count for each kind, and up to `most` lines under it."""
    if difference.is_empty:
        return [phrases("roster.difference.nothing")]
    lines: list[str] = []
    for kind, count in difference.counts().items():
        counted, line = KINDS[kind]
        lines.append(phrases(counted, count=count))
        changes = difference.of(kind)
        lines += [_line(phrases, line, change) for change in changes[:most]]
        if count > most:
            lines.append(phrases("roster.difference.more_lines", count=count - most))
    return lines


def _line(phrases: Phrases, line: str, change: Change) -> str:
    before, after = _shown(phrases, change.kind, change.before), _shown(phrases, change.kind, change.after)
    return phrases(line, code=change.code, name=change.name, before=before, after=after)


def _shown(phrases: Phrases, kind: str, value: str) -> str:
    if kind == "duty":
        value = ", ".join(_duty(phrases, duty) for duty in value.split(", ") if duty)
    elif kind == "roles":
        value = ", ".join(shown(phrases, ROLES, role) for role in value.split(", ") if role)
    return value or phrases("roster.line.nothing")


def _duty(phrases: Phrases, duty: str) -> str:
    kind, _, unit_code = duty.partition(" ")
    return f"{shown(phrases, DUTIES, kind)} {unit_code}"
