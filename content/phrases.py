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
    """Loaded phrases, each compiled once. Call with a key and the values its template names."""

    def __init__(self, environment: SandboxedEnvironment, texts: Mapping[str, str]) -> None:
        self._environment, self._texts = environment, texts
        self._templates: dict[str, Template] = {}

    @classmethod
    def load(cls, folder: Path, *, known_good: bool = False) -> "Phrases":
        """The phrases in the `*.yaml` files of a folder. Raises PhraseFaults with every fault in all of them.

        A process that uses few of many phrases another one has loaded before says `known_good`: each is then compiled
        when it is first used, which spares a second of work.
        """
        if not folder.is_dir():
            raise NotADirectoryError(folder)
        faults: list[Fault] = []
        texts: dict[str, str] = {}
        phrases = cls(_environment(), texts)
        for path in sorted(folder.glob("*.yaml")):
            text = decoded(path.name, path.read_bytes(), faults)
            table = None if text is None else read_yaml(path.name, text, faults)
            for key, leaf in _leaves(path.name, path.stem, table, faults) if table else ():
                texts[key] = leaf.text
                try:
                    if not known_good:
                        phrases._template(key)
                except TemplateSyntaxError as reason:
                    line = leaf.line + reason.lineno - 1
                    faults.append(Fault(path.name, line, f"template '{key}': {reason.message}"))
        if faults:
            raise PhraseFaults(faults)
        return phrases

    def __call__(self, key: str, /, **values: object) -> str:
        """The phrase with its values, NFC, no white space at the ends of lines or of the text.

        KeyError for an unknown key; jinja2.UndefinedError when a value the template needs is not given.
        """
        text = nfc(self._template(key).render(values))
        return "\n".join(line.rstrip() for line in text.split("\n")).rstrip()

    def keys(self) -> frozenset[str]:
        """All keys, e.g. ``quiz.right``."""
        return frozenset(self._texts)

    def variables(self, key: str) -> frozenset[str]:
        """The names of the values the phrase may use; KeyError for an unknown key."""
        return frozenset(meta.find_undeclared_variables(self._environment.parse(self._texts[key])))

    def _template(self, key: str) -> Template:
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = self._environment.from_string(self._texts[key])
        return template


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
