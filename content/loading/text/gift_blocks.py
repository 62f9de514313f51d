"""A GIFT file taken apart: blocks between blank lines, each with its category, its comments and what these carry."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CATEGORY = "$CATEGORY:"
COMMENT = "//"
TOP = re.compile(r"\$[a-z]{1,20}\$")  # ``$course$``, ``$module$``: where in Moodle the categories begin


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `lines` are those of the question, comments left empty in place; `row` is the line of the first.

    `code` is its ``[id:…]``, `tags` are its ``[tag:…]``s, `category` the names from the top down.
    """

    row: int
    lines: tuple[str, ...]
    code: str
    tags: tuple[str, ...]
    category: tuple[str, ...]


def blocks(text: str) -> Iterator[Block]:
    """The blocks that hold a question, or something in the place of one."""
    category: tuple[str, ...] = ()
    for first, lines in _between_blanks(text.split("\n")):
        comments = [line.strip() for line in lines if line.strip().startswith(COMMENT)]
        kept = ["" if line.strip().startswith(COMMENT) else line for line in lines]
        for at, line in enumerate(kept):
            if line.strip().startswith(CATEGORY):
                category = names_of(line.strip()[len(CATEGORY) :])
                kept[at] = ""
        started = next((at for at, line in enumerate(kept) if line.strip()), None)
        if started is not None:
            codes = marked(comments, "id")
            tags = tuple(marked(comments, "tag"))
            yield Block(first + started, tuple(kept[started:]), codes[0] if codes else "", tags, category)


def names_of(path: str) -> tuple[str, ...]:
    """``$course$/top/A//B/C`` → ``top``, ``A/B``, ``C``: a doubled slash belongs to a name."""
    names = [name.replace("\0", "/").strip() for name in path.replace("//", "\0").split("/")]
    return tuple(name for name in names if name and not TOP.fullmatch(name))


def marked(comments: list[str], word: str) -> list[str]:
    """What comment lines carry as ``[word:…]``; a bracket within is escaped, as Moodle's exporter does."""
    found = []
    for comment in comments:
        at = comment.find(f"[{word}:")
        while at >= 0:
            start = at + len(word) + 2
            end = comment.find("]", start)
            while end > 0 and comment[end - 1] == "\\":
                end = comment.find("]", end + 1)
            if end < 0:
                break
            found.append(comment[start:end].replace("\\]", "]").strip())
            at = comment.find(f"[{word}:", end)
    return found


def _between_blanks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines without a blank one, each with the number of its first."""
    run: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            run.append(line)
        elif run:
            yield number - len(run), run
            run = []
