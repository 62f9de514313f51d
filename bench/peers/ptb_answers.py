"""The quiz in python-telegram-bot and SQLModel: handlers, and the custom webhook of its own examples (Starlette).

``python -m bench.peers.ptb_answers STORE API PORT`` prints its address once it serves. Updates are handled one after
the other, as the library does by default: with more in flight its HTTP pool gets slower.
"""

import asyncio
import sys
import time
from typing import Any

import uvicorn
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bench.office import SECRET, TOKEN
from bench.peers.book import Said, opened, tapped, typed


def engine_of(context: ContextTypes.DEFAULT_TYPE) -> Engine:
    """The store, as the application keeps it."""
    engine: Engine = context.bot_data["engine"]
    return engine


async def on_tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A button under a question."""
    query, chat = update.callback_query, update.effective_chat
    if query and chat:
        said = tapped(engine_of(context), query.from_user.id, query.data or "", time.time())
        await query.answer("Đã nhận")
        await chat.send_message(said.text, reply_markup=keyboard(said))


async def on_text(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A number or letter typed."""
    if update.message and update.effective_user:
        said = typed(engine_of(context), update.effective_user.id, update.message.text or "", time.time())
        await update.message.reply_text(said.text, reply_markup=keyboard(said))


def keyboard(said: Said) -> InlineKeyboardMarkup | None:
    """The buttons, all on one row."""
    row = [InlineKeyboardButton(label, callback_data=data) for label, data in said.buttons]
    return InlineKeyboardMarkup([row]) if row else None


async def serve(store: str, api: str, port: int) -> None:
    """Serve until killed."""
    application: Application[Any, Any, Any, Any, Any, Any] = (
        Application.builder().token(TOKEN).base_url(f"{api}/bot").updater(None).build()
    )
    application.bot_data["engine"] = opened(store)
    application.add_handler(CallbackQueryHandler(on_tap, pattern="^answer:"))
    application.add_handler(MessageHandler(filters.TEXT, on_text))

    async def telegram(request: Request) -> Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != SECRET:
            return Response(status_code=401)
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return Response()

    pages = Starlette(routes=[Route("/telegram", telegram, methods=["POST"])])
    config = uvicorn.Config(pages, host="127.0.0.1", port=port, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    async with application:
        await application.start()
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  # uvicorn offers nothing to wait for
            await asyncio.sleep(0.01)
        sys.stdout.write(f"http://127.0.0.1:{port}/telegram\n")
        sys.stdout.flush()
        await serving
        await application.stop()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
