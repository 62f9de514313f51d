"""One block of GIFT as the choice question it is, or what it is instead."""

import re
from dataclasses import dataclass, field

from content.loading.text.gift_text import MOODLE, hold, plain, release, with_format

BLANK = "_____"  # where the missing word goes, as in Moodle
GENERAL = "####"
PIECE = re.compile(r"([=~])([^=~]*)")
WEIGHT = re.compile(r"\s{0,9}%(-?[0-9]{1,3}(?:\.[0-9]{0,9})?)%")
TRUE, FALSE = frozenset({"T", "TRUE"}), frozenset({"F", "FALSE"})


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. `weight`: per cent of the mark; `at`: lines below the first of the block."""

    text: str
    weight: float
    feedback: str
    at: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice question as GIFT has it. `truth` is set instead of options where it asks whether something is true."""

    title: str
    stem: str
    options: tuple[Option, ...] = ()
    truth: bool | None = None
    general: str = ""
    feedbacks: tuple[str, ...] = ()
    pictured: bool = False
    single: bool = False

    @property
    def right(self) -> tuple[int, ...]:
        """Numbers of the right options: those for the full mark, or where none gets it, all that get some."""
        full = tuple(number for number, option in enumerate(self.options, 1) if option.weight >= 100)
        return full or tuple(number for number, option in enumerate(self.options, 1) if option.weight > 0)


@dataclass(frozen=True, slots=True)
class NoChoice:
    """A question that offers no choice; `kind` names it: essay, numerical, matching, short, description."""

    kind: str
    title: str = ""
    values: dict[str, object] = field(default_factory=dict)


class Unclosed(Exception):
    """The braces around the answers do not pair."""


def parse(lines: tuple[str, ...]) -> Choice | NoChoice:
    """The question of a block. Raises Unclosed."""
    text = hold("\n".join(lines).rstrip())
    title, body = _titled(text.lstrip())
    offset = text.count("\n", 0, len(text) - len(body))
    opens, closes = body.find("{"), body.find("}")
    if opens < 0 and closes < 0:
        return NoChoice("description", title)
    if opens < 0 or closes < opens:
        raise Unclosed
    offset += body.count("\n", 0, opens + 1)
    after = body[closes + 1 :]
    written = f"{body[:opens]}{BLANK}{after}" if after.strip() else body[:opens]
    return _answered(title, written, body[opens + 1 : closes], offset)


def _titled(text: str) -> tuple[str, str]:
    if not text.startswith("::"):
        return "", text
    name, closed, rest = text[2:].partition("::")
    return (release(name).strip(), rest) if closed else ("", text)


def _answered(title: str, written: str, answers: str, offset: int) -> Choice | NoChoice:
    _, format = with_format(written, MOODLE)
    stem, pictured = plain(written)
    at = answers.rfind(GENERAL)
    general, pictured_there = plain(answers[at + len(GENERAL) :], format) if at >= 0 else ("", False)
    answers = answers[:at] if at >= 0 else answers
    pictured |= pictured_there
    bare = answers.strip()
    if bare.startswith("#"):
        return NoChoice("numerical", title)
    if "~" in bare:
        options, pictured_in_options = _options(answers, format, offset)
        feedbacks = tuple(option.feedback for option in options if option.feedback)
        single = any(piece[1] == "=" for piece in PIECE.finditer(answers))
        return Choice(title, stem, options, None, general, feedbacks, pictured or pictured_in_options, single)
    if not bare:
        return NoChoice("essay", title)
    word, *feedbacks_written = bare.split("#", 2)
    if word.strip().upper() in TRUE | FALSE:
        feedbacks = tuple(text for one in feedbacks_written if (text := plain(one, format)[0]))
        return Choice(title, stem, (), word.strip().upper() in TRUE, general, feedbacks, pictured)
    return NoChoice("matching" if "->" in bare else "short", title)


def _options(answers: str, format: str, offset: int) -> tuple[tuple[Option, ...], bool]:
    """The options of an answer section. A tilde with nothing before an equals sign is one sign with it."""
    options: list[Option] = []
    pictured, line, seen = False, offset, 0
    for piece in PIECE.finditer(answers):
        line, seen = line + answers.count("\n", seen, piece.start()), piece.start()
        sign, written = piece[1], piece[2]
        if sign == "~" and not written.strip() and answers[piece.end() : piece.end() + 1] == "=":
            continue
        weight = 100.0 if sign == "=" else 0.0
        if found := WEIGHT.match(written):
            weight, written = float(found[1]), written[found.end() :]
        answer, _, feedback = written.partition("#")
        text, pictured_here = plain(answer, format)
        options.append(Option(text, weight, plain(feedback, format)[0], line))
        pictured |= pictured_here
    return tuple(options), pictured
