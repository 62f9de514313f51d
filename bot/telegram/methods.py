"""Calls in raw form: what Telegram adds to its answers tomorrow must not stop us today.

aiogram's own getUpdates refuses a whole batch for one update of an unknown kind, and its own sendMessage
takes a message that did arrive for a failure when a new field in the answer does not parse.
"""

from typing import Any

from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile


class GetUpdates(TelegramMethod[list[Any]]):
    """core.telegram.org/bots/api#getupdates; an offset confirms everything below it, whatever became of it."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = 100
    timeout: int = 50
    allowed_updates: list[str]


class SendFile(TelegramMethod[dict[str, Any]]):
    """core.telegram.org/bots/api#senddocument with a caption that has no parse mode."""

    __returning__ = dict[str, Any]
    __api_method__ = "sendDocument"

    chat_id: int
    document: BufferedInputFile
    caption: str
    reply_markup: dict[str, Any] | None = None


class SendPicture(TelegramMethod[dict[str, Any]]):
    """core.telegram.org/bots/api#sendphoto with a caption that has no parse mode; width plus height up to 10,000."""

    __returning__ = dict[str, Any]
    __api_method__ = "sendPhoto"

    chat_id: int
    photo: BufferedInputFile
    caption: str
    reply_markup: dict[str, Any] | None = None

    def as_file(self) -> SendFile:
        """The same as a document, which may have any size."""
        return SendFile(chat_id=self.chat_id, document=self.photo, caption=self.caption, reply_markup=self.reply_markup)


class GetFile(TelegramMethod[dict[str, Any]]):
    """core.telegram.org/bots/api#getfile; files up to 20 MB, the path is good for an hour."""

    __returning__ = dict[str, Any]
    __api_method__ = "getFile"

    file_id: str


class AnswerInline(TelegramMethod[bool]):
    """core.telegram.org/bots/api#answerinlinequery; answers are for one person and kept by Telegram for a moment."""

    __returning__ = bool
    __api_method__ = "answerInlineQuery"

    inline_query_id: str
    results: list[dict[str, Any]]
    cache_time: int
    is_personal: bool = True
    button: dict[str, str] | None = None
