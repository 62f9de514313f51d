"""Reading a YAML file laid out like those of the library: sources, cards and questions, with lines for every flaw."""

from collections.abc import Iterator

from content.faults import Fault
from content.loading.checks.checking import check
from content.loading.checks.entry import QUOTED
from content.loading.drafts import CARD, OPTIONS, QUESTION, SOURCE, Flaw, Known, RawEntry, Reading
from content.loading.excel.columns import BY_KIND
from content.reading import Series, Table, Text, Tree, read_yaml

YAML = "yaml"
SECTIONS = {"questions": QUESTION, "cards": CARD, "sources": SOURCE}
PRODUCT = ("topics", "tracks")  # what classifies content comes with the product
FLAWS = {
    "syntax": "loading.flaw.yaml.syntax",
    "shape": "loading.flaw.yaml.shape",
    "deep": "loading.flaw.yaml.deep",
    "alias": "loading.flaw.yaml.alias",
    "anchor": "loading.flaw.yaml.anchor",
    "tag": "loading.flaw.yaml.tag",
    "key": "loading.flaw.yaml.key",
    "key_twice": "loading.flaw.yaml.key_twice",
}


def read_yaml_file(text: str, known: Known) -> Reading:
    """What the sections of the text hold, with the words of the library files (``kind: situation``, ``right: [2]``)."""
    faults: list[Fault] = []
    table = read_yaml("", text, faults)
    flaws = [_flaw(fault) for fault in faults]
    entries = [] if table is None else list(_sections(table, flaws))
    if not entries and not flaws:
        flaws.append(Flaw("loading.flaw.nothing"))
    return check(YAML, entries, known, flaws)


def _flaw(fault: Fault) -> Flaw:
    return Flaw(FLAWS[fault.reason], fault.line, values={"named": fault.named[:QUOTED]})


def _sections(table: Table, flaws: list[Flaw]) -> Iterator[RawEntry]:
    for name, listed in table.entries.items():
        if name not in SECTIONS:
            key = "loading.flaw.yaml.product_section" if name in PRODUCT else "loading.flaw.yaml.unknown_section"
            flaws.append(Flaw(key, table.lines[name], values={"name": name[:QUOTED]}))
        elif isinstance(listed, Series):
            yield from _entries(SECTIONS[name], listed, flaws)
        elif not isinstance(listed, Text) or listed.text.strip():  # a section left empty is no fault
            flaws.append(Flaw("loading.flaw.yaml.not_a_list", table.lines[name], name))


def _entries(kind: str, listed: Series, flaws: list[Flaw]) -> Iterator[RawEntry]:
    for tree in listed.entries:
        if isinstance(tree, Table):
            yield _entry(kind, tree, flaws)
        else:
            flaws.append(Flaw("loading.flaw.yaml.not_an_entry", tree.line))


def _entry(kind: str, table: Table, flaws: list[Flaw]) -> RawEntry:
    """One entry; what cannot be taken for any field is a flaw on a line of the entry, which is then no draft."""
    fields: dict[str, str] = {}
    rows = dict(table.lines)
    allowed = {column.name for column in BY_KIND[kind].columns} - set(OPTIONS)
    for name, tree in table.entries.items():
        if kind == QUESTION and name == "options":
            _options(tree, fields, rows, flaws)
        elif name not in allowed:
            flaws.append(Flaw("loading.flaw.yaml.unknown_field", rows[name], name[:QUOTED]))
        elif isinstance(tree, Text):
            fields[name] = tree.text
        elif name == "right" and isinstance(tree, Series):
            fields[name] = "; ".join(_plain(tree, name, rows[name], flaws))
        else:
            flaws.append(Flaw("loading.flaw.yaml.not_plain", rows[name], name))
    return RawEntry(kind, table.line, {name: text for name, text in fields.items() if text.strip()}, rows)


def _options(tree: Tree, fields: dict[str, str], rows: dict[str, int], flaws: list[Flaw]) -> None:
    row = rows["options"]
    if not isinstance(tree, Series):
        flaws.append(Flaw("loading.flaw.yaml.not_a_list", row, "options"))
        return
    texts = _plain(tree, "options", row, flaws)
    if len(texts) > len(OPTIONS):
        flaws.append(Flaw("loading.flaw.many_options", row, "options", values={"count": len(texts)}))
    fields |= dict(zip(OPTIONS, texts, strict=False))
    rows |= {name: entry.line for name, entry in zip(OPTIONS, tree.entries, strict=False)}


def _plain(series: Series, name: str, row: int, flaws: list[Flaw]) -> list[str]:
    """The texts of a list; anything else in it makes one flaw."""
    texts = [entry.text for entry in series.entries if isinstance(entry, Text)]
    if len(texts) < len(series.entries):
        flaws.append(Flaw("loading.flaw.yaml.not_plain", row, name))
    return texts
