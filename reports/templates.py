"""Templates: builds the Word files a report is filled into, laid out as Decree 30/2020/NĐ-CP, Appendix I, says.

Party organisations follow Guidance 36-HD/VPTW of 2018 instead: larger letters, a star below the agency.

Run ``python -m reports.templates`` after changing content/templates/bao-cao.yaml. The files are ordinary Word files.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from docx import Document

from reports.letterhead import SHIPPED, TEMPLATES
from reports.paper import BODY, Paper

SOURCE = TEMPLATES / "bao-cao.yaml"
KINDS = {SHIPPED["state"]: "state", SHIPPED["party"]: "other"}  # file → whose it is

Words = dict[str, Any]


def build(words: Words, kind: str) -> Any:
    """One template as a python-docx document. `kind` says whose: of the state, or of others."""
    paper = Paper(Document())
    paper.page()
    _head(paper, words, words[kind])
    _title(paper, words, words[kind]["sizes"])
    for block in words["body"]:
        _block(paper, block)
    _foot(paper, words, words[kind]["sizes"])
    for annex in words["annexes"]:
        paper.new_section()
        paper.line(annex["name"], 14, "bold", align="center")
        paper.line(annex["title"], 14, "bold", align="center")
        paper.line(words["attached"], 13, "italic", align="center", after=6)
        for block in annex["blocks"]:
            _block(paper, block)
    return paper.document


def _head(paper: Paper, words: Words, kind: Words) -> None:
    """Agencies on the left, motto on the right, each with its line; number and place side by side below."""
    ((left, motto), (number, place)) = paper.columns((72, 93), rows=2)
    sizes = kind["sizes"]
    paper.line(words["superior"], sizes["agency"], align="center", into=left)
    paper.line(words["agency"], sizes["agency"], "bold", align="center", into=left)
    _below_agency(paper, left, kind.get("star"))
    for line in kind["right"]:
        paper.line(line["text"], line["size"], "bold", align="center", into=motto)
        if "line" in line:
            _where(paper, motto, line.get("if"), partial(paper.rule, motto, width=93, length=line["line"]))
    paper.line(words["number"], sizes["number"], align="center", into=number, before=6)
    paper.line(words["place"], sizes["number"], "italic", align="center", into=place, before=6)


def _below_agency(paper: Paper, into: Any, star: str | None) -> None:
    """A line; where the field is filled, as of the Party, a star."""
    if star:
        _where(paper, into, star, lambda: paper.line("*", 14, align="center", into=into))
    _where(paper, into, f"not {star}" if star else None, lambda: paper.rule(into, width=72, length=25))


def _where(paper: Paper, into: Any, condition: str | None, write: Callable[[], object]) -> None:
    """Written at once, or only in reports that fill a field."""
    if condition:
        paper.line(f"{{%p if {condition} %}}", 2, into=into)
    write()
    if condition:
        paper.line("{%p endif %}", 2, into=into)


def _title(paper: Paper, words: Words, sizes: Words) -> None:
    paper.line(words["type"], sizes["type"], "bold", align="center", before=18)
    paper.line(words["subject"], 14, "bold", align="center")
    paper.rule(None, width=165, length=50)


def _foot(paper: Paper, words: Words, sizes: Words) -> None:
    """Who receives it, in small letters on the left; who signs on the right, with room for a signature."""
    (((left, right),)) = paper.columns((82, 83), rows=1)
    recipients = words["recipients"]
    paper.line(recipients["label"], sizes["label"], "bold italic", into=left)
    paper.line("{%p for " + recipients["loop"] + " %}", sizes["recipients"], into=left)
    paper.line(recipients["line"], sizes["recipients"], into=left)
    paper.line("{%p endfor %}", sizes["recipients"], into=left)
    paper.line(words["signer"], 14, "bold", align="center", into=right)
    for _ in range(4):
        paper.line("", 14, into=right)


def _block(paper: Paper, block: Words) -> None:
    match next(iter(block)):
        case "chapter":
            paper.line(block["chapter"], BODY, "bold indent keep", align="both", before=6)
        case "section":
            paper.line(block["section"], BODY, "bold indent keep", align="both", before=6)
        case "text":
            paper.line(block["text"], BODY, "indent", align="both", before=6)
        case "caption":
            paper.line(block["caption"], 13, "italic keep", align="both", before=6, after=3)
        case "blank":
            for _ in range(block["blank"]):
                paper.dots()
        case "table":
            paper.table(block["table"], [tuple(column) for column in block["columns"]])


def read_words() -> Words:
    """What the templates say, from their YAML source."""
    words: Words = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return words


def write_templates(folder: Path = TEMPLATES) -> None:
    """Write every template that ships."""
    for name, kind in KINDS.items():
        build(read_words(), kind).save(str(folder / name))


if __name__ == "__main__":
    write_templates()
