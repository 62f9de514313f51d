"""Telegram for the front door: opened only when a token is given, and what to tell the operator when it is not well."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import SecretStr

from app.opening import CannotOpen, OpenHouse
from bot import filing
from bot.conversation.talk import House
from bot.pictures import developed
from bot.sharing import Share, Shared, shared
from bot.troubles import CallFailed, DoorClosed

log = logging.getLogger(__name__)

REMEDIES = {
    "telegram.closed.token": "Telegram refuses the bot token: check telegram_token with @BotFather, and telegram_api",
    "telegram.closed.server": "the Bot API server does not serve this bot: check telegram_api and the server's version",
    "telegram.closed.secret": "telegram_webhook_secret must be 1-256 characters of A-Z, a-z, 0-9, _ and -",
    "telegram.closed.address": "telegram_webhook must be an https address with a path that does not hold the token",
}


def remedy(closed: DoorClosed) -> str:
    """What the operator should do about a closed door."""
    return REMEDIES.get(closed.key, str(closed))


async def open_telegram(house: OpenHouse, wake: Callable[[], None], desk: House | None = None) -> Any:
    """The Telegram door, with files that go out and cards to share when it is to serve a desk. Raises `CannotOpen`.

    Imported here, because aiogram costs seconds and 140 MB.
    """
    from bot.telegram.door import open_door
    from bot.telegram.options import Options, WebhookOptions
    from bot.telegram.supplies import NOTHING, Supplies

    settings = house.settings
    webhook = None
    if settings.telegram_webhook and settings.telegram_webhook_secret:
        webhook = WebhookOptions(settings.telegram_webhook, settings.telegram_webhook_secret)
    options = Options(
        token=settings.telegram_token or SecretStr(""),
        api_url=settings.telegram_api,
        webhook=webhook,
        rate=settings.telegram_rate,
    )
    supplies = Supplies(_loader(house), _sharer(house, desk)) if desk else NOTHING
    try:
        return await open_door(options, house.database, house.clock, house.phrases, wake, supplies=supplies)
    except DoorClosed as closed:
        raise CannotOpen(remedy(closed)) from None


def _loader(house: OpenHouse) -> Callable[[int, str], Awaitable[bytes | None]]:
    async def load(account_id: int, token: str) -> bytes | None:
        kept = await house.database.run(filing.kept_for, account_id, token, house.clock())
        ready = await developed(kept) if kept else None
        return ready.body if ready else None

    return load


def _sharer(house: OpenHouse, desk: House) -> Share:
    async def share(address: str, typed: str) -> list[Shared] | None:
        return await house.database.run(shared, desk, "telegram", address, typed, house.clock())

    return share


async def ask_telegram(door: Any) -> str:
    """The bot's user name; empty when Telegram cannot be reached now. Raises `CannotOpen` for a token it refuses."""
    try:
        return str(await door.check())
    except DoorClosed as closed:
        await door.close()
        raise CannotOpen(remedy(closed)) from None
    except CallFailed as failed:
        log.warning("Telegram cannot be reached now (%s); going on without it until it can", failed.trouble.kind)
        return ""


async def hear_telegram(door: Any) -> None:
    """Telegram until cancelled. A door only the operator can open again leaves the other doors open."""
    try:
        await door.run()
    except DoorClosed as closed:
        log.critical("Telegram is closed until it is mended and nep restarted: %s", remedy(closed))


def bot_number(token: SecretStr | None) -> str:
    """The public part of a bot token: names the bot, opens nothing."""
    return token.get_secret_value().split(":", 1)[0] if token else ""
