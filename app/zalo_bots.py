"""Zalo bots for the front door: opened only where tokens are given, and what to tell the operator of an unwell one."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from app.opening import CannotOpen, OpenHouse
from app.settings import Settings
from bot.links import download
from bot.troubles import CallFailed, DoorClosed
from bot.zalo.bots.options import Link, Options, WebhookOptions, channel_of
from bot.zalo.bots.parcels import LINK_MINUTES

log = logging.getLogger(__name__)

REMEDIES = {
    "zalobot.closed.token": "Zalo refuses a bot token: check zalo_bot_tokens with Zalo Bot Creator, and zalo_bot_api",
    "zalobot.closed.server": "zalo_bot_api does not lead to the Zalo Bot Platform: check the address",
    "zalobot.closed.secret": "zalo_bot_webhook_secret must be 8-256 characters of A-Z, a-z, 0-9, _ and -",
    "zalobot.closed.address": "zalo_bot_webhook must be an https address that Zalo can reach, without a token in it",
}


def remedy(closed: DoorClosed) -> str:
    """What the operator should do about a closed door."""
    return REMEDIES.get(closed.key, str(closed))


def channels(settings: Settings) -> list[str]:
    """The channel of every bot, in the order of the tokens."""
    return [channel_of(token) for token in settings.zalo_bot_tokens]


def open_zalo_bots(house: OpenHouse, wake: Callable[[], None]) -> list[Any]:
    """A door for every token. Raises `CannotOpen`.

    Imported here, because the HTTP client costs a quarter of a second.
    """
    from bot.zalo.bots.door import ZaloBotDoor

    try:
        return [
            ZaloBotDoor(_options(house.settings, token), house.database, house.clock, house.phrases, wake, _link(house))
            for token in house.settings.zalo_bot_tokens
        ]
    except DoorClosed as closed:
        raise CannotOpen(remedy(closed)) from None


def _options(settings: Settings, token: SecretStr) -> Options:
    webhook = None
    if settings.zalo_bot_webhook and settings.zalo_bot_webhook_secret:
        webhook = WebhookOptions(settings.zalo_bot_webhook, settings.zalo_bot_webhook_secret)
    return Options(token, settings.zalo_bot_api, webhook, rest_seconds=settings.zalo_bot_rest_seconds)


def _link(house: OpenHouse) -> Link:
    def link(account_id: int, token: str) -> str:
        ends_at = house.clock() + timedelta(minutes=LINK_MINUTES)
        return download(house.settings.public_url, house.settings.code_secret, token, account_id, ends_at)

    return link


async def ask_zalo_bot(door: Any) -> str:
    """The bot's name; empty when Zalo cannot be reached now. Raises `CannotOpen` for a token it refuses."""
    try:
        return str(await door.check())
    except DoorClosed as closed:
        await door.close()
        raise CannotOpen(remedy(closed)) from None
    except CallFailed as failed:
        log.warning("%s cannot be reached now (%s); going on without it until it can", door.name, failed.trouble.kind)
        return ""


async def hear_zalo_bot(door: Any) -> None:
    """One bot until cancelled. A door only the operator can open again leaves the other doors open."""
    try:
        await door.run()
    except DoorClosed as closed:
        log.critical("%s is closed until it is mended and nep restarted: %s", door.name, remedy(closed))
