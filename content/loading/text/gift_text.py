"""Text as GIFT writes it: escaped signs, ``[html]`` and its like before a text, markup turned into plain text.

The dialect is that of Moodle's own exporter and of its documentation of the format (docs.moodle.org, GIFT format).
Everything here takes time in proportion to the text, whatever is in it.
"""

import html
import re

from content.cells import spaced
from content.fold import nfc

SIGNS = "\\:#={}~"
# Each escaped sign becomes a control character while the text is taken apart; files never hold controls themselves.
HELD = {f"\\{sign}": chr(number) for number, sign in enumerate(SIGNS, 1)} | {"\\n": "\x08"}
RELEASED = str.maketrans({held: "\n" if written == "\\n" else written[1] for written, held in HELD.items()})

HTML, MOODLE, PLAIN, MARKDOWN = "html", "moodle", "plain", "markdown"
FORMATS = (HTML, MOODLE, PLAIN, MARKDOWN)
MARKED_UP = (HTML, MOODLE)  # Moodle's own "auto-format" is HTML with line breaks

TAG = re.compile(r"<!--|<(/?)([A-Za-z][A-Za-z0-9]{0,15})\b[^<>]*>")
REFERENCE = re.compile(r"&#[xX]?[0-9A-Fa-f]{9,}")  # longer than any character's number
BREAKING = frozenset(
    ("p", "br", "div", "li", "ul", "ol", "tr", "td", "th", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre")
)
PICTURING = frozenset(("img", "picture", "svg", "object", "embed", "video", "audio", "iframe", "canvas", "source"))
SILENT = frozenset(("script", "style", "title"))


def hold(text: str) -> str:
    """The text with every escaped sign out of the way, so that those left mean what GIFT means by them."""
    for written, held in HELD.items():  # the backslash itself comes first: ``\\\\n`` is a backslash and an n
        text = text.replace(written, held)
    return text


def release(text: str) -> str:
    """The signs back as themselves."""
    return text.translate(RELEASED)


def escape(text: str) -> str:
    """A text fit to be written into GIFT on one line."""
    for sign in SIGNS:
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def with_format(text: str, default: str) -> tuple[str, str]:
    """A held text without its ``[format]``, and the format it is in."""
    text = text.strip()
    if text.startswith("["):
        name, closed, _ = text[1:12].partition("]")
        if closed and name in FORMATS:
            return text[len(name) + 2 :], name
    return text, default


def plain(text: str, default: str = MOODLE) -> tuple[str, bool]:
    """A held text as people read it, NFC, with single spaces; and whether it shows a picture or plays something."""
    text, format = with_format(text, default)
    text = release(text)
    if format in MARKED_UP:
        text, pictured = without_markup(text)
    else:
        pictured = format == MARKDOWN and "![" in text
    return spaced(nfc(text)), pictured


def without_markup(text: str) -> tuple[str, bool]:
    """HTML as plain text: breaks become spaces, references letters; and whether there was a picture."""
    kept: list[str] = []
    pictured, silent, at = False, "", 0
    for tag in TAG.finditer(text):
        if tag.start() < at:
            continue
        if not silent:
            kept.append(text[at : tag.start()])
        at = tag.end()
        if tag[2] is None:  # a comment
            end = text.find("-->", at)
            at = len(text) if end < 0 else end + 3
            continue
        name = tag[2].lower()
        pictured |= name in PICTURING
        if name in BREAKING:
            kept.append(" ")
        if name in SILENT:
            silent = "" if tag[1] else silent or name
    if not silent:
        kept.append(text[at:])
    return html.unescape(REFERENCE.sub("", "".join(kept))), pictured
