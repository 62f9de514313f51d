"""Aiken, the plainest format of Moodle: a stem, options by letter, ``ANSWER: B``; one right option and nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from content.cells import spaced
from content.fold import nfc
from content.loading.checks.checking import check
from content.loading.checks.key import letter
from content.loading.checks.stems import codes_by_stem
from content.loading.drafts import OPTIONS, QUESTION, FileRefused, Flaw, Known, QuestionDraft, RawEntry, Reading
from content.loading.gate.bounds import CONTENT

FORMAT = "aiken"
OPTION = re.compile(r"([A-Z])[.)](.*)", re.DOTALL)
ANSWER = re.compile(r"ANSWER\s{0,8}:(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Unfinished:
    """A question as far as it has been read. `row` is its first line; `rows` those of its options."""

    row: int = 0
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    out_of_order: bool = False


def read_aiken(text: str, known: Known) -> Reading:
    """The questions of an Aiken file. One whose stem the house holds already is that question, under its code."""
    reader = AikenReader(known)
    for row, line in enumerate(text.split("\n"), 1):
        reader.read(row, nfc(line.strip()))
    reader.finish()
    return check(FORMAT, reader.entries, known, reader.flaws, partial=True)


class AikenReader:
    """Gathers the entries of one file line by line."""

    def __init__(self, known: Known) -> None:
        self._code = codes_by_stem(known)
        self._now = Unfinished()
        self.entries: list[RawEntry] = []
        self.flaws: list[Flaw] = []

    def read(self, row: int, line: str) -> None:
        """The next line, without white space at its ends."""
        if not line:
            return
        if answer := ANSWER.fullmatch(line):
            self._answer(row, answer[1].strip())
        elif (option := OPTION.fullmatch(line)) and (self._now.options or option[1] == "A"):
            self._option(row, option[1], option[2].strip())
        else:
            self._stem(row, line)

    def finish(self) -> None:
        """A question without its answer at the end of the file is a flaw of its own."""
        if self._now.row:
            self.flaws.append(Flaw("exchange.flaw.no_answer", self._now.row))
        self._now = Unfinished()

    def _stem(self, row: int, line: str) -> None:
        if self._now.options:
            self.finish()
        self._now.row = self._now.row or row
        self._now.stem.append(line)

    def _option(self, row: int, written: str, text: str) -> None:
        now = self._now
        now.row = now.row or row
        expected = letter(len(now.options) + 1)
        if written != expected and not now.out_of_order:
            now.out_of_order = True
            values = {"value": written, "expected": expected}
            self.flaws.append(Flaw("exchange.flaw.letter", now.row, values=values))
        now.options.append(text)
        now.rows.append(row)

    def _answer(self, row: int, key: str) -> None:
        now, self._now = self._now, Unfinished()
        if len(self.entries) + len(self.flaws) >= CONTENT.rows:
            raise FileRefused("refused.too_many_entries", limit=CONTENT.rows)
        if not now.stem:
            self.flaws.append(Flaw("exchange.flaw.no_stem", now.row or row))
            return
        if len(now.options) > len(OPTIONS):
            self.flaws.append(Flaw("exchange.flaw.many_options", now.row, values={"count": len(now.options)}))
        stem = spaced(" ".join(now.stem))
        fields = {"code": self._code(stem), "stem": stem, "right": key}
        fields |= {name: spaced(option) for name, option in zip(OPTIONS, now.options, strict=False)}
        rows = dict(zip(OPTIONS, now.rows, strict=False)) | {"right": row}
        entry = {name: text for name, text in fields.items() if text}
        self.entries.append(RawEntry(QUESTION, now.row, entry, rows))


def write_aiken(questions: Sequence[QuestionDraft]) -> tuple[str, list[Flaw]]:
    """An Aiken file with these questions, and what it cannot carry: questions left out, and fields, said once."""
    written: list[str] = []
    left: list[Flaw] = []
    for question in questions:
        if len(question.right) != 1:
            left.append(Flaw("exchange.left.several_right", values={"code": question.code}))
        elif _misread(spaced(question.stem)):
            left.append(Flaw("exchange.left.misread", values={"code": question.code}))
        else:
            options = [f"{letter(place)}. {spaced(option)}" for place, option in enumerate(question.options, 1)]
            written.append("\n".join([spaced(question.stem), *options, f"ANSWER: {letter(question.right[0])}\n"]))
    if written:
        left.append(Flaw("exchange.left.fields"))
    return "\n".join(written), left


def _misread(stem: str) -> bool:
    """Whether a stem would be taken for an option or an answer."""
    option = OPTION.fullmatch(stem)
    return bool(ANSWER.fullmatch(stem)) or bool(option and option[1] == "A")
