"""Telegram's HTML: the few tags it knows, turned into text and entities, with its own words for every mistake.

Follows the order of checks in TDLib's parser; offsets in messages are bytes, offsets in entities UTF-16 units.
"""

import re
from dataclasses import dataclass
from typing import Any

from tests.botapi.refusing import Refusal, bad_request

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
CHARACTER = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));?")
NAME = re.compile(r"[^\s>]*")
ATTRIBUTE = re.compile(r"[^\s=>]*")
TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
SPACE = re.compile(r"\s*")


@dataclass
class Open:
    """A start tag that waits for its end."""

    tag: str
    attributes: dict[str, str]
    start: int


def utf16(text: str) -> int:
    """Length as entities count it."""
    return len(text.encode("utf-16-le")) // 2


def unescape(text: str) -> str:
    """The four named and all numeric characters; anything else stays as it is written."""

    def plain(match: re.Match[str]) -> str:
        named, decimal, hexadecimal = match.groups()
        code = int(decimal) if decimal else int(hexadecimal or "0", 16)
        return NAMED[named] if named else chr(code) if 0 < code <= 0x10FFFF else match.group()

    return CHARACTER.sub(plain, text)


def skip_space(source: str, place: int) -> int:
    """The next place that is not white space."""
    return SPACE.match(source, place).end()  # type: ignore[union-attr]  # matches nothing at the least


def mistake(source: str, at: int, words: str) -> Refusal:
    """A parsing refusal that names the byte offset."""
    return bad_request(f"can't parse entities: {words} at byte offset {len(source[:at].encode())}")


def read_value(source: str, place: int) -> tuple[str, int]:
    """An attribute's value, quoted or a name token, and where it ends."""
    quote = source[place]
    if quote in "\"'":
        end = source.find(quote, place + 1)
        end = len(source) if end < 0 else end
        return unescape(source[place + 1 : end]), end + 1
    end = TOKEN.match(source, place).end()  # type: ignore[union-attr]  # matches nothing at the least
    if source[end : end + 1] != ">" and not source[end : end + 1].isspace():
        raise mistake(source, place, "Unexpected end of name token")
    return source[place:end].lower(), end


def read_attribute(source: str, at: int, tag: str, place: int) -> tuple[str, str, int]:
    """One attribute at `place` of the tag that starts at `at`: name, value, where it ends."""
    name = ATTRIBUTE.match(source, place).group()  # type: ignore[union-attr]  # matches nothing at the least
    if not name:
        raise mistake(source, at, f'Empty attribute name in the tag "{tag}"')
    place = skip_space(source, place + len(name))
    if source[place : place + 1] != "=":
        if (tag, name) == ("blockquote", "expandable"):
            return name, "", place
        raise mistake(source, at, f'Expected equal sign in declaration of an attribute of the tag "{tag}"')
    place = skip_space(source, place + 1)
    if place >= len(source):
        raise mistake(source, at, f'Unclosed start tag "{tag}"')
    value, place = read_value(source, place)
    return name, value, place


def read_start(source: str, at: int) -> tuple[str, dict[str, str], int]:
    """The tag that starts at `at`: its name, its attributes and where the text goes on."""
    name = NAME.match(source, at + 1).group()  # type: ignore[union-attr]  # matches nothing at the least
    tag = name.lower()
    place = at + 1 + len(name)
    if place >= len(source):
        raise mistake(source, at, "Unclosed start tag")
    if tag not in KINDS:
        raise mistake(source, at, f'Unsupported start tag "{tag}"')
    attributes: dict[str, str] = {}
    while source[(place := skip_space(source, place)) : place + 1] != ">":
        if place >= len(source):
            raise mistake(source, at, "Unclosed start tag")
        attribute, value, place = read_attribute(source, at, tag, place)
        attributes[attribute] = value
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise mistake(source, at, 'Tag "span" must have class "tg-spoiler"')
    return tag, attributes, place + 1


def read_end(source: str, at: int, waiting: list[Open]) -> tuple[Open, int]:
    """The end tag at `at`: what it closes and where the text goes on."""
    if not waiting:
        raise mistake(source, at, "Unexpected end tag")
    found = NAME.match(source, at + 2).group().lower()  # type: ignore[union-attr]  # matches nothing at the least
    end = skip_space(source, at + 2 + len(found))
    if source[end : end + 1] != ">":
        raise mistake(source, at, "Unclosed end tag")
    opened = waiting.pop()
    if found and found != opened.tag:
        where = len(source[:at].encode())
        raise bad_request(
            f"can't parse entities: Unmatched end tag at byte offset {where}, "
            f'expected "</{opened.tag}>", found "</{found}>"'
        )
    return opened, end + 1


def entity(opened: Open, length: int) -> dict[str, Any] | None:
    """The entity of a finished tag, or None where Telegram makes none."""
    made: dict[str, Any] = {"type": KINDS[opened.tag], "offset": opened.start, "length": length}
    if opened.tag == "a":
        if not opened.attributes.get("href"):
            return None
        made["url"] = opened.attributes["href"]
    elif opened.tag == "tg-emoji":
        made["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
    elif opened.tag == "code" and opened.attributes.get("class", "").startswith("language-"):
        made["language"] = opened.attributes["class"].removeprefix("language-")
    elif opened.tag == "blockquote" and "expandable" in opened.attributes:
        made["type"] = "expandable_blockquote"
    return made if length else None


def merge_code(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A code entity that fills a pre gives it its language; anywhere else a language means nothing."""
    places = {(one["offset"], one["length"]): one for one in entities if one["type"] == "pre"}
    kept = []
    for one in entities:
        around = places.get((one["offset"], one["length"])) if one["type"] == "code" else None
        language = one.pop("language", None) if one["type"] == "code" else None
        if around is not None and language:
            around["language"] = language
        else:
            kept.append(one)
    return sorted(kept, key=lambda one: (one["offset"], -one["length"]))


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities of an HTML message; refuses with Telegram's words what Telegram refuses."""
    pieces: list[str] = []
    written = place = 0
    waiting: list[Open] = []
    entities: list[dict[str, Any]] = []
    while place < len(source):
        until = source.find("<", place)
        run = unescape(source[place : until if until >= 0 else len(source)])
        pieces.append(run)
        written += utf16(run)
        if until < 0:
            break
        if source.startswith("</", until):
            opened, place = read_end(source, until, waiting)
            made = entity(opened, written - opened.start)
            entities += [made] if made else []
        else:
            tag, attributes, place = read_start(source, until)
            waiting.append(Open(tag, attributes, written))
    if waiting:
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{waiting[-1].tag}\"")
    return "".join(pieces), merge_code(entities)
