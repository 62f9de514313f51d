"""A message is a value: text and numbered choices; each channel renders it in its own way.

Every choice has a number, so that it can be typed wherever there are no buttons.
"""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One numbered choice. `action` says what choosing it means, e.g. ``answer:51:2`` or ``say:menu``."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class Message:
    """Text first, then the numbered choices, then the closing line. All text is Unicode NFC."""

    text: str
    choices: tuple[Choice, ...] = ()
    closing: str = ""
    inline: bool = False  # short choices stand on one line instead of one line each

    def plain(self) -> str:
        """The message as text alone: what a channel without buttons shows and what people count."""
        numbered = [f"{number}. {choice.label}" for number, choice in enumerate(self.choices, 1)]
        listing = ("   " if self.inline else "\n").join(numbered)
        return "\n".join(part for part in (self.text, listing, self.closing) if part)

    def dumps(self) -> str:
        """JSON text for the outbox row."""
        return json.dumps(
            {
                "text": self.text,
                "choices": [[choice.label, choice.action] for choice in self.choices],
                "closing": self.closing,
                "inline": self.inline,
            },
            ensure_ascii=False,
        )

    @classmethod
    def loads(cls, body: str) -> "Message":
        """The message an outbox row holds."""
        raw = json.loads(body)
        return cls(
            text=raw["text"],
            choices=tuple(Choice(label, action) for label, action in raw["choices"]),
            closing=raw["closing"],
            inline=raw["inline"],
        )
