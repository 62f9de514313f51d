"""`content preview`: a question or card as each channel shows it, before anybody gets it."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from sqlmodel import Session

from app.commands.acting import Refused, carry_out
from app.commands.roster import House
from bot.shown import Shown
from content import previewing
from content.message import Message
from content.phrases import Phrases
from store.tables import CardVersion, QuestionVersion


class Channel(StrEnum):
    """Where a preview can be made for."""

    TELEGRAM = "telegram"
    WEB = "web"
    ZALO_BOT = "zalo-bot"
    ZALO_OA = "zalo-oa"


def add(group: typer.Typer, open_house: Callable[[], House]) -> None:
    """Hang the command onto the `content` group."""

    @group.command("preview")
    def preview(
        code: Annotated[str, typer.Argument(help="Of a question or card, current or draft.")],
        channel: Annotated[Channel | None, typer.Option("--channel", help="One channel instead of all.")] = None,
    ) -> None:
        """Show a question or card exactly as each channel will, with lengths and what does not fit."""
        house = open_house()
        raise typer.Exit(carry_out(house, lambda session, now: _preview(session, house.phrases, code, channel, now)))


def _preview(session: Session, phrases: Phrases, code: str, channel: Channel | None, now: datetime) -> list[str]:
    found = previewing.of_code(session, code)
    if not found:
        raise Refused(f"no question or card has the code {code}")
    return [line for version in found for line in _version(session, phrases, version, channel, now)]


def _version(
    session: Session,
    phrases: Phrases,
    version: CardVersion | QuestionVersion,
    channel: Channel | None,
    now: datetime,
) -> list[str]:
    state = "current" if version.current else "draft"
    lines: list[str] = []
    for form, message in previewing.messages(session, phrases, version, now).items():
        lines += [f"== {version.code}, version {version.version} ({state}): {form}", *_shown(phrases, message, channel)]
    return lines


def _shown(phrases: Phrases, message: Message, channel: Channel | None) -> list[str]:
    """Each text that any channel shows, with the channels that show it."""
    from app.wiring import PREVIEWS  # the doors, which no other command needs

    shows = {name: show(message) for name, show in PREVIEWS.items() if channel in (None, name)}
    lines: list[str] = []
    for text in dict.fromkeys(one.text for one in shows.values()):
        alike = {name: one for name, one in shows.items() if one.text == text}
        lines += ["", text, "", *(line for name, one in alike.items() for line in _told(phrases, name, one))]
    limits = {"soft": previewing.SOFT, "hard": previewing.HARD}
    return [*lines, *(f"   {phrases(key, **limits)}" for key in previewing.beyond(message)), ""]


def _told(phrases: Phrases, name: str, shown: Shown) -> list[str]:
    limit = f" of {shown.limit}" if shown.limit else ""
    buttons = " | ".join(shown.buttons) or "none"
    line = f"-- {name}: {shown.length}{limit} characters, buttons: {buttons}"
    return [line, *(f"   {phrases(key)}" for key in shown.misfits)]
