"""Two calls in raw form: what Telegram adds to its answers tomorrow must not stop us today.

aiogram's own getUpdates refuses a whole batch for one update of an unknown kind, and its own sendMessage
takes a message that did arrive for a failure when a new field in the answer does not parse.
"""

from typing import Any

from aiogram.methods import TelegramMethod


class GetUpdates(TelegramMethod[list[Any]]):
    """core.telegram.org/bots/api#getupdates; an offset confirms everything below it, whatever became of it."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = 100
    timeout: int = 50
    allowed_updates: list[str]


class SendText(TelegramMethod[dict[str, Any]]):
    """core.telegram.org/bots/api#sendmessage without a parse mode and without link previews."""

    __returning__ = dict[str, Any]
    __api_method__ = "sendMessage"

    chat_id: int
    text: str
    reply_markup: dict[str, Any] | None = None
    link_preview_options: dict[str, bool] = {"is_disabled": True}  # noqa: RUF012  # pydantic copies defaults
