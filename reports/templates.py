"""Templates: builds the Word files a report is filled into, laid out as Decree 30/2020/NĐ-CP, Appendix I, says.

Run ``python -m reports.templates`` after changing content/templates/bao-cao.yaml. The files are ordinary Word files.
"""

from pathlib import Path
from typing import Any

import yaml
from docx import Document

from reports.letterhead import SHIPPED, TEMPLATES
from reports.paper import BODY, Paper

SOURCE = TEMPLATES / "bao-cao.yaml"
RIGHT = {SHIPPED["state"]: "state", SHIPPED["party"]: "other"}  # file → whose head stands on the right

Words = dict[str, Any]


def build(words: Words, right: str) -> Any:
    """One template as a python-docx document."""
    paper = Paper(Document())
    paper.page()
    _head(paper, words, words[right]["right"])
    _title(paper, words)
    for block in words["body"]:
        _block(paper, block)
    _foot(paper, words)
    for annex in words["annexes"]:
        paper.new_section()
        paper.line(annex["name"], 14, "bold", align="center")
        paper.line(annex["title"], 14, "bold", align="center")
        paper.line(words["attached"], 13, "italic", align="center", after=6)
        for block in annex["blocks"]:
            _block(paper, block)
    return paper.document


def _head(paper: Paper, words: Words, right: list[Words]) -> None:
    """Agencies on the left, motto on the right, each with its line; number and place side by side below."""
    ((left, motto), (number, place)) = paper.columns((72, 93), rows=2)
    paper.line(words["superior"], 12, align="center", into=left)
    paper.line(words["agency"], 12, "bold", align="center", into=left)
    paper.rule(left, width=72, length=25)
    for line in right:
        paper.line(line["text"], line["size"], "bold", align="center", into=motto)
        if "line" in line:
            paper.rule(motto, width=93, length=line["line"])
    paper.line(words["number"], 13, align="center", into=number, before=6)
    paper.line(words["place"], 13, "italic", align="center", into=place, before=6)


def _title(paper: Paper, words: Words) -> None:
    paper.line(words["type"], 14, "bold", align="center", before=18)
    paper.line(words["subject"], 14, "bold", align="center")
    paper.rule(None, width=165, length=60)


def _foot(paper: Paper, words: Words) -> None:
    """Who receives it, in small letters on the left; who signs on the right, with room for a signature."""
    (((left, right),)) = paper.columns((82, 83), rows=1)
    recipients = words["recipients"]
    paper.line(recipients["label"], 12, "bold italic", into=left)
    paper.line("{%p for " + recipients["loop"] + " %}", 11, into=left)
    paper.line(recipients["line"], 11, into=left)
    paper.line("{%p endfor %}", 11, into=left)
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
    for name, right in RIGHT.items():
        build(read_words(), right).save(str(folder / name))


if __name__ == "__main__":
    write_templates()
