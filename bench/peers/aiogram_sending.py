"""Sending in aiogram as documented: ``send_message`` in a loop, several at once; nothing is written down.

``python -m bench.peers.aiogram_sending API FIRST COUNT`` waits for a line, sends, and says so.
"""

import asyncio
import sys
from collections.abc import Iterator

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bench.office import OPTIONS, QUESTION, TOKEN

AT_ONCE = 100


async def send_all(api: str, first: int, count: int) -> None:
    """One message to every chat."""
    bot, chats = (
        Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api))),
        iter(range(first, first + count)),
    )
    async with bot.session, asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(_loop(bot, chats))


async def _loop(bot: Bot, chats: Iterator[int]) -> None:
    for chat_id in chats:
        row = [
            InlineKeyboardButton(text=str(number), callback_data=f"answer:{chat_id}:{number}")
            for number, _ in enumerate(OPTIONS, 1)
        ]
        await bot.send_message(chat_id, QUESTION, reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]))


if __name__ == "__main__":
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    asyncio.run(send_all(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    print("sent", flush=True)  # noqa: T201
    sys.stdin.readline()
