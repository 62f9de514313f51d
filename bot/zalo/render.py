"""A message as Zalo shows it: numbered lines for the Bot Platform, the same with buttons for an Official Account.

Plain text on both: legal texts are full of signs that markup would swallow.
"""

import unicodedata
from dataclasses import dataclass

from bot.shown import Shown
from bot.zalo.splitting import parts, units
from content.message import Message

TEXT_LIMIT = 2000  # sendMessage and /v3.0/oa/message/cs; counted in UTF-16 units, the stricter reading of "characters"
PART_LIMIT = 1900  # what one text of ours has at most: how the platform counts is not documented
MOST_BUTTONS = 5  # one more and an Official Account refuses the whole message


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text, and the titles of its buttons: the numbers of the choices, which stand in the text. None when too many."""

    text: str
    titles: tuple[str, ...] = ()


def render_bot(message: Message) -> list[str]:
    """For the Bot Platform, which has no buttons: people type the number. A long text goes out in parts."""
    return [clean(part) for part in parts(message.in_words(), PART_LIMIT)]


def render_oa(message: Message) -> Rendered:
    """For an Official Account: up to five buttons; more choices than that are typed."""
    titles = tuple(str(number) for number, _ in enumerate(message.choices, 1))
    return Rendered(clean(message.in_words().plain()), titles if len(titles) <= MOST_BUTTONS else ())


def shown_bot(message: Message) -> Shown:
    """What the Bot Platform shows."""
    texts = render_bot(message)
    in_parts = ("preview.in_parts",) if len(texts) > 1 else ()
    return _shown(message, Rendered("\n\n".join(texts)), in_parts)


def shown_oa(message: Message) -> Shown:
    """What an Official Account shows."""
    rendered = render_oa(message)
    too_long = ("preview.too_long",) if units(rendered.text) > TEXT_LIMIT else ()
    left_out = ("preview.buttons_left_out",) if message.choices and not rendered.titles else ()
    return _shown(message, rendered, (*too_long, *left_out))


def _shown(message: Message, rendered: Rendered, misfits: tuple[str, ...]) -> Shown:
    no_file = ("preview.file_as_link",) if message.in_words().file else ()
    return Shown(rendered.text, rendered.titles, units(rendered.text), TEXT_LIMIT, (*misfits, *no_file))


def clean(text: str) -> str:
    """NFC, and nothing that JSON cannot hold."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\x00", "")
    return unicodedata.normalize("NFC", whole)
