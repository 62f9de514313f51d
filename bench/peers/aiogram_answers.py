"""The quiz in aiogram 3 and SQLModel: a router, a webhook on aiohttp as documented, the handler answers and sends.

``python -m bench.peers.aiogram_answers STORE API PORT`` prints its address once it serves.
"""

import asyncio
import sys
import time

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web
from sqlalchemy import Engine

from bench.office import SECRET, TOKEN
from bench.peers.book import Said, opened, tapped, typed

router = Router()


@router.callback_query(F.data.startswith("answer:"))
async def on_tap(callback: CallbackQuery, engine: Engine) -> None:
    """A button under a question."""
    said = tapped(engine, callback.from_user.id, callback.data or "", time.time())
    await callback.answer("Đã nhận")
    if isinstance(callback.message, Message):
        await callback.message.answer(said.text, reply_markup=keyboard(said))


@router.message(F.text)
async def on_text(message: Message, engine: Engine) -> None:
    """A number or letter typed."""
    if message.from_user:
        said = typed(engine, message.from_user.id, message.text or "", time.time())
        await message.answer(said.text, reply_markup=keyboard(said))


def keyboard(said: Said) -> InlineKeyboardMarkup | None:
    """The buttons, all on one row."""
    row = [InlineKeyboardButton(text=label, callback_data=data) for label, data in said.buttons]
    return InlineKeyboardMarkup(inline_keyboard=[row]) if row else None


async def serve(store: str, api: str, port: int) -> None:
    """Serve until killed."""
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher(engine=opened(store))
    dispatcher.include_router(router)
    application = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=SECRET).register(application, path="/telegram")
    setup_application(application, dispatcher, bot=bot)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write(f"http://127.0.0.1:{port}/telegram\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
