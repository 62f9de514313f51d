"""Methods that change or answer what is already there."""

from typing import Any

from tests.botapi.calls import Request, answers
from tests.botapi.chats import Chat
from tests.botapi.limits import CALLBACK_ANSWER, check_markup, check_text, formatted
from tests.botapi.refusing import bad_request
from tests.botapi.world import Answered

DELETABLE_FOR = 48 * 3600
SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_LATE = "query is too old and response timeout expired or query ID is invalid"


def own_message(request: Request, verb: str) -> tuple[Chat, dict[str, Any]]:
    """The bot's message that is to be changed."""
    chat = request.chat()
    message = chat.messages.get(int(request.params.get("message_id") or 0))
    if message is None:
        raise bad_request(f"message to {verb} not found")
    if message["from"] != request.world.bot:
        raise bad_request(f"message can't be {verb}ed" if verb == "edit" else "message can't be deleted")
    return chat, message


def change(request: Request, content: dict[str, Any], source: str) -> dict[str, Any]:
    """Give a message new content; without reply_markup the keyboard goes away, as it really does."""
    chat, message = own_message(request, "edit")
    check_markup(request.params.get("reply_markup"))
    markup = request.params.get("reply_markup") or {}
    kept = {key: value for key, value in message.items() if key not in ("reply_markup", *content)}
    changed = {**kept, **{key: value for key, value in content.items() if value not in (None, [])}}
    if markup.get("inline_keyboard"):
        changed["reply_markup"] = markup
    if changed == message:
        raise bad_request(SAME)
    changed["edit_date"] = request.world.clock.unix()
    return request.show(chat, changed, source)


@answers("editMessageText")
def edit_message_text(request: Request) -> Any:
    """A new text, and a new keyboard or none."""
    text, entities = formatted(request.params)
    check_text(str(request.params.get("text") or ""), text)
    return change(request, {"text": text, "entities": entities}, request.params["text"])


@answers("editMessageReplyMarkup")
def edit_message_reply_markup(request: Request) -> Any:
    """A new keyboard or none."""
    chat, message = own_message(request, "edit")
    return change(request, {}, chat.sources.get(message["message_id"], ""))


@answers("deleteMessage")
def delete_message(request: Request) -> bool:
    """An own message younger than 48 hours."""
    chat, message = own_message(request, "delete")
    if request.world.clock.now() - message["date"] > DELETABLE_FOR:
        raise bad_request("message can't be deleted")
    del chat.messages[message["message_id"]]
    chat.changes += 1
    return True


@answers("answerCallbackQuery")
def answer_callback_query(request: Request) -> bool:
    """Stop the button's clock, perhaps with a short text."""
    text = str(request.params.get("text") or "")
    if len(text) > CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query_id = str(request.params["callback_query_id"])
    user_id, tapped_at = request.world.queries.get(query_id, (0, float("-inf")))
    if request.world.clock.now() - tapped_at > request.world.callback_window:
        raise bad_request(TOO_LATE)
    request.world.answers.append(Answered(query_id, user_id, text, bool(request.params.get("show_alert"))))
    return True
