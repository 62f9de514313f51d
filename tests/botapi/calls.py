"""A call on its way, and the register of methods that can answer it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.chats import Chat
from tests.botapi.delivery_log import Delivery
from tests.botapi.refusing import bad_request, forbidden
from tests.botapi.webhook import Webhook
from tests.botapi.world import World


@dataclass
class Request:
    """One call with decoded parameters; `fault` is what will happen to its answer."""

    world: World
    webhook: Webhook
    method: str
    params: dict[str, Any]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    fault: str | None = None

    def chat(self) -> Chat:
        """The chat this call is about; refuses as Telegram does when the bot may not write there."""
        chat_id = int_of(self.params.get("chat_id"))
        if chat_id is not None and chat_id > 0 and self.world.anyone:
            self.world.person(chat_id, started=True)
        if chat_id not in self.world.chats:
            raise bad_request("chat not found")
        person = self.world.people.get(chat_id)
        if person is not None and person.blocked:
            raise forbidden("bot was blocked by the user")
        if person is not None and not person.started:
            raise forbidden("bot can't initiate conversation with a user")
        return self.world.chats[chat_id]

    def show(self, chat: Chat, message: dict[str, Any], source: str) -> dict[str, Any]:
        """Put a message on the screen and into the delivery log, in that order and before any answer."""
        chat.put(message, source)
        text = message.get("text") or message.get("caption") or ""
        at, message_id = self.world.clock.now(), message["message_id"]
        self.world.log.record(Delivery(at, chat.chat_id, message_id, self.method, text, self.fault))
        return message


Handler = Callable[[Request], Any | Awaitable[Any]]
HANDLERS: dict[str, Handler] = {}


def answers(*methods: str) -> Callable[[Handler], Handler]:
    """Register a function for methods of the Bot API."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(methods, handler))
        return handler

    return register


def int_of(value: Any) -> int | None:
    """An id as a number, or None for what is none (a @username, say)."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
