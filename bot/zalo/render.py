"""A message as Zalo shows it: numbered lines for the Bot Platform, the same with buttons for an Official Account.

Plain text on both: legal texts are full of signs that markup would swallow.
"""

import unicodedata
from dataclasses import dataclass

from bot.shown import Shown
from content.message import Message

TEXT_LIMIT = 2000  # sendMessage and /v3.0/oa/message/cs; counted in UTF-16 units, the stricter reading of "characters"
MOST_BUTTONS = 5  # one more and an Official Account refuses the whole message


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text, and the titles of its buttons: the numbers of the choices, which stand in the text. None when too many."""

    text: str
    titles: tuple[str, ...] = ()


def render_bot(message: Message) -> Rendered:
    """For the Bot Platform, which has no buttons: people type the number."""
    return Rendered(clean(message.in_words().plain()))


def render_oa(message: Message) -> Rendered:
    """For an Official Account: up to five buttons; more choices than that are typed."""
    titles = tuple(str(number) for number, _ in enumerate(message.choices, 1))
    return Rendered(clean(message.in_words().plain()), titles if len(titles) <= MOST_BUTTONS else ())


def shown_bot(message: Message) -> Shown:
    """What the Bot Platform shows."""
    return _shown(message, render_bot(message))


def shown_oa(message: Message) -> Shown:
    """What an Official Account shows."""
    rendered = render_oa(message)
    left_out = ("preview.buttons_left_out",) if message.choices and not rendered.titles else ()
    return _shown(message, rendered, left_out)


def units(text: str) -> int:
    """The length in UTF-16 units: a sign outside the basic plane counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _shown(message: Message, rendered: Rendered, misfits: tuple[str, ...] = ()) -> Shown:
    length = units(rendered.text)
    too_long = ("preview.too_long",) if length > TEXT_LIMIT else ()
    no_file = ("preview.file_as_link",) if message.in_words().file else ()
    return Shown(rendered.text, rendered.titles, length, TEXT_LIMIT, (*too_long, *misfits, *no_file))


def clean(text: str) -> str:
    """NFC, and nothing that JSON cannot hold."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\x00", "")
    return unicodedata.normalize("NFC", whole)
