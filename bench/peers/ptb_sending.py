"""Sending in python-telegram-bot as documented, rate limiter off: one after the other, which is its fastest.

``python -m bench.peers.ptb_sending API FIRST COUNT`` waits for a line, sends, and says so.
"""

import asyncio
import sys

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bench.office import OPTIONS, QUESTION, TOKEN


async def send_all(api: str, first: int, count: int) -> None:
    """One message to every chat."""
    async with Bot(TOKEN, base_url=f"{api}/bot") as bot:
        for chat_id in range(first, first + count):
            row = [
                InlineKeyboardButton(str(number), callback_data=f"answer:{chat_id}:{number}")
                for number, _ in enumerate(OPTIONS, 1)
            ]
            await bot.send_message(chat_id, QUESTION, reply_markup=InlineKeyboardMarkup([row]))


if __name__ == "__main__":
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    asyncio.run(send_all(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    print("sent", flush=True)  # noqa: T201
    sys.stdin.readline()
