"""The invitation sheet: one page to print, a card per person, grouped by unit. It holds codes: keep it like keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import segno
from jinja2 import Environment, StrictUndefined

from content.phrases import Phrases
from participation.invitations import Issued, shown

TEMPLATE = Path(__file__).parent / "invitation_sheet.html"


@dataclass(frozen=True, slots=True)
class Doors:
    """How people can come in: the bot's user name on Telegram, the address of the chat page, whether Zalo is on."""

    bot_username: str | None = None
    public_url: str | None = None
    zalo: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: what to do, and a picture to scan."""

    text: str
    picture: str = ""  # SVG


@dataclass(frozen=True, slots=True)
class Card:
    """One person's card."""

    name: str
    title: str
    unit_name: str
    code: str
    ways: tuple[Way, ...]
    expires: str


def invitation_sheet(issued: Sequence[Issued], doors: Doors, phrases: Phrases) -> str:
    """The sheet as one self-contained HTML page, in the order of `issued`; people of one unit stand together."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    units = [
        (name, [_card(one, doors, phrases) for one in people])
        for (_, name), people in groupby(issued, key=lambda one: (one.unit_id, one.unit_name))
    ]
    return page.render(
        title=phrases("invitation.sheet.title"),
        head=phrases("invitation.sheet.head"),
        for_person=phrases("invitation.sheet.for_person"),
        code_label=phrases("invitation.sheet.code"),
        units=units,
    )


def telegram_link(bot_username: str, code: str) -> str:
    """The link that opens the bot and hands it the code."""
    return f"https://t.me/{quote(bot_username.removeprefix('@'))}?start={quote(code)}"


def web_link(public_url: str, code: str) -> str:
    """The link that opens the chat page with the code filled in."""
    return f"{public_url.rstrip('/')}/#code={quote(code)}"


def _card(one: Issued, doors: Doors, phrases: Phrases) -> Card:
    return Card(
        name=one.name,
        title=one.title,
        unit_name=one.unit_name,
        code=shown(one.code),
        ways=tuple(_ways(one, doors, phrases)) or (Way(phrases("invitation.sheet.no_channel")),),
        expires=phrases("invitation.sheet.expires", expires_at=one.expires_at),
    )


def _ways(one: Issued, doors: Doors, phrases: Phrases) -> Iterator[Way]:
    if doors.bot_username:
        text = phrases("invitation.sheet.telegram", bot=doors.bot_username.removeprefix("@"))
        yield Way(text, _picture(telegram_link(doors.bot_username, one.code), phrases("invitation.sheet.qr_telegram")))
    if doors.public_url:
        text = phrases("invitation.sheet.web", url=doors.public_url)
        yield Way(text, _picture(web_link(doors.public_url, one.code), phrases("invitation.sheet.qr_web")))
    if doors.zalo:
        yield Way(phrases("invitation.sheet.zalo"))


def _picture(link: str, title: str) -> str:
    # svg_inline escapes the title; the link is drawn, not written, so the template may take it as it is
    return segno.make(link, error="m", micro=False).svg_inline(title=title, omitsize=True)
