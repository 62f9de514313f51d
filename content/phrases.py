"""Every sentence the product says, by dotted key; written as templates in `phrases/<area>.yaml`.

Texts leave here plain: a channel that needs HTML escapes them itself.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment

from content.faults import Fault, PhraseFaults
from content.fold import nfc
from content.moments import Weekdays, clock, day, full_date
from content.reading import Series, Table, Text, decoded, read_yaml


class Phrases:
    """Loaded and compiled phrases. Call with a key and the values its template names."""

    def __init__(self, templates: Mapping[str, Template], variables: Mapping[str, frozenset[str]]) -> None:
        self._templates = templates
        self._variables = variables

    @classmethod
    def load(cls, folder: Path) -> "Phrases":
        """The phrases in the `*.yaml` files of a folder. Raises PhraseFaults with every fault in all of them."""
        if not folder.is_dir():
            raise NotADirectoryError(folder)
        faults: list[Fault] = []
        environment = _environment()
        templates: dict[str, Template] = {}
        variables: dict[str, frozenset[str]] = {}
        for path in sorted(folder.glob("*.yaml")):
            text = decoded(path.name, path.read_bytes(), faults)
            table = None if text is None else read_yaml(path.name, text, faults)
            for key, leaf in _leaves(path.name, path.stem, table, faults) if table else ():
                try:
                    templates[key] = environment.from_string(leaf.text)
                    variables[key] = frozenset(meta.find_undeclared_variables(environment.parse(leaf.text)))
                except TemplateSyntaxError as reason:
                    line = leaf.line + reason.lineno - 1
                    faults.append(Fault(path.name, line, f"template '{key}': {reason.message}"))
        if faults:
            raise PhraseFaults(faults)
        return cls(templates, variables)

    def __call__(self, key: str, /, **values: object) -> str:
        """The phrase with its values, NFC, no white space at the ends of lines or of the text.

        KeyError for an unknown key; jinja2.UndefinedError when a value the template needs is not given.
        """
        text = nfc(self._templates[key].render(values))
        return "\n".join(line.rstrip() for line in text.split("\n")).rstrip()

    def keys(self) -> frozenset[str]:
        """All keys, e.g. ``quiz.right``."""
        return frozenset(self._templates)

    def variables(self, key: str) -> frozenset[str]:
        """The names of the values the phrase may use; KeyError for an unknown key."""
        return self._variables[key]


def _environment() -> SandboxedEnvironment:
    weekdays = Weekdays.load()
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters |= {
        "moment": weekdays.moment,
        "weekday": weekdays.weekday,
        "clock": clock,
        "day": day,
        "date": full_date,
    }
    return environment


def _leaves(file: str, prefix: str, table: Table, faults: list[Fault]) -> Iterator[tuple[str, Text]]:
    for name, value in table.entries.items():
        key = f"{prefix}.{name}"
        if "." in name:
            faults.append(Fault(file, table.lines[name], f"key '{name}' holds a dot; nest it instead"))
        elif isinstance(value, Table):
            yield from _leaves(file, key, value, faults)
        elif isinstance(value, Series):
            faults.append(Fault(file, table.lines[name], f"'{key}' is a list; a phrase is one text"))
        elif not value.text.strip():
            faults.append(Fault(file, table.lines[name], f"'{key}' is empty"))
        else:
            yield key, value
