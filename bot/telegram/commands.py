"""What the bot tells Telegram about itself: the command menu, and where updates are to be posted."""

from aiogram import Bot
from aiogram.methods import DeleteWebhook, SetMyCommands, SetWebhook
from aiogram.types import BotCommand

from bot.telegram.hearing import ALLOWED
from bot.telegram.options import WebhookOptions
from content.phrases import Phrases

# Latin letters only: core.telegram.org/bots/api#botcommand. Every word can be typed as well.
COMMANDS = {
    "start": "telegram.menu.start",
    "menu": "telegram.menu.menu",
    "quydinh": "telegram.menu.quydinh",
    "timkiem": "telegram.menu.timkiem",
    "tracnghiem": "telegram.menu.tracnghiem",
    "ketqua": "telegram.menu.ketqua",
    "tamdung": "telegram.menu.tamdung",
    "tieptuc": "telegram.menu.tieptuc",
    "nghiphep": "telegram.menu.nghiphep",
    "dulieu": "telegram.menu.dulieu",
    "trogiup": "telegram.menu.trogiup",
    "thongke": "telegram.menu.thongke",
    "chuathamgia": "telegram.menu.chuathamgia",
    "nhacnhe": "telegram.menu.nhacnhe",
    "chude": "telegram.menu.chude",
    "nghi": "telegram.menu.nghi",
    "uyquyen": "telegram.menu.uyquyen",
    "xuhuong": "telegram.menu.xuhuong",
    "baocao": "telegram.menu.baocao",
}


async def set_commands(bot: Bot, phrases: Phrases) -> None:
    """Show the commands in everybody's menu. CallFailed when Telegram does not take them."""
    commands = [BotCommand(command=command, description=phrases(key)) for command, key in COMMANDS.items()]
    await bot(SetMyCommands(commands=commands))


async def set_webhook(bot: Bot, webhook: WebhookOptions) -> None:
    """Have updates posted to us. Waiting ones are kept: `drop_pending_updates` would lose answers."""
    await bot(
        SetWebhook(
            url=webhook.address,
            secret_token=webhook.secret.get_secret_value(),
            max_connections=webhook.max_connections,
            allowed_updates=list(ALLOWED),
        )
    )


async def remove_webhook(bot: Bot) -> None:
    """Back to polling, keeping the updates that wait. For the operator's command alone: never by itself,

    since the webhook may be that of the installation which really serves this bot.
    """
    await bot(DeleteWebhook(drop_pending_updates=False))
