"""What the chat page shows of a message: text, numbered choices to press, closing line; as long as it takes."""

from bot.shown import Shown
from content.message import Message


def shown(message: Message) -> Shown:
    """The page draws the choices as buttons that carry their numbers."""
    text = message.plain()
    buttons = tuple(f"{number}. {choice.label}" for number, choice in enumerate(message.choices, 1))
    return Shown(text, buttons, len(text), 0)
