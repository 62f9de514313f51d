"""Moodle GIFT read as questions: choice questions and true/false are taken, other kinds are named and left out.

Changed on the way in: markup becomes plain text, true/false two options, a missing word a line in the stem, a share of
the mark below the largest counts as wrong. Not kept, and said: feedback of single options beyond the one that becomes
the explanation, tags and categories of elsewhere. A question's number and title in Moodle are not kept.
"""

from collections.abc import Iterator
from dataclasses import replace

from content.fields import CODE, CODE_LENGTH
from content.loading.checks.checking import check, in_order
from content.loading.checks.names import Names
from content.loading.checks.stems import codes_by_stem
from content.loading.drafts import OPTIONS, QUESTION, FileRefused, Flaw, Known, RawEntry, Reading
from content.loading.gate.bounds import CONTENT
from content.loading.text.gift_blocks import Block, blocks
from content.loading.text.gift_question import Choice, NoChoice, Unclosed, parse
from content.phrases import Phrases

FORMAT = "gift"
TAGGED = ("kind", "difficulty", "source", "article", "card", "track", "verified")  # carried as ``[tag:kind:…]``
LONGEST = 20_000  # characters of a block that are looked at


def read_gift(text: str, known: Known, phrases: Phrases) -> Reading:
    """The questions of a GIFT file. What is no choice question is a warning and counts among `rows` and `faulty`."""
    reader = GiftReader(known, phrases)
    for number, block in enumerate(blocks(text), 1):
        if number > CONTENT.rows:
            raise FileRefused("refused.too_many_entries", limit=CONTENT.rows)
        reader.read(block)
    reading = check(FORMAT, reader.entries, known, reader.flaws, partial=True)
    return replace(
        reading,
        rows=reading.rows + reader.left_out,
        faulty=reading.faulty + reader.left_out,
        warnings=in_order([*reading.warnings, *reader.warnings, *reader.losses()]),
    )


class GiftReader:
    """Gathers the entries of one file, and what is said about them."""

    def __init__(self, known: Known, phrases: Phrases) -> None:
        self._topics, self._stems, self._known = Names(known.topics), codes_by_stem(known), known
        self._truths = phrases("exchange.true"), phrases("exchange.false")
        self._kinds = {
            "essay": phrases("exchange.kind.essay"),
            "numerical": phrases("exchange.kind.numerical"),
            "matching": phrases("exchange.kind.matching"),
            "short": phrases("exchange.kind.short"),
            "description": phrases("exchange.kind.description"),
        }
        self._strange: dict[str, None] = {}
        self._feedbacks = self._tags = 0
        self.entries: list[RawEntry] = []
        self.flaws: list[Flaw] = []
        self.warnings: list[Flaw] = []
        self.left_out = 0

    def read(self, block: Block) -> None:
        """One block: an entry, a flaw or a warning."""
        if sum(map(len, block.lines)) > LONGEST:
            self.flaws.append(Flaw("exchange.flaw.too_long", block.row, values={"limit": LONGEST}))
            return
        try:
            question = parse(block.lines)
        except Unclosed:
            self.flaws.append(Flaw("exchange.flaw.braces", block.row))
            return
        if isinstance(question, NoChoice):
            kind = self._kinds[question.kind]
            self.warnings.append(Flaw("exchange.warning.kind", block.row, values={"kind": kind}))
            self.left_out += 1
            return
        self._keep(block, question)

    def losses(self) -> Iterator[Flaw]:
        """What the file held and a question has no place for, said once."""
        if self._feedbacks:
            yield Flaw("exchange.warning.feedbacks", values={"count": self._feedbacks})
        if self._tags:
            yield Flaw("exchange.warning.tags", values={"count": self._tags})
        for name in self._strange:
            yield Flaw("exchange.warning.category", values={"name": name})

    def _keep(self, block: Block, question: Choice) -> None:
        texts, right = _shown(question, self._truths)
        if question.pictured:
            self.flaws.append(Flaw("exchange.flaw.picture", block.row))
        if len(texts) > len(OPTIONS):
            self.flaws.append(Flaw("exchange.flaw.many_options", block.row, values={"count": len(texts)}))
        if any(option.weight > 0 for number, option in enumerate(question.options, 1) if number not in right):
            self.warnings.append(Flaw("exchange.warning.partly_right", block.row))
        fields = dict(zip(OPTIONS, texts, strict=False)) | self._carried(block)
        fields |= {
            "code": self._code(block, question),
            "stem": question.stem,
            "topic": self._topic(block.category),
            "right": "; ".join(map(str, right)),
            "explanation": self._explanation(question),
        }
        rows = {name: block.row + option.at for name, option in zip(OPTIONS, question.options, strict=False)}
        entry = {name: text for name, text in fields.items() if text}
        self.entries.append(RawEntry(QUESTION, block.row, entry, {name: row for name, row in rows.items()}))

    def _code(self, block: Block, question: Choice) -> str:
        """Its id; or a title that is a code rather than a heading; or that of the same question in the house."""
        for code in (block.code, question.title if _codelike(question.title, self._known) else ""):
            if code and len(code) <= CODE_LENGTH and CODE.fullmatch(code):
                return code
        return self._stems(question.stem)

    def _topic(self, category: tuple[str, ...]) -> str:
        """The topic a category or one above it names; a category of other names is told of once."""
        for name in reversed(category):
            if len(codes := self._topics.find(name)) == 1:
                return next(iter(codes))
        if category and category != ("top",):
            self._strange[category[-1][:60]] = None
        return ""

    def _carried(self, block: Block) -> dict[str, str]:
        fields = {}
        for tag in block.tags:
            name, _, value = tag.partition(":")
            if name in TAGGED and name not in fields:
                fields[name] = value.strip()
            else:
                self._tags += 1
        return fields

    def _explanation(self, question: Choice) -> str:
        """The general feedback; without one, the feedback of a right option."""
        rights = [question.options[number - 1].feedback for number in question.right]
        first = next((text for text in (*rights, *question.feedbacks) if text), "")
        self._feedbacks += any(text != (question.general or first) for text in question.feedbacks)
        return question.general or first


def _shown(question: Choice, truths: tuple[str, str]) -> tuple[list[str], tuple[int, ...]]:
    """The options and the numbers of the right ones; true and false become two options."""
    if question.truth is not None:
        return list(truths), (1,) if question.truth else (2,)
    return [option.text for option in question.options], question.right


def _codelike(title: str, known: Known) -> bool:
    """``GT-C12`` is a code and so is what the house knows; ``Q2`` may be anybody's second question."""
    return title in known.stems or ("-" in title and any(letter.isdigit() for letter in title))
