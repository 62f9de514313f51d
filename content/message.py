"""A message is a value: text, numbered choices, at most one file; each channel renders it in its own way.

Every choice has a number, so that it can be typed wherever there are no buttons.
"""

import json
from dataclasses import dataclass, replace

CAPTION = 1000  # Telegram shows at most 1,024 characters under a document


@dataclass(frozen=True, slots=True)
class Choice:
    """One numbered choice. `action` says what choosing it means, e.g. ``answer:51:2`` or ``say:menu``."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A kept file that goes with a message: its token names it in links, `name` is what the reader saves it as.

    One with an `alt` is a picture: `alt` says in words what it shows, for whoever or whatever cannot show it.
    """

    token: str
    name: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """Text first, then the numbered choices, then the closing line. All text is Unicode NFC.

    A message with a `file` is short (`CAPTION` characters in all): platforms show it under the file.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    closing: str = ""
    inline: bool = False  # short choices stand on one line instead of one line each
    file: Attachment | None = None

    def __hash__(self) -> int:
        """By the text alone, whose hash Python keeps: messages stand in caches that are asked for each send."""
        return hash(self.text)

    def plain(self) -> str:
        """The message as text alone: what a channel without buttons shows and what people count."""
        numbered = [f"{number}. {choice.label}" for number, choice in enumerate(self.choices, 1)]
        listing = ("   " if self.inline else "\n").join(numbered)
        return "\n".join(part for part in (self.text, listing, self.closing) if part)

    def in_words(self) -> "Message":
        """The same without its picture, which `alt` stands in for; a message without a picture stays as it is."""
        if self.file is None or not self.file.alt:
            return self
        return replace(self, text=f"{self.text}\n\n{self.file.alt}", file=None)

    def dumps(self) -> str:
        """JSON text for the outbox row."""
        body: dict[str, object] = {
            "text": self.text,
            "choices": [[choice.label, choice.action] for choice in self.choices],
            "closing": self.closing,
            "inline": self.inline,
        }
        if self.file:
            body["file"] = [self.file.token, self.file.name, *([self.file.alt] if self.file.alt else [])]
        return json.dumps(body, ensure_ascii=False)

    @classmethod
    def loads(cls, body: str) -> "Message":
        """The message an outbox row holds."""
        raw = json.loads(body)
        return cls(
            text=raw["text"],
            choices=tuple(Choice(label, action) for label, action in raw["choices"]),
            closing=raw["closing"],
            inline=raw["inline"],
            file=Attachment(*raw["file"]) if "file" in raw else None,
        )
