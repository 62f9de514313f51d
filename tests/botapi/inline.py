"""What an inline query was answered with, as the person sees it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Offer:
    """One line above the text field: choosing it puts `text` into the chat."""

    result_id: str
    title: str
    description: str
    text: str


@dataclass(frozen=True)
class InlineAnswer:
    """One answerInlineQuery; `button` is its text and start parameter, if there is one."""

    query_id: str
    user_id: int
    offers: list[Offer]
    button: tuple[str, str] | None
    cache_time: int
    is_personal: bool


def offer(result: dict[str, Any]) -> Offer:
    """An article as it is shown."""
    text = result["input_message_content"]["message_text"]
    return Offer(str(result["id"]), result["title"], result.get("description", ""), text)
