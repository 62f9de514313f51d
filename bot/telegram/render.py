"""A message as Telegram shows it: plain text without a parse mode, and buttons that repeat the numbered choices.

Plain on purpose: nothing in a name or a text can turn into markup, and nothing needs escaping.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.shown import Shown
from bot.telegram.text import clean
from content.message import CAPTION, Message

TEXT_LIMIT = 4096  # characters after entity parsing, core.telegram.org/bots/api#sendmessage
BUTTON_LIMIT = 100
ROW_LIMIT = 8
SHORT = 24  # the longest label a button carries itself
ROW_WIDTH = 30  # characters of labels that share one row of a phone
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,56}", re.ASCII)  # with ":" and the number within the 64 bytes of callback_data

Label = tuple[int, str]


class Unrenderable(Exception):
    """A message that Telegram cannot carry; the text says why."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """`text` for sendMessage or under a document, and `reply_markup` as the Bot API wants it, or None."""

    text: str
    reply_markup: dict[str, Any] | None


def render(message: Message, token: str) -> Rendered:
    """The whole message with its choices; Unrenderable when it is too long or the token fits no button."""
    text, rows = _laid_out(message)
    if not rows:
        return Rendered(text, None)
    if not TOKEN.fullmatch(token):
        raise Unrenderable("the delivery token fits no button")
    buttons = [[{"text": label, "callback_data": f"{token}:{number}"} for number, label in row] for row in rows]
    return Rendered(text, {"inline_keyboard": buttons})


def _laid_out(message: Message) -> tuple[str, Sequence[Sequence[Label]]]:
    """The text, and rows of labels with their numbers."""
    text = clean(message.plain())
    if len(text) > limit_of(message):
        raise Unrenderable(f"too long: {len(text)} characters, at most {limit_of(message)}")
    return text, _rows([choice.label for choice in message.choices])


def limit_of(message: Message) -> int:
    """How many characters the text may have: fewer when it stands under a file."""
    return CAPTION if message.file else TEXT_LIMIT


def shown(message: Message) -> Shown:
    """What Telegram shows; the token stands for any."""
    try:
        rendered = render(message, "token")
    except Unrenderable:
        text = clean(message.plain())
        return Shown(text, (), len(text), limit_of(message), ("preview.too_long",))
    rows = rendered.reply_markup["inline_keyboard"] if rendered.reply_markup else []
    buttons = tuple(button["text"] for row in rows for button in row)
    cut = ("preview.buttons_left_out",) if len(message.choices) > BUTTON_LIMIT else ()
    return Shown(rendered.text, buttons, len(rendered.text), limit_of(message), cut)


def _rows(labels: Sequence[str]) -> list[list[Label]]:
    words = [" ".join(clean(label).split()) for label in labels[:BUTTON_LIMIT]]
    if any(not 0 < len(word) <= SHORT for word in words):
        words = [str(number) for number, _ in enumerate(words, 1)]
    rows: list[list[Label]] = []
    width = ROW_WIDTH + 1
    for number, word in enumerate(words, 1):
        width += len(word) + 2
        if width > ROW_WIDTH or len(rows[-1]) == ROW_LIMIT:
            rows.append([])
            width = len(word)
        rows[-1].append((number, word))
    return rows
