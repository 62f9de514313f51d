"""Questions written as Moodle GIFT, the way Moodle's own exporter writes them; nothing a question has is left out.

Topic → category, code → name and ``[id:…]``, explanation → general feedback, the rest → ``[tag:name:value]``.
"""

from collections.abc import Iterator, Sequence

from content.loading.drafts import QuestionDraft
from content.loading.text.gift_text import PLAIN, escape

TOP = "$course$/top"
SHARES = {1: "100", 2: "50", 3: "33.33333"}  # what each of so many right options is worth, in Moodle's own figures
WRONG = "-100"  # so that choosing everything is not right
UNSAFE = ("<", "&")  # Moodle would take these for markup


def write_gift(questions: Sequence[QuestionDraft]) -> str:
    """A GIFT file with these questions in their order; `read_gift` gives the same questions again."""
    written: list[str] = []
    topic = ""
    for number, question in enumerate(questions, 1):
        if question.topic != topic:
            topic = question.topic
            written.append(_category(f"{TOP}/{topic.replace('/', '//')}" if topic else TOP))
        written.append("\n".join(_lines(number, question)))
    return "\n\n".join(written)


def _category(path: str) -> str:
    return f"// question: 0  name: Switch category to {path}\n$CATEGORY: {path}\n"


def _lines(number: int, question: QuestionDraft) -> Iterator[str]:
    format = f"[{PLAIN}]" if any(sign in text for text in _texts(question) for sign in UNSAFE) else ""
    yield f"// question: {number}  name: {question.code}"
    yield "// " + " ".join([f"[id:{_bracketed(question.code)}]", *_tags(question)])
    yield f"::{escape(question.code)}::{_text(question.stem, format)}{{"
    for place, option in enumerate(question.options, 1):
        yield f"\t{_sign(place in question.right, len(question.right))}{_text(option)}"
    if question.explanation:
        yield f"\t####{_text(question.explanation)}"
    yield "}\n"


def _texts(question: QuestionDraft) -> tuple[str, ...]:
    return (question.stem, *question.options, question.explanation)


def _text(text: str, format: str = "") -> str:
    """A text escaped; one that begins like a format or a weight is given the format first."""
    if not format and text.startswith(("[", "%")):
        format = f"[{PLAIN}]"
    return format + escape(text)


def _sign(right: bool, rights: int) -> str:
    if rights == 1:
        return "=" if right else "~"
    return f"~%{SHARES.get(rights, '25') if right else WRONG}%"


def _tags(question: QuestionDraft) -> Iterator[str]:
    values = {
        "kind": question.kind,
        "difficulty": str(question.difficulty or ""),
        "source": question.source,
        "article": question.article,
        "card": question.card,
        "track": question.track,
        "verified": question.verified,
    }
    for name, value in values.items():
        if value:
            yield f"[tag:{name}:{_bracketed(value)}]"


def _bracketed(text: str) -> str:
    return text.replace("]", "\\]")
