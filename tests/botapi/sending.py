"""Methods that make messages: texts, pictures, files."""

from typing import Any

from tests.botapi.calls import Request, answers
from tests.botapi.chats import Chat
from tests.botapi.limits import check_caption, check_markup, check_text, formatted
from tests.botapi.photos import dimensions
from tests.botapi.refusing import bad_request


def fresh(request: Request, chat: Chat, content: dict[str, Any]) -> dict[str, Any]:
    """A new message of the bot; reply keyboards are accepted but not part of a message."""
    markup = request.params.get("reply_markup")
    lay_keyboard(chat, markup or {})
    message = {
        "message_id": request.world.next_message_id(),
        "from": request.world.bot,
        "chat": chat.raw,
        "date": request.world.clock.unix(),
        **{key: value for key, value in content.items() if value not in (None, [], "")},
    }
    if markup and "inline_keyboard" in markup:
        message["reply_markup"] = markup
    if request.params.get("protect_content"):
        message["has_protected_content"] = True
    reply_to = (request.params.get("reply_parameters") or {}).get("message_id")
    if reply_to is not None and reply_to not in chat.messages:
        if not request.params["reply_parameters"].get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
    elif reply_to is not None:
        message["reply_to_message"] = {
            key: value for key, value in chat.messages[reply_to].items() if key != "reply_to_message"
        }
    return message


def lay_keyboard(chat: Chat, markup: dict[str, Any]) -> None:
    """Show or take away the keys below the text field, which belong to the chat and not to a message."""
    if "keyboard" in markup:
        chat.keyboard = [[str(key["text"]) for key in row] for row in markup["keyboard"]]
    elif markup.get("remove_keyboard"):
        chat.keyboard = []


def uploaded(request: Request, field: str) -> dict[str, Any]:
    """The file object for an upload, or for a file_id that was given before."""
    value = str(request.params[field])
    if value.startswith("attach://"):
        if value.removeprefix("attach://") not in request.files:
            raise bad_request("file attachment was not found in the request")
        name, content = request.files[value.removeprefix("attach://")]
        if not content:
            raise bad_request("file must be non-empty")
        return {**request.world.keep_file(name, content), "file_name": name}
    if value in request.world.files:
        name, content = request.world.files[value]
        return {"file_id": value, "file_unique_id": value[-12:], "file_size": len(content), "file_name": name}
    raise bad_request("wrong file identifier/HTTP URL specified")


@answers("sendMessage")
def send_message(request: Request) -> Any:
    """A text with an optional keyboard."""
    text, entities = formatted(request.params)
    check_text(request.params["text"], text)
    check_markup(request.params.get("reply_markup"))
    chat = request.chat()
    message = fresh(request, chat, {"text": text, "entities": entities})
    return request.show(chat, message, request.params["text"])


def captioned(request: Request) -> dict[str, Any]:
    """Caption and its entities, checked."""
    caption, entities = formatted(request.params, "caption", "caption_entities")
    check_caption(caption)
    check_markup(request.params.get("reply_markup"))
    return {"caption": caption, "caption_entities": entities}


@answers("sendDocument")
def send_document(request: Request) -> Any:
    """A file with an optional caption."""
    caption = captioned(request)
    chat = request.chat()
    message = fresh(request, chat, {"document": uploaded(request, "document"), **caption})
    return request.show(chat, message, str(request.params.get("caption") or ""))


@answers("sendPhoto")
def send_photo(request: Request) -> Any:
    """A picture, in the one size it came in; its name is not kept."""
    caption = captioned(request)
    chat = request.chat()
    kept = {key: value for key, value in uploaded(request, "photo").items() if key != "file_name"}
    width, height = dimensions(request.world.files[kept["file_id"]][1])
    message = fresh(request, chat, {"photo": [{**kept, "width": width, "height": height}], **caption})
    return request.show(chat, message, str(request.params.get("caption") or ""))


@answers("sendChatAction")
def send_chat_action(request: Request) -> bool:
    """The three dots; leaves nothing behind."""
    request.chat()
    return True
