"""Messages as `message/cs` takes them: words alone, words with buttons, words with a picture."""

from typing import Any

from bot.zalo.oa.hearing import payload
from bot.zalo.render import TEXT_LIMIT, Rendered
from bot.zalo.splitting import units

TAP = "oa.query.hide"  # the payload comes back as a text that does not stand in the chat


class Unrenderable(Exception):
    """A message that an Official Account cannot carry; the text says why."""


def words(text: str) -> dict[str, Any]:
    """Words alone."""
    if not text.strip():
        raise Unrenderable("no text")
    if units(text) > TEXT_LIMIT:
        raise Unrenderable(f"too long: {units(text)} characters, at most {TEXT_LIMIT}")
    return {"text": text}


def with_buttons(rendered: Rendered, token: str, template_type: str) -> dict[str, Any]:
    """Words, and a button for each number that stands in them. Without titles: words alone."""
    message = words(rendered.text)
    if rendered.titles:
        buttons = [
            {"title": title, "type": TAP, "payload": payload(token, number)}
            for number, title in enumerate(rendered.titles, 1)
        ]
        kind = {"template_type": template_type} if template_type else {}
        message["attachment"] = {"type": "template", "payload": {**kind, "buttons": buttons}}
    return message


def with_picture(text: str, attachment_id: str) -> dict[str, Any]:
    """Words and a picture put up before; no page shows buttons beside a picture, so numbers are typed."""
    element = {"media_type": "image", "attachment_id": attachment_id}
    shown = {"type": "template", "payload": {"template_type": "media", "elements": [element]}}
    return {**words(text), "attachment": shown}
