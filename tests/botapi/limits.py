"""Lengths and counts, by the figures that python-telegram-bot publishes as constants."""

from typing import Any

from telegram import constants

from tests.botapi.markup import parse_html
from tests.botapi.refusing import bad_request

TEXT = int(constants.MessageLimit.MAX_TEXT_LENGTH)
CAPTION = int(constants.MessageLimit.CAPTION_LENGTH)
ENTITIES = int(constants.MessageLimit.MESSAGE_ENTITIES)
CALLBACK_DATA = int(constants.InlineKeyboardButtonLimit.MAX_CALLBACK_DATA)
BUTTONS = int(constants.InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER)
BUTTONS_PER_ROW = int(constants.InlineKeyboardMarkupLimit.BUTTONS_PER_ROW)
CALLBACK_ANSWER = int(constants.CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)
PLACEHOLDER = int(constants.ReplyLimit.MAX_INPUT_FIELD_PLACEHOLDER)
COMMANDS = int(constants.BotCommandLimit.MAX_COMMAND_NUMBER)
COMMAND = int(constants.BotCommandLimit.MAX_COMMAND)
COMMAND_DESCRIPTION = int(constants.BotCommandLimit.MAX_DESCRIPTION)
INLINE_RESULTS = int(constants.InlineQueryLimit.RESULTS)
INLINE_ID = int(constants.InlineQueryResultLimit.MAX_ID_LENGTH)
INLINE_BUTTON = int(constants.InlineQueryResultsButtonLimit.MAX_START_PARAMETER_LENGTH)
SECRET = int(constants.WebhookLimit.MAX_SECRET_TOKEN_LENGTH)

Entities = list[dict[str, Any]]


def formatted(params: dict[str, Any], field: str = "text", entities: str = "entities") -> tuple[str, Entities]:
    """Text and entities as they will be shown: parsed, and trimmed as Telegram trims."""
    source = str(params.get(field) or "")
    mode = str(params.get("parse_mode") or "").lower()
    if mode == "html":
        text, found = parse_html(source)
    elif mode:
        raise bad_request("unsupported parse_mode")  # Markdown is real, but no part of the product writes it
    else:
        text, found = source, list(params.get(entities) or [])
    lead = len(text) - len(text.lstrip())
    kept = [{**one, "offset": max(0, one["offset"] - lead)} for one in found]
    return text.strip(), kept[:ENTITIES]


def check_text(source: str, text: str) -> None:
    """A message's text, counted in code points after entity parsing."""
    if not source.strip():
        raise bad_request("message text is empty")
    if not text:
        raise bad_request("text must be non-empty")
    if len(text) > TEXT:
        raise bad_request("message is too long")


def check_caption(text: str) -> None:
    """A caption may be empty, but is shorter than a text."""
    if len(text) > CAPTION:
        raise bad_request("message caption is too long")


def check_markup(markup: dict[str, Any] | None) -> None:
    """Keyboards: how many buttons, what they carry."""
    if not markup:
        return
    rows = markup.get("inline_keyboard")
    if rows is None:
        if len(markup.get("input_field_placeholder") or "") > PLACEHOLDER:
            raise bad_request("reply markup is too long: input_field_placeholder")
        return
    if sum(map(len, rows)) > BUTTONS or any(len(row) > BUTTONS_PER_ROW for row in rows):
        raise bad_request("reply markup is too long")
    for button in [button for row in rows for button in row]:
        check_button(button)


def check_button(button: dict[str, Any]) -> None:
    """An inline button has a text and does exactly one thing."""
    if not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: text must be non-empty")
    actions = [key for key, value in button.items() if key not in LOOKS and value is not None]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"can't parse inline keyboard button: more than one of {', '.join(sorted(actions))}")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")


LOOKS = frozenset({"text", "style", "icon_custom_emoji_id", "disabled"})
